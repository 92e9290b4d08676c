"""ref.airlines as it comes with the project: well-known designators, written by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flightlake.reference import packaged_rows


def embedded_rows() -> Iterator[dict[str, Any]]:
    """One row per airline."""
    return packaged_rows("airlines")
