"""From the lines of a published file to the rows of a reference table, one module a table."""
