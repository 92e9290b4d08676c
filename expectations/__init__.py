"""Great Expectations suites as data: ``<layer>/<table>.json``, one a table, in GX's own format."""
