"""The areas that can be asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class BoundingBox:
    """An area in degrees, named as the API names it; it may not cross the antimeridian."""

    lamin: float
    lomin: float
    lamax: float
    lomax: float

    def __post_init__(self) -> None:
        if not (-90 <= self.lamin < self.lamax <= 90 and -180 <= self.lomin < self.lomax <= 180):
            raise ValueError(
                f"{self} is no area: lamin < lamax within -90..90, lomin < lomax within -180..180"
            )

    @property
    def area_sq_deg(self) -> float:
        """Square degrees, the measure of OpenSky's prices."""
        return (self.lamax - self.lamin) * (self.lomax - self.lomin)


def _degrees(limit: int) -> dict[str, Any]:
    return {"type": "number", "minimum": -limit, "maximum": limit}


BBOX_SCHEMA: dict[str, Any] = {
    "type": ["object", "null"],
    "properties": {
        "lamin": _degrees(90),
        "lomin": _degrees(180),
        "lamax": _degrees(90),
        "lomax": _degrees(180),
    },
    "required": ["lamin", "lomin", "lamax", "lomax"],
    "additionalProperties": False,
}
"""The JSON schema of a DAG's parameter that holds an area, or nothing for the whole world."""
