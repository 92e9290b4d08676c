"""The area that opensky_poll is asked for: its param, and what it is."""

from __future__ import annotations

from collections.abc import Mapping

from airflow.sdk import Param
from opensky.area import BBOX_SCHEMA, BoundingBox

from flightlake_dags.compat import AirflowFailException

AREA_PARAM = Param(
    None,
    **BBOX_SCHEMA,
    title="Area",
    description="Degrees; empty is the whole world (4 credits). 25 square degrees cost 1. With "
    "lomin above lomax, across the antimeridian, it is polled and paid for as two areas and landed "
    "as one answer.",
)


def require_area(corners: Mapping[str, float] | None) -> BoundingBox | None:
    """The area with these corners; None is the whole world.

    Raises:
        AirflowFailException: they are those of no area.
    """
    try:
        return BoundingBox(**corners) if corners else None
    except ValueError as error:
        raise AirflowFailException(f"{error}. Nothing was asked.") from None
