"""The tables of the layer silver."""
