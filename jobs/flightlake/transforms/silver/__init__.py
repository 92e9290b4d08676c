"""From answers to typed, classified, enriched states."""
