"""Pure transforms: DataFrame to DataFrame, Column to Column; no session, no clock, no path."""
