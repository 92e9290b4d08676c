"""One file a reference table, named after it: from a source's file to its columns."""
