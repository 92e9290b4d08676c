"""The row rules: what a state vector must be to be published at all.

A rule says that the row's aircraft, times or position cannot be true or cannot be read. Of any
other column only the value is lost (``value_rules``). What is merely unusual (a balloon at 20 km,
a negative pressure altitude, an unknown category) passes; the suite watches its share.
"""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from flightlake.transforms.silver.parse import text

MIN_FIELDS = 17
FIRST_CONTACT_S = 1_356_998_400
"""2013-01-01: OpenSky has no states before."""
MAX_CLOCK_SKEW_S = 60
"""Receivers' clocks differ; a contact further ahead of its answer is no contact."""

_ICAO24 = "^[0-9a-f]{6}$"
_NON_ICAO = "^~[0-9a-f]{6}$"
"""How receivers mark an address that is not of the ICAO's blocks, such as those of TIS-B."""

_NUMBERS = {3: "time_position_s", 5: "longitude_deg", 6: "latitude_deg"}


def broken_rules() -> Column:
    """Every reason why a conformed row must not be published: ARRAY<STRING>, empty for a good row.

    Needs the columns of ``parse.conform``.
    """
    return F.array_compact(F.array(*(F.when(rule, F.lit(r)) for r, rule in _rules().items())))


def _rules() -> dict[str, Column]:
    fields, snapshot_s = F.col("fields"), F.col("snapshot_time_s")
    latest_s = snapshot_s + MAX_CLOCK_SKEW_S
    is_row = fields.isNotNull()
    return {
        "row_is_not_an_array": ~is_row,
        "row_has_too_few_fields": F.size("fields").between(0, MIN_FIELDS - 1),
        "icao24_is_a_non_icao_address": _matches("icao24", _NON_ICAO),
        "icao24_is_not_six_hex_digits": is_row
        & ~_matches("icao24", _ICAO24)
        & ~_matches("icao24", _NON_ICAO),
        "last_contact_is_not_a_time": is_row
        & ~F.coalesce(F.col("last_contact_s") >= FIRST_CONTACT_S, F.lit(False)),
        "last_contact_is_after_the_answer": F.col("last_contact_s") > latest_s,
        "time_position_is_not_a_time": F.col("time_position_s") < FIRST_CONTACT_S,
        "time_position_is_after_the_answer": F.col("time_position_s") > latest_s,
        "is_on_ground_is_not_a_flag": is_row & F.col("is_on_ground").isNull(),
        **{
            f"{name}_is_not_a_number": text(position).isNotNull() & F.col(name).isNull()
            for position, name in _NUMBERS.items()
        },
        "position_is_half_missing": text(5).isNull() != text(6).isNull(),
        "latitude_is_off_the_globe": F.abs("latitude_deg") > 90,
        "longitude_is_off_the_globe": F.abs("longitude_deg") > 180,
    }


def _matches(name: str, pattern: str) -> Column:
    return F.coalesce(F.col(name).rlike(pattern), F.lit(False))
