"""What flies, what is on the ground, and what is no aircraft at all.

OpenSky's flag is no proof of flight. It is true only where the position comes from a surface
report, so a parked aircraft or a vehicle without a position has ``is_on_ground`` false, and so has
a transponder that does not know of the weight on its wheels. What neither ``shows_flight`` nor
``shows_ground`` is in doubt: the states before and after may decide, and alone it counts as one on
the ground.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

SURFACE_CATEGORIES = (16, 20)
"""First and last as OpenSky numbers them: vehicles (16, 17) and obstacles (18 to 20)."""
_NO_CATEGORY_INFORMATION = 1
"""0 and 1 say nothing."""
ROTORCRAFT = 8
"""The category of helicopters."""
_SLOW_CATEGORIES = (ROTORCRAFT, 9, 10, 11, 12, 14)
"""Rotorcraft, gliders, balloons, parachutists, ultralights, drones: they fly slowly too."""
_FLARM = 3

MIN_FLYING_MPS = 50.0
"""97 kt. Nothing taxis so fast, and transport aircraft do not fly more slowly."""
MAX_TAXI_MPS = 25.0
"""49 kt. Faster is a take-off, a landing or a flight: aircraft taxi at up to 15 m/s, the airport
vehicles in a real response of the whole world drive at up to 21 m/s."""
MAX_ROLL_MPS = 100.0
"""194 kt. Nothing rolls faster; 2 to 8 aircraft of a real response cruise with the flag set."""
MIN_CLIMB_MPS = 1.5
"""About 300 ft/min. Rates of 0.3 to 0.7 m/s come from aircraft at the gate."""
MIN_DRIFT_MPS = 2.0
"""4 kt. A helicopter that is parked with its rotor turning is slower; so is noise of positions."""
HIGHEST_FIELD_M = 5_000.0
"""Above the highest airport (Daocheng Yading, 4,411 m): who moves there flies."""

_VEHICLE_CALLSIGN = (
    r"^([A-Z0-9]+ +[A-Z0-9 ]+|(?!N)[A-Z]{1,2}[0-9]{1,2}|[A-Z]{4,}[0-9]+|7777[A-Z]+)$"
)
"""``FLW ME 1``, ``TX03``, ``FOLOWME1``, ``7777XACN``: neither an airline's designator with a flight
number nor a registration."""


def has_icao_address() -> Column:
    """The address is a 24-bit ICAO address; never null.

    FLARM and systems that OpenSky may add give addresses of their own: by such an address nobody
    knows the type of an aircraft nor its state of registry.
    """
    return F.coalesce(F.col("position_source") < _FLARM, F.lit(True))


def is_surface_object() -> Column:
    """The category is that of a vehicle or an obstacle; false where there is no category.

    OpenSky sends categories only where they are asked for (``extended=1``).
    """
    return F.coalesce(F.col("category").between(*SURFACE_CATEGORIES), F.lit(False))


def shows_flight() -> Column:
    """The state alone proves flight; never null.

    Needs ``is_on_ground``, ``ground_speed_mps``, ``vertical_rate_mps``, ``baro_altitude_m``,
    ``geo_altitude_m``, ``category`` and ``position_source`` of silver.state_vectors.

    - With the flag set: an altitude, and faster than anything rolls. Without an altitude the speed
      is a stale one: a real recording of an airport has parked aircraft with 240 m/s.
    - Without an altitude: a vertical rate, which only reports from the air have, and the speed of
      flight, or a climb or descent faster than taxiing.
    - With an altitude: faster than taxiing, or a climb or descent, or a speed above all airfields
      (where positions are jammed, so are speeds), or the drift of one that flies slowly. An
      altitude alone is none: parked aircraft send 11,000 m in a real recording.
    """
    speed_mps, rate_mps = F.col("ground_speed_mps"), F.col("vertical_rate_mps")
    altitude_m = F.coalesce("baro_altitude_m", "geo_altitude_m")
    is_vertical = F.abs(rate_mps) >= MIN_CLIMB_MPS
    is_beyond_taxi = speed_mps > MAX_TAXI_MPS
    flies_slowly = F.col("category").isin(*_SLOW_CATEGORIES) | (F.col("position_source") == _FLARM)
    proven = (
        F.when(F.col("is_on_ground"), altitude_m.isNotNull() & _is_beyond_roll())
        .when(
            altitude_m.isNull(),
            rate_mps.isNotNull() & ((speed_mps >= MIN_FLYING_MPS) | (is_beyond_taxi & is_vertical)),
        )
        .otherwise(
            is_beyond_taxi
            | is_vertical
            | ((altitude_m > HIGHEST_FIELD_M) & speed_mps.isNotNull())
            | (flies_slowly & (speed_mps >= MIN_DRIFT_MPS))
        )
    )
    return F.coalesce(proven, F.lit(False)) & ~is_surface_object()


def shows_ground() -> Column:
    """The state alone proves that its aircraft, or vehicle, is on the ground; never null."""
    return is_surface_object() | (F.col("is_on_ground") & ~_is_beyond_roll())


def _is_beyond_roll() -> Column:
    return F.coalesce(F.col("ground_speed_mps") > MAX_ROLL_MPS, F.lit(False))


def without_surface_objects(states: DataFrame) -> DataFrame:
    """The states of aircraft: those of vehicles and obstacles are left out, all of an address.

    Where no state has a category, a vehicle is what shows nothing but one: a callsign of a vehicle
    and no other, no squawk, no altitude, no vertical rate, never faster than taxiing. Parked
    aircraft are as slow and as silent, so without such a callsign all stay: of 559 states on the
    ground and 67 without a position in a real response of the whole world, 22 go, follow-me cars
    and snow ploughs by their names; airliners at the gate (WJA1058, ROU1857, UAL505) stay.
    """
    of_aircraft = Window.partitionBy("icao24")
    is_vehicle = F.bool_and(_may_be_vehicle()).over(of_aircraft) & F.bool_or(
        F.col("callsign").isNotNull()
    ).over(of_aircraft)
    is_object = F.bool_or(is_surface_object()).over(of_aircraft) | is_vehicle
    return states.withColumn("is_object", is_object).where("NOT is_object").drop("is_object")


def _may_be_vehicle() -> Column:
    silent = ("squawk", "baro_altitude_m", "geo_altitude_m", "vertical_rate_mps")
    is_silent = F.coalesce(*(F.col(name).cast("string") for name in silent)).isNull()
    is_slow = F.coalesce("ground_speed_mps", F.lit(0.0)) <= MAX_TAXI_MPS
    is_named = F.coalesce(F.col("callsign").rlike(_VEHICLE_CALLSIGN), F.lit(True))
    has_no_category = F.coalesce(F.col("category") <= _NO_CATEGORY_INFORMATION, F.lit(True))
    return is_silent & is_slow & is_named & has_no_category
