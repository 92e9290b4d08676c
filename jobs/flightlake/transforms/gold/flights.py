"""gold.flights: one row per flight, on the UTC day on which it was last in the air."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from flightlake.contracts.days import Day, Period
from flightlake.contracts.windows import LOOK_BACK
from flightlake.transforms.airfields import strips
from flightlake.transforms.callsigns import airline_of
from flightlake.transforms.flights.airports import MAX_HEIGHT_M, with_airports
from flightlake.transforms.flights.continuity import (
    LONGEST_STAY,
    with_inferred_arrival,
    with_inferred_departure,
)
from flightlake.transforms.flights.evidence import with_evidence
from flightlake.transforms.flights.legs import legs
from flightlake.transforms.flights.observations import observations
from flightlake.transforms.flights.summary import summaries
from flightlake.transforms.flights.threads import LONGEST_GAP_S, threads
from flightlake.transforms.flights.tracks import tracks
from flightlake.transforms.sources import Sources

LONGEST_ROLL_GAP_S = 600
"""Between the last contact on the ground and the first in the air, for a time between them."""
LONGEST_REACH_S = 300
"""Take-off and landing are covered where an aircraft was seen so shortly after or before."""


def derive(sources: Sources, period: Period) -> DataFrame:
    """The flights that were last in the air on a day.

    A flight that is heard in the air again in the hour after the day belongs to the next day, so a
    day is final one hour after its end, and no flight is on two days.

    Raises:
        TypeError: the period is not a day.
    """
    if not isinstance(period, Day):
        raise TypeError(f"gold.flights is derived per day, not for the hour {period}")
    observed = observations(sources["silver.state_vectors"], period)
    begin_s = period.start_s - int(LONGEST_STAY.total_seconds())
    flown = legs(tracks(with_evidence(threads(observed))), begin_s)
    fields = strips(sources["ref.airports"], sources["ref.runways"])
    look_back_s = period.start_s - int(LOOK_BACK.total_seconds())
    is_cut = F.col("first_seen_s") < look_back_s + LONGEST_GAP_S
    seen = _described(with_airports(summaries(flown, begin_s), fields))
    # The departure first and whole: with the arrival its code would be too long to be compiled.
    departed = with_inferred_departure(seen, is_cut).withColumns(
        {"off_s": _off_s(), "departure_unknown_reason": _reason("departure", "first", is_cut)}
    )
    flights = with_inferred_arrival(departed).withColumns(
        {"on_s": _on_s(), "arrival_unknown_reason": _reason("arrival", "last", F.lit(False))}
    )
    of_day = flights.where(F.col("ended_s").between(period.start_s, period.end_s - 1))
    return _timed(of_day).select(
        "flight_id",
        "icao24",
        "has_icao_address",
        "callsign",
        "airline_icao",
        "first_seen",
        "last_seen",
        F.timestamp_seconds("take_off_s").alias("take_off_time"),
        F.timestamp_seconds("landing_s").alias("landing_time"),
        *_airport("departure"),
        "departure_unknown_reason",
        *_airport("arrival"),
        "arrival_unknown_reason",
        "great_circle_distance_m",
        "flown_distance_m",
        "duration_s",
        _airborne_s().cast("int").alias("airborne_s"),
        "max_altitude_m",
        "states",
        "largest_gap_s",
        (F.col("take_off_s").isNotNull() & F.col("landing_s").isNotNull()).alias("is_complete"),
        "source",
        "date",
    )


def _described(flights: DataFrame) -> DataFrame:
    """Add what does not depend on a flight's neighbours.

    Together with what does, its code would be too long to be compiled.
    """
    described = {
        "flight_id": F.concat_ws("-", "icao24", "first_seen_s"),
        "airline_icao": airline_of("callsign"),
        "first_seen": F.timestamp_seconds("first_seen_s"),
        "last_seen": F.timestamp_seconds("last_seen_s"),
        "flown_distance_m": F.round("flown_distance_m"),
        "duration_s": (F.col("last_seen_s") - F.col("first_seen_s")).cast("int"),
        "ended_s": F.coalesce("last_airborne_s", "last_seen_s"),
    }
    used_up = ("airborne_states", "has_landing_roll", "max_speed_mps", "is_rotorcraft")
    return (
        flights.withColumns(described)
        .withColumn("date", F.to_date(F.timestamp_seconds("ended_s")))
        .drop(*used_up, "first_position", "last_position")
    )


def _off_s() -> Column:
    lift_off_s = F.col("first_air.contact_s") - _covered("departure.reach_s")
    return _between("last_out_s", "first_airborne_s", lift_off_s)


def _on_s() -> Column:
    touch_down_s = F.col("last_air.contact_s") + _covered("arrival.reach_s")
    return _between("last_airborne_s", "first_in_s", touch_down_s)


def _timed(flights: DataFrame) -> DataFrame:
    """Add ``take_off_s`` and ``landing_s``, null where they were not covered.

    A flight that was heard for a single moment has neither.
    """
    is_flown = F.coalesce(F.col("off_s") < F.col("on_s"), F.lit(True))
    return flights.withColumns(
        {
            "take_off_s": F.when(is_flown, F.col("off_s")),
            "landing_s": F.when(is_flown, F.col("on_s")),
        }
    )


def _covered(reach_s: str) -> Column:
    return F.when(F.col(reach_s) <= LONGEST_REACH_S, F.col(reach_s))


def _between(before: str, after: str, estimate_s: Column) -> Column:
    """The estimate, within what was seen; half-way between the two where there is none."""
    before_s, after_s = F.col(before), F.col(after)
    is_seen = after_s - before_s <= LONGEST_ROLL_GAP_S
    half_way_s = F.when(is_seen, (before_s + after_s) / 2)
    known_s = F.coalesce(estimate_s, half_way_s)
    within_s = F.least(F.greatest(known_s, before_s), after_s)
    return F.floor(F.when(known_s.isNotNull(), within_s) + 0.5)


def _airborne_s() -> Column:
    begin_s = F.coalesce("take_off_s", "first_airborne_s")
    return F.greatest(F.coalesce("landing_s", "last_airborne_s") - begin_s, F.lit(0))


def _airport(end: str) -> tuple[Column, ...]:
    return (
        F.col(f"{end}.airport").alias(f"{end}_airport"),
        F.col(f"{end}.distance_m").alias(f"{end}_distance_m"),
        F.col(f"{end}.height_m").alias(f"{end}_height_m"),
        F.col(f"{end}_candidates").alias(f"{end}_candidates"),
        F.col(f"{end}_inferred_from").alias(f"{end}_inferred_from"),
    )


def _reason(end: str, side: str, is_cut: Column) -> Column:
    """Why an airport is not known; null where it is."""
    is_anchored = F.col(f"{side}_ground").isNotNull() | F.col(f"{side}_air").isNotNull()
    return (
        F.when(F.col(end).isNotNull(), None)
        .when(is_cut, "look_back_exceeded")
        .when(~F.col("has_position"), "no_position")
        .when(~is_anchored, "no_altitude")
        .when(F.col(f"{end}_candidates") > 0, "several_airports_fit")
        .when(
            F.col(f"{side}_ground").isNull() & (F.col(f"{side}_air.altitude_m") > MAX_HEIGHT_M),
            f"{side}_seen_too_high",
        )
        .otherwise("no_airport_near")
    )
