"""A day of the tables that record what happened, judged after it was written.

Nothing can be kept back any more: what is wrong fails the gate, so that a person looks for the
cause, and the rows stay.
"""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import SparkSession

from flightlake.contracts.days import Day
from flightlake.contracts.results import JudgedRecords
from flightlake.contracts.storage import Lake
from flightlake.contracts.tables import Table
from flightlake.io import delta
from flightlake.quality.judge import judge
from flightlake.steps.progress import Progress


def judge_records(
    spark: SparkSession, lake: Lake, tables: Sequence[Table], day: Day, progress: Progress
) -> list[JudgedRecords]:
    """Judge what tables hold of a day.

    In Spark, whatever the suite asks: an hour of broken rows is too large for the driver.
    """
    judged = []
    for table in tables:
        rows = delta.read(spark, lake, table).where(day.predicate).persist()
        judgement = judge(rows, table.full_name, {})
        judged.append(JudgedRecords(table.full_name, rows.count(), judgement))
        rows.unpersist()
        progress.say(f"{table.full_name}: {judged[-1].rows:,} rows, {judgement.verdict}")
    return judged
