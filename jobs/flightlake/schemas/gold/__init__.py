"""The tables of the layer gold."""
