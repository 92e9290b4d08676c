"""Which hours and days are missing, late or stale, and the runs that make them good."""
