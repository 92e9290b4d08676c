"""What is out of the ordinary in an hour: one module a way to find it."""
