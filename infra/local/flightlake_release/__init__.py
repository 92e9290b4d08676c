"""Releases: what goes to AWS, built from a commit, kept under its id, and put in place."""
