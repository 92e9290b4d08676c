"""The quality gate: judges staged rows by a suite and says it in a report."""
