"""ref.countries as it comes with the project."""

from __future__ import annotations

from typing import Any


def embedded_rows() -> list[dict[str, Any]]:
    """No row yet."""
    return []
