"""The areas that can be asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class BoundingBox:
    """An area in degrees, named as the API names it.

    Where ``lomin`` is above ``lomax`` it crosses the antimeridian: from ``lomin`` east to 180, and
    from -180 to ``lomax``.
    """

    lamin: float
    lomin: float
    lamax: float
    lomax: float

    def __post_init__(self) -> None:
        is_on_globe = all(-180 <= longitude <= 180 for longitude in (self.lomin, self.lomax))
        if not (-90 <= self.lamin < self.lamax <= 90 and is_on_globe and self._width_deg > 0):
            raise ValueError(
                f"{self} is no area: it needs lamin < lamax within -90..90, and lomin and lomax"
                " within -180..180 that are not the same meridian"
            )

    @property
    def _width_deg(self) -> float:
        width_deg = self.lomax - self.lomin
        return width_deg if width_deg > 0 else width_deg % 360

    @property
    def area_sq_deg(self) -> float:
        """Square degrees, the measure of OpenSky's prices."""
        return (self.lamax - self.lamin) * self._width_deg

    @property
    def parts(self) -> tuple[BoundingBox, ...]:
        """The boxes to ask OpenSky for: the area, or its parts west and east of the antimeridian.

        OpenSky finds no aircraft in a box whose ``lomin`` is above its ``lomax``.
        """
        if self.lomin < self.lomax:
            return (self,)
        spans = ((self.lomin, 180), (-180, self.lomax))
        return tuple(
            BoundingBox(self.lamin, west, self.lamax, east) for west, east in spans if west < east
        )


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
