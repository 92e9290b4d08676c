"""What was observed of each aircraft: one row per contact, with what can be believed of it."""

from __future__ import annotations

from datetime import timedelta

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from flightlake.contracts.days import Day
from flightlake.contracts.windows import LOOK_AHEAD, LOOK_BACK
from flightlake.transforms.flights.along import Along
from flightlake.transforms.flights.geo import DEGREE_M, Place, chord_m, distance_m, point
from flightlake.transforms.surface import has_icao_address, is_surface_object

MAX_POSITION_AGE_S = 60
"""A contact goes on while its position may be frozen; an older one is no position."""
MIN_ALTITUDE_M, MAX_ALTITUDE_M = -500.0, 18_300.0
"""What lies outside is a bit error, or a balloon; neither can be told a flight's altitude."""
JUMP_MPS, JUMP_M, JUMP_WITHIN_S = 1_000.0, 20_000.0, 1_800
"""Faster and farther than that between two positions is no flight of one aircraft."""

MAX_PRESSURE_ERROR_M = 1_000.0
"""No weather takes pressure altitude farther from the geometric one; then the latter is wrong."""
_ROTORCRAFT = 8
"""OpenSky's category."""
_PLACEHOLDER = "^(.|0+)$"
"""Callsigns of one character or of zeros only: nobody has entered one."""
_AXES = ("x", "y", "z")
_VOTERS = 2
"""Positions on either side that say whether one can be true."""


def observations(states: DataFrame, day: Day) -> DataFrame:
    """One row per aircraft and contact of the day, its look-back and its look-ahead.

    - ``icao24``, ``contact_s``: whole Unix seconds, like all times here.
    - ``callsign``: null where it is a placeholder.
    - ``position``: a struct of ``position_s``, ``latitude_deg`` and ``longitude_deg``; null where
      it is stale or false. Several responses can hold the same contact: the one with the latest
      position counts.
    - ``report``: what else the contact says, one struct, since rows are copied many times on their
      way. Its ``altitude_m`` is the pressure altitude, the geometric one where there is none;
      ``height_m`` the other way round, since pressure can be 400 m off near the ground.
    """
    first, last = (day.start - LOOK_BACK).date(), (day.end + LOOK_AHEAD).date()
    in_look_ahead = (F.col("date") == last) & (F.col("hour") < LOOK_AHEAD // timedelta(hours=1))
    position_s = F.unix_seconds("time_position")
    position = F.struct(position_s.alias("position_s"), "latitude_deg", "longitude_deg")
    is_valid = (
        F.col("latitude_deg").isNotNull()
        & F.col("longitude_deg").isNotNull()
        & (F.unix_seconds("last_contact") - position_s <= MAX_POSITION_AGE_S)
    )
    by_position = Along("icao24", order=("contact_s", "position_s", "snapshot_time"))
    return _without_false_positions(
        states.where(F.col("date").between(first, day.date) | in_look_ahead)
        .where(~is_surface_object())
        .select(
            "icao24",
            F.unix_seconds("last_contact").alias("contact_s"),
            position_s.alias("position_s"),
            "snapshot_time",
            F.when(~F.col("callsign").rlike(_PLACEHOLDER), F.col("callsign")).alias("callsign"),
            F.when(is_valid, position).alias("position"),
            _report().alias("report"),
        )
        # Said once, the windows of all steps share this shuffle.
        .repartition("icao24")
        .withColumn("next_s", by_position.after("contact_s"))
        .where("next_s IS NULL OR next_s > contact_s")
        .select("icao24", "contact_s", "callsign", "position", "report")
    )


def _report() -> Column:
    baro_m, geo_m = _credible("baro_altitude_m"), _credible("geo_altitude_m")
    is_geo_true = baro_m.isNull() | (F.abs(geo_m - baro_m) <= MAX_PRESSURE_ERROR_M)
    return F.struct(
        F.coalesce(baro_m, geo_m).alias("altitude_m"),
        F.coalesce(F.when(is_geo_true, geo_m), baro_m, geo_m).alias("height_m"),
        F.coalesce(F.col("category") == _ROTORCRAFT, F.lit(False)).alias("is_rotorcraft"),
        has_icao_address().alias("has_icao_address"),
        "is_on_ground",
        "ground_speed_mps",
        "true_track_deg",
        "vertical_rate_mps",
        "source",
    )


def place_of(position: str) -> Place:
    """The place in a column of positions."""
    return Place(F.col(f"{position}.latitude_deg"), F.col(f"{position}.longitude_deg"))


def is_too_far(far_m: Column, elapsed_s: Column) -> Column:
    """No aircraft flies so far in so short a time; false where one is null."""
    elapsed_s = F.abs(elapsed_s)
    reach_m = F.greatest(F.lit(JUMP_M), JUMP_MPS * elapsed_s)
    return F.coalesce((elapsed_s <= JUMP_WITHIN_S) & (far_m > reach_m), F.lit(False))


def is_jump(before: str, after: str) -> Column:
    """Two positions that no aircraft can connect; false where one is null."""
    a, b = place_of(before), place_of(after)
    elapsed_s = F.col(f"{after}.position_s") - F.col(f"{before}.position_s")
    # No way is longer than along the meridian and the parallel: that spares most of the sines.
    detour_m = DEGREE_M * (
        F.abs(b.latitude_deg - a.latitude_deg) + F.abs(b.longitude_deg - a.longitude_deg)
    )
    return is_too_far(detour_m, elapsed_s) & is_too_far(distance_m(a, b), elapsed_s)


def _credible(altitude: str) -> Column:
    return F.when(F.col(altitude).between(MIN_ALTITUDE_M, MAX_ALTITUDE_M), F.col(altitude))


def _without_false_positions(contacts: DataFrame) -> DataFrame:
    """Drop positions that more of their four neighbours contradict than support.

    The contact of a false position still counts. A neighbour with another callsign has no vote: it
    can be another aircraft that shares the address.
    """
    along = Along("icao24")
    neighbours = {
        f"{side}_{rows}": look("here", rows)
        for rows in range(1, _VOTERS + 1)
        for side, look in (("before", along.known_before), ("after", along.known_after))
    }
    axes = zip(_AXES, point(place_of("position")), strict=True)
    here = F.struct("position.position_s", "callsign", *(axis.alias(name) for name, axis in axes))
    votes = sum((_vote(name) for name in neighbours), F.lit(0))
    return (
        contacts.withColumn("here", F.when(F.col("position").isNotNull(), here))
        .withColumns(neighbours)
        .withColumn("position", F.when(votes >= 0, F.col("position")))
        .drop("here", *neighbours)
    )


def _vote(neighbour: str) -> Column:
    """1 where a neighbour supports the position, -1 where it contradicts it.

    Straight through the earth: angles for each of four neighbours would take most of the time.
    """
    here, there = F.col("here"), F.col(neighbour)
    far_m = chord_m([here[axis] for axis in _AXES], [there[axis] for axis in _AXES])
    is_contradicted = is_too_far(far_m, there["position_s"] - here["position_s"])
    is_other = F.coalesce(here["callsign"] != there["callsign"], F.lit(False))
    return F.when(there.isNull() | is_other, 0).when(is_contradicted, -1).otherwise(1)
