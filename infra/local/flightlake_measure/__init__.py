"""Measurements that the documents cite: each is one command and can be run again."""
