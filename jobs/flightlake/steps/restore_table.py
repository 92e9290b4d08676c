"""A table gets the rows of an earlier version back, in one commit.

The first look changes nothing: it says which hours or days would change, and which tables are made
of this one and would no longer fit. Only a request that accepts that is carried out. The versions
in between stay, so a restore can be taken back in the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from pyspark.sql import SparkSession

from flightlake.contracts.json_codec import to_json
from flightlake.contracts.requests import RefusedError
from flightlake.contracts.restores import (
    Restore,
    RestoreRequest,
    dependents_of,
    record_key,
)
from flightlake.contracts.storage import Lake
from flightlake.io import versions
from flightlake.io.lease import writer_lease
from flightlake.io.session import start_session
from flightlake.steps.arguments import parse_restore_arguments
from flightlake.steps.progress import Progress

STEP = "restore_table"
# Delta refuses versions that were written more than a week ago, be all their files there: a table
# that is written once a week could not be restored. The step looks for the files itself.
_ANY_AGE = "spark.databricks.delta.vacuum.enforceTimeTravelWithinDeletedFileRetentionDuration"


def main(argv: Sequence[str]) -> int:
    """Restore what the arguments name; 0 where that is refused too: the record says why."""
    arguments = parse_restore_arguments(STEP, argv)
    lake, request = arguments.lake, arguments.request
    progress = Progress(f"{STEP} {request.table.full_name} on {lake.url}")
    with writer_lease(lake, STEP, arguments.run_id):
        spark = start_session(f"{STEP} {request.table.full_name}")
        done = run(spark, lake, request, arguments.run_id, progress)
    spark.stop()
    progress.end(done.describe())
    return 0


def run(
    spark: SparkSession, lake: Lake, request: RestoreRequest, run_id: str, progress: Progress
) -> Restore:
    """Look what would change and, where that is accepted, change it; records and returns it.

    Args:
        spark: the session.
        lake: where the table is.
        request: what is wanted back.
        run_id: names the record.
        progress: told after each look.
    """
    spark.conf.set(_ANY_AGE, "false")
    done = _run(spark, lake, request, progress)
    done = replace(done, at=datetime.now(UTC).replace(microsecond=0))
    lake.write(record_key(request.table, run_id), to_json(done))
    return done


def _run(spark: SparkSession, lake: Lake, request: RestoreRequest, progress: Progress) -> Restore:
    table = request.table
    found = Restore(request.fields)
    try:
        if not lake.exists(f"{table.path}/_delta_log"):
            raise RefusedError(f"{table.full_name} has not been written yet.")
        known = versions.versions_of(spark, lake, table)
        newest, wanted = known[0][0], versions.version_wanted(known, request)
        found = replace(found, version_before=newest, version_wanted=wanted)
        versions.require_readable(lake, table, wanted)
        changes = versions.changes_between(lake, table, newest, wanted)
        versions.require_whole(lake, table, wanted, changes)
        progress.say(f"version {wanted} of {newest} is whole")
        found = replace(found, changes=changes, derived=dependents_of(table))
        periods = f"{len(changes):,} {'period' if len(changes) == 1 else 'periods'}"
        progress.say(f"to change: {periods}")
        if not changes:
            return replace(found, version_after=newest)
        if not request.is_accepted:
            raise RefusedError(
                f"{periods} of {table.full_name} would change, see below. Nothing was done yet;"
                " where that is wanted, ask again with accept set to yes."
            )
        return replace(found, version_after=versions.restore(spark, lake, table, wanted))
    except RefusedError as error:
        return replace(found, refused=str(error))
