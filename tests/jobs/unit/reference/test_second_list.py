"""The embedded airports against a second list that knows nothing of them: OpenFlights'."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path
from typing import NamedTuple

import pytest
from flightlake.contracts.tables import AIRPORTS
from flightlake.io.reference import embedded_table
from pyproj import Geod

LIST = Path(__file__).parents[5] / "shared/data/reference/airports.dat.gz"
MAX_DISTANCE_M = 3_000
MAX_ELEVATION_ERROR_M = 300
GEOD = Geod(ellps="WGS84")
FOOT_M = 0.3048

# Where the two lists differ, the second one is wrong or old. A third list (airportsdata) has the
# embedded place where it is newer than the move; the pages of the airports have it for the others.
MOVED = {
    *("DTTG", "GMAZ", "HALA", "OAKS", "UTAV", "WALS", "WBGK", "WITC", "ZBCF", "ZBNY", "ZGWZ"),
    *("ZGZJ", "ZLIC", "ZLYA", "ZMDZ", "ZSLG", "ZSOF", "ZSQD", "ZSYT", "ZULZ", "ZUYB", "ZYJZ"),
}
"""A new airport took over the code, or the second list has the old field of the town."""
OTHER_AIRPORT = {"EGSY", "FABR", "SCHR", "UAAT", "URMG", "VYNT"}
"""The second list has another airport under the code."""
IMPRECISE = {"ENGM", "SVED", "ZWSC"}
"""The same airport, but the second list has it up to 9 km beside its runways."""
DISPUTED = {"HKNY"}
"""OurAirports gives the code to the air base of Nanyuki, the second list to its civil airfield."""

OTHER_FIELD_ELEVATION = {
    *("FABR", "SDMC", "SDNS", "SDNY", "SDZY", "SIXZ", "SNKE", "SSDO", "SSTL", "SSZW", "SWJI"),
    *("UAAT", "VYNT"),
}
"""The second list has another field under the code; Brazil gives local codes out again."""
UNKNOWN_ELEVATION = {"LRBG", "UTSA", "VDRK", "YAMJ", "ZUNC"}
"""The second list has 0 for unknown."""
WRONG_ELEVATION = {"SAOL", "SASQ", "ZYHE"}
"""Two are swapped in the second list; Heihe lies at 300 m, not at 2,600 m."""

CLOSED = {"EDDI", "ENFB", "YGLG"}
"""Tempelhof, Fornebu and Geelong: their codes are no longer in use."""


class Listed(NamedTuple):
    icao: str
    iata: str | None
    latitude_deg: float
    longitude_deg: float
    elevation_m: float


@pytest.fixture(scope="module")
def listed() -> list[Listed]:
    if not LIST.exists():
        pytest.skip("the second list, ../shared/data/reference/airports.dat.gz, is not here")
    with gzip.open(LIST, "rt", encoding="utf-8") as lines:
        return [
            Listed(
                icao,
                None if iata == r"\N" else iata,
                float(latitude_deg),
                float(longitude_deg),
                float(elevation_ft) * FOOT_M,
            )
            for _, _, _, _, iata, icao, latitude_deg, longitude_deg, elevation_ft, *_ in csv.reader(
                lines
            )
        ]


@pytest.fixture(scope="module")
def embedded():
    return {row["airport"]: row for row in embedded_table(AIRPORTS).to_pylist()}


def test_no_large_or_medium_airport_is_more_than_3_km_off(listed, embedded):
    compared, far = 0, set()
    for theirs in listed:
        ours = embedded.get(theirs.icao)
        if ours is None or ours["type"] not in ("large_airport", "medium_airport"):
            continue
        compared += 1
        _, _, distance_m = GEOD.inv(
            *(theirs.longitude_deg, theirs.latitude_deg),
            *(ours["longitude_deg"], ours["latitude_deg"]),
        )
        if distance_m > MAX_DISTANCE_M:
            far.add(theirs.icao)
    assert compared > 4_700
    assert far == MOVED | OTHER_AIRPORT | IMPRECISE | DISPUTED


def test_no_elevation_is_off_by_300_m(listed, embedded):
    compared, wrong = 0, set()
    for theirs in listed:
        ours = embedded.get(theirs.icao)
        if ours is None or ours["elevation_m"] is None:
            continue
        compared += 1
        if abs(ours["elevation_m"] - theirs.elevation_m) >= MAX_ELEVATION_ERROR_M:
            wrong.add(theirs.icao)
    assert compared > 7_000
    assert wrong == OTHER_FIELD_ELEVATION | UNKNOWN_ELEVATION | WRONG_ELEVATION


def test_no_airport_with_a_code_of_airlines_is_missing(listed, embedded):
    by_iata = {row["iata"] for row in embedded.values()}
    missing = {
        theirs.icao
        for theirs in listed
        if theirs.iata and theirs.icao not in embedded and theirs.iata not in by_iata
    }
    assert missing == CLOSED


def test_every_airport_with_scheduled_service_has_a_place(embedded):
    scheduled = [row for row in embedded.values() if row["has_scheduled_service"]]
    assert len(scheduled) > 4_000
    assert [row["airport"] for row in scheduled if row["latitude_deg"] is None] == []
