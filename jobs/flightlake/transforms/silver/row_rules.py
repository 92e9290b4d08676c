"""The row rules: what a state vector must be to be published at all.

A rule says that a row cannot be true or cannot be read. What is merely unusual (a balloon at 20 km,
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
MIN_ALTITUDE_M, MAX_ALTITUDE_M = -1_500.0, 45_000.0
"""Below any airfield in any pressure; above any balloon that carries a transponder."""
MAX_GROUND_SPEED_MPS = 700.0
MAX_VERTICAL_RATE_MPS = 300.0

_TEXTS = r'^[^\p{Cntrl}\x{fffd}{}\[\]"]*$'
# Where a lone surrogate was, a question mark stands: UTF-8 has no form for it.
_CALLSIGN = r'^[ -~&&[^{}\[\]"?]]{0,8}$'

_NUMBERS = {
    3: "time_position_s",
    5: "longitude_deg",
    6: "latitude_deg",
    7: "baro_altitude_m",
    9: "ground_speed_mps",
    10: "true_track_deg",
    11: "vertical_rate_mps",
    13: "geo_altitude_m",
    16: "position_source",
    17: "category",
}


def broken_rules() -> Column:
    """Every reason why a conformed row must not be published: ARRAY<STRING>, empty for a good row.

    Needs the columns of ``parse.conform``.
    """
    return F.filter(F.array(*(F.when(broken, F.lit(r)) for r, broken in _rules().items())), _kept)


def _kept(reason: Column) -> Column:
    return reason.isNotNull()


def _rules() -> dict[str, Column]:
    fields, snapshot_s = F.col("fields"), F.col("snapshot_time_s")
    latest_s = snapshot_s + MAX_CLOCK_SKEW_S
    is_row = fields.isNotNull()
    return {
        "row_is_not_an_array": ~is_row,
        "row_has_too_few_fields": F.size("fields").between(0, MIN_FIELDS - 1),
        "icao24_is_not_six_hex_digits": is_row & ~_matches("icao24", "^[0-9a-f]{6}$"),
        "callsign_is_not_printable": ~F.coalesce(text(1).rlike(_CALLSIGN), F.lit(True)),
        "origin_country_is_not_text": ~F.coalesce(
            text(2).rlike(_TEXTS) & (F.length(text(2)) <= 80), F.lit(True)
        ),
        "last_contact_is_not_a_time": is_row
        & ~F.coalesce(F.col("last_contact_s") >= FIRST_CONTACT_S, F.lit(False)),
        "last_contact_is_after_the_answer": F.col("last_contact_s") > latest_s,
        "time_position_is_not_a_time": F.col("time_position_s") < FIRST_CONTACT_S,
        "time_position_is_after_the_answer": F.col("time_position_s") > latest_s,
        "is_on_ground_is_not_a_flag": is_row & F.col("is_on_ground").isNull(),
        "is_spi_is_not_a_flag": text(15).isNotNull() & F.col("is_spi").isNull(),
        "squawk_is_not_four_octal_digits": F.col("squawk").isNotNull()
        & ~_matches("squawk", "^[0-7]{4}$"),
        **{
            f"{name}_is_not_a_number": text(position).isNotNull() & F.col(name).isNull()
            for position, name in _NUMBERS.items()
        },
        "position_is_half_missing": text(5).isNull() != text(6).isNull(),
        "latitude_is_off_the_globe": F.abs("latitude_deg") > 90,
        "longitude_is_off_the_globe": F.abs("longitude_deg") > 180,
        "baro_altitude_is_impossible": _outside("baro_altitude_m", MIN_ALTITUDE_M, MAX_ALTITUDE_M),
        "geo_altitude_is_impossible": _outside("geo_altitude_m", MIN_ALTITUDE_M, MAX_ALTITUDE_M),
        "ground_speed_is_impossible": _outside("ground_speed_mps", 0, MAX_GROUND_SPEED_MPS),
        "true_track_is_off_the_compass": _outside("true_track_deg", -360, 360),
        "vertical_rate_is_impossible": F.abs("vertical_rate_mps") > MAX_VERTICAL_RATE_MPS,
        "position_source_is_not_a_code": _is_not_a_code("position_source"),
        "category_is_not_a_code": _is_not_a_code("category"),
    }


def _matches(name: str, pattern: str) -> Column:
    return F.coalesce(F.col(name).rlike(pattern), F.lit(False))


def _outside(name: str, low: float, high: float) -> Column:
    return ~F.col(name).between(low, high)


def _is_not_a_code(name: str) -> Column:
    value = F.col(name)
    return (value != F.floor(value)) | ~value.between(-1_000, 1_000)
