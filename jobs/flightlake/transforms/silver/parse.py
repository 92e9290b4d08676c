"""Answers to rows to typed columns, by position, without ever throwing."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

# Text first: a JSON parser that is told a type drops a whole answer for one bad number.
_ANSWER = "states ARRAY<STRING>"
_ROW = "ARRAY<STRING>"
MAX_RAW_ROW_CHARS = 4_000


def explode_rows(answers: DataFrame) -> DataFrame:
    """One row a state vector, as the text it was received in.

    Args:
        answers: ``body`` STRING (an answer's JSON) and any columns that tell the answer.

    Returns:
        The other columns of ``answers``, with ``row_index`` INT (position in the answer),
        ``raw_row`` STRING (the row's JSON) and ``fields`` ARRAY<STRING> (null where the row is no
        array). Answers without rows give none.
    """
    others = [name for name in answers.columns if name != "body"]
    rows = answers.select(
        *others, F.posexplode(F.from_json("body", _ANSWER)["states"]).alias("row_index", "raw_row")
    )
    # A row that is the JSON null comes as no text at all.
    rows = rows.withColumn("raw_row", F.coalesce("raw_row", F.lit("null")))
    return rows.withColumn("fields", F.from_json("raw_row", _ROW))


def conform(rows: DataFrame) -> DataFrame:
    """Typed columns by position; what cannot be cast is null here.

    ``row_rules`` and ``value_rules`` tell it from what was null when it was received.

    Missing columns are null and columns beyond the 18th are ignored: OpenSky sends 17 or 18.

    Args:
        rows: the result of ``explode_rows`` with ``snapshot_time_s`` BIGINT.
    """
    return rows.select(
        "*",
        F.lower(text(0)).alias("icao24"),
        blank_to_null(F.trim(text(1))).alias("callsign"),
        blank_to_null(F.trim(text(2))).alias("origin_country"),
        number(3).alias("time_position_s"),
        number(4).alias("last_contact_s"),
        number(5).alias("longitude_deg"),
        number(6).alias("latitude_deg"),
        number(7).alias("baro_altitude_m"),
        flag(8).alias("is_on_ground"),
        number(9).alias("ground_speed_mps"),
        number(10).alias("true_track_deg"),
        number(11).alias("vertical_rate_mps"),
        number(13).alias("geo_altitude_m"),
        text(14).alias("squawk"),
        flag(15).alias("is_spi"),
        number(16).alias("position_source"),
        number(17).alias("category"),
    )


def text(position: int) -> Column:
    """A field as it was received."""
    return F.get("fields", F.lit(position))


def number(position: int) -> Column:
    """A field as DOUBLE; null where it is no number, or not a finite one."""
    value = text(position).try_cast("double")
    return F.when(~F.isnan(value) & (F.abs(value) < float("inf")), value)


def flag(position: int) -> Column:
    """A field as BOOLEAN; null where it is neither ``true`` nor ``false``."""
    return F.when(text(position) == "true", True).when(text(position) == "false", False)


def blank_to_null(value: Column) -> Column:
    """Null instead of an empty text: OpenSky sends blanks where it knows no callsign."""
    return F.when(value != "", value)
