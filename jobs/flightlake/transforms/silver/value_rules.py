"""The value rules: a value that cannot be true, or cannot be read, is null and its row stays.

They are about the columns that a row can do without. A row whose aircraft, times or position cannot
be true says nothing at all: that is what ``row_rules`` quarantine.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from flightlake.transforms.silver.parse import text

MIN_ALTITUDE_M, MAX_ALTITUDE_M = -1_500.0, 45_000.0
"""Below any airfield in any pressure; above any balloon that carries a transponder."""
MAX_GROUND_SPEED_MPS = 700.0
MAX_VERTICAL_RATE_MPS = 166.0
"""ADS-B has no way to send more than 32,640 ft/min, 165.8 m/s."""
MAX_CODE = 1_000

_TEXT = r'^[^\p{Cntrl}\x{fffd}{}\[\]"]{0,80}$'
# Where a lone surrogate was, a question mark stands: UTF-8 has no form for it.
_CALLSIGN = r'^[ -~&&[^{}\[\]"?]]{0,8}$'
_SQUAWK = r"^[0-7]{4}$"


def null_impossible_values(rows: DataFrame) -> DataFrame:
    """Put null in place of every impossible value, and say which in ``nulled_columns``.

    Args:
        rows: the result of ``parse.conform``.

    Returns:
        The same rows with ``nulled_columns`` ARRAY<STRING>: the names of the columns whose received
        value was impossible, in order of the table; empty where there are none.
    """
    rules = _rules()
    named = F.array(*(F.when(rule, F.lit(name)) for name, rule in rules.items()))
    marked = rows.withColumn("nulled_columns", F.array_compact(named))
    return marked.withColumns(
        {name: F.when(~F.array_contains("nulled_columns", name), F.col(name)) for name in rules}
    )


def _rules() -> dict[str, Column]:
    """Per column, whether the received value is impossible."""
    return {
        "callsign": ~text(1).rlike(_CALLSIGN),
        "origin_country": ~text(2).rlike(_TEXT),
        "baro_altitude_m": _is_not_within(7, "baro_altitude_m", MIN_ALTITUDE_M, MAX_ALTITUDE_M),
        "geo_altitude_m": _is_not_within(13, "geo_altitude_m", MIN_ALTITUDE_M, MAX_ALTITUDE_M),
        "ground_speed_mps": _is_not_within(9, "ground_speed_mps", 0, MAX_GROUND_SPEED_MPS),
        "true_track_deg": _is_not_within(10, "true_track_deg", -360, 360),
        "vertical_rate_mps": _is_not_within(
            11, "vertical_rate_mps", -MAX_VERTICAL_RATE_MPS, MAX_VERTICAL_RATE_MPS
        ),
        "squawk": ~text(14).rlike(_SQUAWK),
        "is_spi": _is_unread(15, "is_spi"),
        "position_source": _is_not_a_code(16, "position_source"),
        "category": _is_not_a_code(17, "category"),
    }


def _is_unread(position: int, name: str) -> Column:
    return text(position).isNotNull() & F.col(name).isNull()


def _is_not_within(position: int, name: str, low: float, high: float) -> Column:
    return _is_unread(position, name) | ~F.col(name).between(low, high)


def _is_not_a_code(position: int, name: str) -> Column:
    is_fraction = F.col(name) != F.floor(name)
    return _is_not_within(position, name, -MAX_CODE, MAX_CODE) | is_fraction
