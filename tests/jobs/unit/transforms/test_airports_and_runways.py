"""What airports and runways get from each other: keys, elevations, ends."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

import pytest
from flightlake.contracts.tables import AIRPORTS, RUNWAYS
from flightlake.io.reference import as_table
from flightlake.transforms.ref import airports, runways
from flightlake.transforms.ref.lines import Reading
from pyproj import Geod

GEOD = Geod(ellps="WGS84")
AIRPORT = dict.fromkeys(
    (
        *("ident", "type", "name", "latitude_deg", "longitude_deg", "elevation_ft", "continent"),
        *("iso_country", "iso_region", "municipality", "scheduled_service", "icao_code"),
        *("iata_code", "gps_code"),
    ),
    "",
) | {"type": "small_airport", "latitude_deg": "47", "longitude_deg": "8", "iso_country": "CH"}
RUNWAY = dict.fromkeys(
    (
        *("airport_ident", "length_ft", "width_ft", "surface", "lighted", "closed"),
        *("le_ident", "le_latitude_deg", "le_longitude_deg", "le_elevation_ft", "le_heading_degT"),
        *("he_ident", "he_latitude_deg", "he_longitude_deg", "he_elevation_ft", "he_heading_degT"),
    ),
    "",
) | {"airport_ident": "HERE", "length_ft": "6561.68", "le_ident": "09", "he_ident": "27"}

Fields = dict[str, str]


def lines_of(rows: Iterable[Fields], usual: Fields) -> Iterable[str]:
    text = io.StringIO()
    writer = csv.DictWriter(text, usual, quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(usual | row for row in rows)
    return iter(text.getvalue().splitlines(keepends=True))


def completed(places: list[Fields], ways: list[Fields] = []) -> tuple[list[Any], list[Any]]:  # noqa: B006
    """The rows of both tables from lines that say what differs from a plain airport or runway."""
    read_airports = as_table(AIRPORTS, airports.read(lines_of(places, AIRPORT), "a", Reading()))
    read_runways = as_table(RUNWAYS, runways.read(lines_of(ways, RUNWAY), "a", Reading()))
    keyed = airports.complete(read_airports, read_runways)
    return keyed.to_pylist(), runways.complete(read_runways, keyed).to_pylist()


def keys_of(*places: Fields) -> dict[str, tuple[str, str | None]]:
    """Key and ICAO code by ident."""
    rows, _ = completed(list(places))
    return {row["ident"]: (row["airport"], row["icao"]) for row in rows}


@pytest.mark.parametrize(
    ("codes", "key"),
    [
        ({"icao_code": "FLKK", "gps_code": "FLXX"}, "FLKK"),
        ({"gps_code": "FLKK"}, "FLKK"),
        ({"gps_code": "24VA"}, "FLLS"),
        ({}, "FLLS"),
    ],
)
def test_the_key_is_the_icao_code_whatever_the_ident_is(codes, key):
    assert keys_of({"ident": "FLLS"} | codes)["FLLS"][0] == key


def test_a_code_goes_to_one_airport_and_no_airport_is_lost():
    assert keys_of(
        {"ident": "MMPE", "type": "closed", "iso_country": "MX"},
        {"ident": "MX-01", "gps_code": "MMPE", "type": "small_airport"},
        {"ident": "KHOST", "gps_code": "OAKS", "type": "medium_airport"},
        {"ident": "OAKS", "scheduled_service": "yes", "iso_country": "AF"},
        {"ident": "EB-1", "gps_code": "EBZM", "type": "heliport"},
        {"ident": "EB-2", "gps_code": "EBZM", "type": "large_airport"},
    ) == {
        "MX-01": ("MMPE", "MMPE"),
        "MMPE": ("MX-MMPE", None),
        "KHOST": ("OAKS", "OAKS"),
        "OAKS": ("AF-OAKS", None),
        "EB-2": ("EBZM", "EBZM"),
        "EB-1": ("EB-1", None),
    }


def test_the_order_of_lines_does_not_change_keys():
    places = [{"ident": f"EB-{n}", "gps_code": "EBZM"} for n in range(5)]
    assert keys_of(*places) == keys_of(*places[::-1])


def test_an_unknown_elevation_is_a_runways_or_that_of_a_near_field_or_stays_unknown():
    near, far = {"latitude_deg": "47.05"}, {"latitude_deg": "47.2"}
    rows, _ = completed(
        [
            {"ident": "KNOWN", "elevation_ft": "1000"},
            {"ident": "SEA", "elevation_ft": "0", "latitude_deg": "-1"},
            {"ident": "HERE", **near},
            {"ident": "NEAR", **near},
            {"ident": "FAR", **far},
            {"ident": "SHUT", "type": "closed", "elevation_ft": "9000", **near},
        ],
        [{"le_elevation_ft": "1100", "he_elevation_ft": "1300"}],
    )
    assert {
        row["ident"]: (
            row["elevation_m"] and round(row["elevation_m"] / 0.3048),
            row["elevation_source"],
        )
        for row in rows
    } == {
        "KNOWN": (1000, "file"),
        "SEA": (0, "file"),
        "HERE": (1200, "runway"),
        "NEAR": (1000, "nearest_field"),
        "FAR": (None, None),
        "SHUT": (9000, "file"),
    }


def test_a_runway_finds_its_airport_by_the_ident_and_keeps_ends_that_are_known():
    ends = {"le_latitude_deg": "47.01", "le_longitude_deg": "8.0"}
    ends |= {
        "he_latitude_deg": "46.99",
        "he_longitude_deg": "8.0",
        "le_ident": "18",
        "he_ident": "36",
    }
    _, [row] = completed([{"ident": "HERE", "icao_code": "LSHR"}], [ends])
    assert (row["airport"], row["runway"], row["position_source"]) == ("LSHR", "18/36", "file")
    assert (row["low_latitude_deg"], row["high_latitude_deg"]) == (47.01, 46.99)
    assert row["low_heading_deg"] == pytest.approx(180)
    assert row["high_heading_deg"] % 360 == pytest.approx(0)


@pytest.mark.parametrize(
    ("known", "heading_deg"),
    [
        ({}, 90),
        ({"le_heading_degT": "95.5"}, 95.5),
        ({"he_heading_degT": "275.5", "le_ident": "X"}, 95.5),
        ({"le_ident": "N", "he_ident": "S"}, 0),
        # The sign of a longitude was lost.
        (
            {"le_latitude_deg": "47", "le_longitude_deg": "-7.99"}
            | {"he_latitude_deg": "47", "he_longitude_deg": "8.01"},
            90,
        ),
    ],
)
def test_ends_that_are_unknown_are_estimated_from_place_length_and_heading(known, heading_deg):
    _, [row] = completed([{"ident": "HERE"}], [known])
    assert row["position_source"] == "estimated"
    azimuth_deg, _, length_m = GEOD.inv(
        *(row["low_longitude_deg"], row["low_latitude_deg"]),
        *(row["high_longitude_deg"], row["high_latitude_deg"]),
    )
    assert length_m == pytest.approx(2_000, rel=0.005)
    assert azimuth_deg % 360 == pytest.approx(heading_deg, abs=0.3)
    assert row["low_heading_deg"] == heading_deg


def test_an_end_that_is_elsewhere_says_nothing_of_the_elevation():
    there = {"le_latitude_deg": "48", "le_longitude_deg": "8", "le_elevation_ft": "9000"}
    _, [row] = completed([{"ident": "HERE"}], [there])
    assert (row["position_source"], row["low_elevation_m"]) == ("estimated", None)


def test_a_helipad_and_a_runway_of_an_unknown_airport_have_no_ends():
    _, rows = completed(
        [{"ident": "HERE"}],
        [{"le_ident": "H1", "he_ident": ""}, {"airport_ident": "GONE"}],
    )
    assert [(row["airport"], row["runway"], row["position_source"]) for row in rows] == [
        ("HERE", "H1", None),
        ("GONE", "09/27", None),
    ]
