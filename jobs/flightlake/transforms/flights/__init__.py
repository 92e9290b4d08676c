"""From states to flights; the rules in words are in docs/flights.md."""
