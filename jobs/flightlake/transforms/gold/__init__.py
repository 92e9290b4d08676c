"""One file a derived table, named after it, with a function ``derive(sources, period)``."""
