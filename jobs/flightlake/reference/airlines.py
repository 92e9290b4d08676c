"""ref.airlines as it comes with the project: well-known designators, written by hand."""

from __future__ import annotations

from typing import Any

from flightlake.reference import packaged_rows


def embedded_rows() -> list[dict[str, Any]]:
    """One row an airline."""
    return packaged_rows("airlines")
