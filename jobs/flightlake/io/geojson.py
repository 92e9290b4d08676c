"""Positions as GeoJSON geometries (RFC 7946): longitude before latitude, in degrees."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

Position = Sequence[float]
Positions = Sequence[Position]

_HALF_TURN_DEG = 180.0


def geometry_of(positions: Positions | None) -> dict[str, Any] | None:
    """A point for one position, a line along several; None where there is none.

    A line that crosses the antimeridian is cut there, into a MultiLineString.
    """
    if not positions:
        return None
    if len(positions) == 1:
        return {"type": "Point", "coordinates": list(positions[0])}
    lines = cut_at_antimeridian(positions)
    if len(lines) == 1:
        return {"type": "LineString", "coordinates": lines[0]}
    return {"type": "MultiLineString", "coordinates": lines}


def cut_at_antimeridian(positions: Positions) -> list[list[list[float]]]:
    """The pieces of a line, each on one side; of two ways round the globe it took the shorter."""
    lines = [[list(positions[0])]]
    for (from_deg, from_latitude_deg), (to_deg, to_latitude_deg) in pairwise(positions):
        if abs(to_deg - from_deg) > _HALF_TURN_DEG:
            edge_deg = _HALF_TURN_DEG if from_deg > to_deg else -_HALF_TURN_DEG
            # On the way the longitude goes on past the edge.
            way_deg = to_deg + 2 * edge_deg - from_deg
            share = (edge_deg - from_deg) / way_deg if way_deg else 0.0
            latitude_deg = from_latitude_deg + share * (to_latitude_deg - from_latitude_deg)
            lines[-1].append([edge_deg, round(latitude_deg, 6)])
            lines.append([[-edge_deg, round(latitude_deg, 6)]])
        lines[-1].append([to_deg, to_latitude_deg])
    return lines
