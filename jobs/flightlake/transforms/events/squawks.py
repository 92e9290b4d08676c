"""Emergency codes: the transponder says what is wrong, unless its code is garbled."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from flightlake.transforms.events import signs
from flightlake.transforms.events.event import CRITICAL, EMERGENCY_SQUAWK, WARNING
from flightlake.transforms.flights.along import Along

HIJACK, RADIO_FAILURE, EMERGENCY = "7500", "7600", "7700"
MIN_CONTACTS = 2
"""One alone is a bit error, or a code on the way to the one that is being dialled."""
SHORTEST_STAY_S = 180
"""Between two other codes, a shorter stay is garbled: the crew of a real emergency keeps its code
for longer, and so does the answer to a wrong one from the controller."""
SHORTEST_STAY_ONE_BIT_S = 300
"""The same where one wrong bit makes the code of the one before or after it: 7700 of 7300."""

_MEANINGS = {
    HIJACK: "unlawful interference",
    RADIO_FAILURE: "a radio failure",
    EMERGENCY: "an emergency",
}
_OCTAL, _DECIMAL = 8, 10


def emergency_squawks(states: DataFrame) -> DataFrame:
    """One event per aircraft and code that it really transmits, however often.

    A code is real where it stays for two contacts or more and is not garbled; then all states with
    it count.

    Args:
        states: ``icao24``, ``snapshot_time``, ``squawk``, ``contact_s``, ``seen`` (the state in
            short, its time first) and ``has_icao_address``.

    Returns:
        ``icao24``, ``first``, ``ended_at``, ``states``, ``value``, ``has_icao_address`` and
        ``told``.
    """
    runs = _runs(states)
    along = Along("icao24", order=("run",))
    judged = runs.withColumns(
        {
            "code_before": along.before("squawk"),
            "code_after": along.after("squawk"),
            "next_s": along.after("began_s"),
        }
    )
    of_code = (
        judged.where(_is_emergency("squawk"))
        .groupBy("icao24", "squawk")
        .agg(
            F.min("first").alias("first"),
            F.max("ended_at").alias("ended_at"),
            F.sum("states").alias("states"),
            F.bool_or("has_icao_address").alias("has_icao_address"),
            F.bool_or((F.col("contacts") >= MIN_CONTACTS) & ~_is_garbled()).alias("is_real"),
        )
    )
    code = F.col("squawk")
    meaning = F.create_map(*(F.lit(text) for pair in _MEANINGS.items() for text in pair))
    told = signs.telling(
        event_type=F.lit(EMERGENCY_SQUAWK),
        severity=F.when(code == RADIO_FAILURE, WARNING).otherwise(CRITICAL),
        limit_value=F.lit(None),
        # Without counts and times: an emergency that goes on has the same words in every hour.
        description=F.format_string(
            "%s transmits squawk %s, %s.", signs.aircraft_name(), code, meaning[code]
        ),
    )
    return of_code.where("is_real").withColumns({"value": code.cast("double"), "told": told})


def _runs(states: DataFrame) -> DataFrame:
    """The codes of each aircraft that has an emergency code, one row per stay with a code."""
    along = Along("icao24", order=("snapshot_time",))
    of_aircraft = Window.partitionBy("icao24")
    return (
        states.where(F.col("squawk").isNotNull())
        .withColumn("is_of_interest", F.bool_or(_is_emergency("squawk")).over(of_aircraft))
        .where("is_of_interest")
        .withColumn("squawk_before", along.before("squawk"))
        .withColumn("run", along.count(~F.col("squawk").eqNullSafe(F.col("squawk_before"))))
        .groupBy("icao24", "run", "squawk")
        .agg(
            F.min("seen").alias("first"),
            F.max("seen.snapshot_time").alias("ended_at"),
            F.min("contact_s").alias("began_s"),
            F.max("contact_s").alias("last_s"),
            F.count_distinct("contact_s").alias("contacts"),
            F.count("*").alias("states"),
            F.bool_or("has_icao_address").alias("has_icao_address"),
        )
    )


def _is_emergency(squawk: str) -> Column:
    return F.col(squawk).isin(*_MEANINGS)


def _is_garbled() -> Column:
    """A short stay between two other codes, or next to a code that differs in one bit."""
    stay_s = F.coalesce("next_s", "last_s") - F.col("began_s")
    is_between = ~_is_emergency("code_before") & ~_is_emergency("code_after")
    is_one_bit_off = _is_one_bit_off("code_before") | _is_one_bit_off("code_after")
    return F.coalesce(is_between & (stay_s < SHORTEST_STAY_S), F.lit(False)) | (
        is_one_bit_off & (stay_s < SHORTEST_STAY_ONE_BIT_S)
    )


def _is_one_bit_off(neighbour: str) -> Column:
    codes = (F.conv(name, _OCTAL, _DECIMAL).cast("int") for name in ("squawk", neighbour))
    one, other = codes
    return F.coalesce(F.bit_count(one.bitwiseXOR(other)) == 1, F.lit(False))
