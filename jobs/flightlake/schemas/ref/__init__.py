"""The tables of the layer ref."""
