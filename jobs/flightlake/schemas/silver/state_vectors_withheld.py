"""silver.state_vectors_withheld: the columns of silver.state_vectors, so that a release copies."""

from __future__ import annotations

from flightlake.schemas.silver.state_vectors import COLUMNS

__all__ = ["COLUMNS"]
