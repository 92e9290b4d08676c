"""Numbers that the suites of derived tables ask for and no column has: per table and per row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from flightlake.transforms.gold.aircraft_type_daily import UNKNOWN_TYPE
from flightlake.transforms.gold.country_hourly import UNKNOWN_CODE
from flightlake.transforms.gold.traffic_hourly import WORLD

if TYPE_CHECKING:
    import pandas as pd

NO_DISTANCE_M = 1_000.0
"""A flight that ends so near to where it began went nowhere."""

Facts = dict[str, int]


def facts_of(table_name: str, rows: pd.DataFrame, parameters: Mapping[str, Any]) -> Facts:
    """The facts of a derived table's rows, by their names in its suite; {} where it needs none.

    Args:
        table_name: such as ``gold.flights``.
        rows: all derived rows.
        parameters: what the step knows; ``flight_ids_before`` are those of the day before.
    """
    count = _FACTS.get(table_name)
    return {name: int(value) for name, value in count(rows, parameters).items()} if count else {}


def with_measures(table_name: str, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with the measures of each that its suite asks for, null where a time is unknown."""
    if table_name != "gold.flights":
        return rows
    before_s = (rows["first_seen"] - rows["take_off_time"]).dt.total_seconds()
    after_s = (rows["landing_time"] - rows["last_seen"]).dt.total_seconds()
    # A flight of no time has no speed.
    airborne_s = rows["airborne_s"].where(rows["airborne_s"] > 0)
    return rows.assign(
        take_off_before_contact_s=before_s,
        landing_after_contact_s=after_s,
        mean_speed_mps=rows["great_circle_distance_m"] / airborne_s,
    )


def _traffic(rows: pd.DataFrame, _: Mapping[str, Any]) -> dict[str, Any]:
    is_world = rows["region"] == WORLD
    return {
        "states_of_world": rows["states"][is_world].sum(),
        "states_of_regions": rows["states"][~is_world].sum(),
    }


def _countries(rows: pd.DataFrame, _: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "states_of_countries": rows["states"].sum(),
        "aircraft": rows["aircraft"].sum(),
        "aircraft_of_no_country": rows["aircraft"][rows["country_code"] == UNKNOWN_CODE].sum(),
    }


def _airports(rows: pd.DataFrame, _: Mapping[str, Any]) -> dict[str, Any]:
    return {"departures": rows["departures"].sum(), "arrivals": rows["arrivals"].sum()}


def _flights(rows: pd.DataFrame, parameters: Mapping[str, Any]) -> dict[str, Any]:
    departure, arrival = rows["departure_airport"], rows["arrival_airport"]
    return {
        "flights_without_departure": departure.isna().sum(),
        "flights_without_arrival": arrival.isna().sum(),
        "flights_to_the_same_airport": (departure.notna() & (departure == arrival)).sum(),
        "flights_without_distance": (rows["great_circle_distance_m"] < NO_DISTANCE_M).sum(),
        "flights_on_the_day_before": rows["flight_id"].isin(parameters["flight_ids_before"]).sum(),
    }


def _types(rows: pd.DataFrame, _: Mapping[str, Any]) -> dict[str, Any]:
    is_unknown = rows["typecode"] == UNKNOWN_TYPE
    return {
        "flights": rows["flights"].sum(),
        "flights_of_unknown_type": rows["flights"][is_unknown].sum(),
    }


_FACTS: Mapping[str, Callable[[pd.DataFrame, Mapping[str, Any]], dict[str, Any]]] = {
    "gold.traffic_hourly": _traffic,
    "gold.country_hourly": _countries,
    "gold.airport_hourly": _airports,
    "gold.flights": _flights,
    "gold.aircraft_type_daily": _types,
}
