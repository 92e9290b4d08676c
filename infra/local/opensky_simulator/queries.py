"""The parameters of the API's requests and the rules for them."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import QueryParams

from opensky_simulator.world import BoundingBox

_BOX = ("lamin", "lomin", "lamax", "lomax")
_OLDEST_S = 3_600
_ANONYMOUS_STEP_S, _AUTHENTICATED_STEP_S = 10, 5
_WIDEST_FLIGHTS_WINDOW_S = 7_200
_DAY_S = 86_400


class QueryError(Exception):
    """The request breaks a rule and gets status 400."""


@dataclass(frozen=True)
class StatesQuery:
    """What is asked of /states/all; an empty ``icao24`` means every aircraft."""

    time_s: int
    icao24: frozenset[str]
    bbox: BoundingBox | None
    extended: bool


def states_query(params: QueryParams, now_s: float, authenticated: bool) -> StatesQuery:
    """Return the query by the rules of the visitor; raises QueryError.

    The anonymous get the newest states whatever ``time`` says, every 10 s; others may ask for up
    to an hour ago, every 5 s. A moment in the future is now.
    """
    step_s = _AUTHENTICATED_STEP_S if authenticated else _ANONYMOUS_STEP_S
    time_s = int(now_s)
    if authenticated and "time" in params:
        wanted_s = _whole(params, "time")
        if wanted_s and wanted_s < now_s - _OLDEST_S:
            raise QueryError("time is more than one hour ago")
        time_s = min(wanted_s or time_s, time_s)
    return StatesQuery(
        time_s=time_s - time_s % step_s,
        icao24=frozenset(_addresses(params.getlist("icao24"))),
        bbox=_bounding_box(params),
        extended=params.get("extended") in {"1", "true"},
    )


def flights_window(params: QueryParams) -> tuple[int, int]:
    """Return begin and end of /flights/all in unix seconds; raises QueryError."""
    begin_s, end_s = _whole(params, "begin"), _whole(params, "end")
    if not 0 <= end_s - begin_s <= _WIDEST_FLIGHTS_WINDOW_S:
        raise QueryError("begin and end must be at most two hours apart")
    return begin_s, end_s


def estimated_flights(
    flights: Iterable[dict[str, Any]], begin_s: int, end_s: int, now_s: float
) -> list[dict[str, Any]]:
    """Return OpenSky's flight objects: those seen first in the window, up to yesterday.

    The nightly batch makes a day's flights after the day is over.
    """
    midnight_s = now_s - now_s % _DAY_S
    return [
        {
            "icao24": flight["icao24"],
            "firstSeen": flight["take_off_s"],
            "estDepartureAirport": flight["departure"],
            "lastSeen": flight["landing_s"],
            "estArrivalAirport": flight["arrival"],
            "callsign": flight["callsign"].ljust(8),
            "estDepartureAirportHorizDistance": 0,
            "estDepartureAirportVertDistance": 0,
            "estArrivalAirportHorizDistance": 0,
            "estArrivalAirportVertDistance": 0,
            "departureAirportCandidatesCount": 0,
            "arrivalAirportCandidatesCount": 0,
        }
        for flight in flights
        if begin_s <= flight["take_off_s"] <= end_s and flight["landing_s"] < midnight_s
    ]


def _bounding_box(params: QueryParams) -> BoundingBox | None:
    given = [name for name in _BOX if name in params]
    if not given:
        return None
    if len(given) < len(_BOX):
        raise QueryError("a bounding box needs lamin, lomin, lamax and lomax")
    south, west, north, east = (_degrees(params, name) for name in _BOX)
    return south, west, north, east


def _degrees(params: QueryParams, name: str) -> float:
    try:
        value = float(params[name])
    except ValueError:
        value = math.nan
    if not -180 <= value <= 180:
        raise QueryError(f"{name} is not a number of degrees")
    return value


def _whole(params: QueryParams, name: str) -> int:
    value = params.get(name, "")
    if not re.fullmatch(r"[0-9]{1,12}", value):
        raise QueryError(f"{name} is not a time in unix seconds")
    return int(value)


def _addresses(values: list[str]) -> list[str]:
    addresses = [value.strip().lower() for value in values]
    if not all(re.fullmatch("[0-9a-f]{6}", address) for address in addresses):
        raise QueryError("icao24 is not a 24-bit address in hexadecimal digits")
    return addresses
