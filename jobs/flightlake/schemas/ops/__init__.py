"""The tables of the layer ops."""
