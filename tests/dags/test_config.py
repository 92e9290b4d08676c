"""The values in dags/config: regions in an order that puts places where people look for them."""

from __future__ import annotations

import json

import pytest
from flightlake.steps.arguments import parse_day_arguments
from flightlake_dags.config import prices_argument, regions_argument, spark_sizing

PLACES = {
    "Frankfurt": (50.0, 8.6, "europe"),
    "Tromsø": (69.7, 18.9, "europe"),
    "Moscow": (55.8, 37.6, "europe"),
    "Dubai": (25.3, 55.4, "middle_east"),
    "Tel Aviv": (32.0, 34.9, "middle_east"),
    "Cairo": (30.1, 31.4, "africa"),
    "Cape Town": (-34.0, 18.6, "africa"),
    "New York": (40.6, -73.8, "north_america"),
    "Anchorage": (61.2, -150.0, "north_america"),
    "Mexico City": (19.4, -99.1, "north_america"),
    "Panama": (9.1, -79.4, "south_america"),
    "Buenos Aires": (-34.8, -58.5, "south_america"),
    "Sydney": (-33.9, 151.2, "oceania"),
    "Auckland": (-37.0, 174.8, "oceania"),
    "Tokyo": (35.6, 139.8, "asia"),
    "Delhi": (28.6, 77.1, "asia"),
    "Novosibirsk": (55.0, 82.7, "asia"),
    "Keflavik": (64.0, -22.6, "north_atlantic"),
    "the ocean west of Ireland": (53.0, -30.0, "north_atlantic"),
    "Tahiti": (-17.6, -149.6, "pacific"),
    "Longyearbyen": (78.2, 15.5, "arctic"),
    "McMurdo": (-77.9, 166.7, "antarctica"),
    "the ocean west of Angola": (-15.0, -10.0, "africa"),
    "the Indian Ocean": (-20.0, 80.0, None),
}


def region_of(latitude_deg: float, longitude_deg: float) -> str | None:
    for name, (south, west, north, east) in json.loads(regions_argument()).items():
        if south <= latitude_deg <= north and west <= longitude_deg <= east:
            return str(name)
    return None


@pytest.mark.parametrize("place", PLACES)
def test_a_place_lies_in_its_region(place: str) -> None:
    latitude_deg, longitude_deg, region = PLACES[place]
    assert region_of(latitude_deg, longitude_deg) == region


def test_boxes_are_boxes_on_the_globe() -> None:
    regions = json.loads(regions_argument())
    assert 9 <= len(regions) <= 12
    assert not {"other", "unknown"} & set(regions)
    for south, west, north, east in regions.values():
        assert -90 <= south < north <= 90
        assert -180 <= west < east <= 180


def test_a_job_has_a_limit_of_executors() -> None:
    assert int(spark_sizing("hour")["spark.dynamicAllocation.maxExecutors"]) <= 4


def test_prices_are_those_that_the_daily_step_asks_for():
    arguments = ["--lake", "file:///lake", "--day", "2025-12-28", "--run-id", "test"]
    parsed = parse_day_arguments("flights_daily", [*arguments, "--prices", prices_argument()])
    assert 0 < parsed.prices.storage_gb_hour_usd < parsed.prices.memory_gb_hour_usd
    assert parsed.prices.memory_gb_hour_usd < parsed.prices.vcpu_hour_usd < 1
