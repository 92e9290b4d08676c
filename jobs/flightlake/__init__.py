"""Flightlake: from OpenSky's answers to judged Delta tables."""
