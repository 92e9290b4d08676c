"""A simulator of the OpenSky Network's REST API with a reproducible world of aircraft."""
