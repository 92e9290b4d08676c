"""``make restore``: the rows of an earlier version of a table, by the step that AWS runs too."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from flightlake.contracts.requests import RefusedError
from flightlake.contracts.restores import Restore, RestoreRequest
from flightlake.contracts.storage import Lake
from flightlake.contracts.tables import Table

from flightlake_local import show
from flightlake_local.errors import LocalError
from flightlake_local.names import require_table
from flightlake_local.settings import LakeKind, LocalSettings
from flightlake_local.spark_sql import local_session
from flightlake_local.stack import Stack

EXAMPLE = "make restore TABLE=silver.state_vectors AT=2025-12-28T02:30"
_WRITER = "emr"


def run_restore(settings: LocalSettings, asked: Mapping[str, str]) -> None:
    """Restore a table, or say what would change.

    Raises:
        LocalError: nothing was restored; the message says why, and what would change.
    """
    request = request_of(asked)
    require_no_writer(settings)
    require_written(settings, request.table)
    steps = show.steps()
    with steps.live(), steps.step(f"Restore of {request.table.full_name}") as step:
        done = _restore(settings, request)
        step.outcome = f"{request.table.full_name} looked at"
    if done.refused:
        raise LocalError(done.describe())
    print(done.describe())


def request_of(asked: Mapping[str, str]) -> RestoreRequest:
    """What was asked for, before anything starts.

    Raises:
        LocalError: it names no one version of a table.
    """
    if not asked.get("table"):
        raise LocalError(f"Nothing to restore: {EXAMPLE}")
    require_table(asked["table"])
    try:
        return RestoreRequest.parse(asked)
    except RefusedError as error:
        raise LocalError(str(error)) from None


def require_no_writer(settings: LocalSettings) -> None:
    """Go on only where no Spark job of the stack can write at the same time.

    Raises:
        LocalError: the stack runs.
    """
    running = {line.name for line in Stack(settings).status() if line.state == "running"}
    if _WRITER in running:
        raise LocalError(
            "The stack runs, and its Spark jobs write: `make down` first, or trigger the DAG"
            " restore_table, which waits for them."
        )
    if settings.lake is LakeKind.S3:
        raise LocalError(
            "The lake on the S3 server is gone once its stack is down; the one in files stays:"
            " FLIGHTLAKE_LOCAL_LAKE=file make restore …"
        )


def require_written(settings: LocalSettings, table: Table) -> None:
    """Go on only where the table has versions: the step would look only once Spark has started.

    Raises:
        LocalError: it has not been written yet.
    """
    if not Lake(settings.lake_url).exists(f"{table.path}/_delta_log"):
        raise LocalError(f"{table.full_name} has not been written yet: no version to restore.")


def _restore(settings: LocalSettings, request: RestoreRequest) -> Restore:
    from flightlake.io.logs import configure_logs
    from flightlake.steps import restore_table
    from flightlake.steps.progress import Progress

    configure_logs(restore_table.STEP)
    spark = local_session(settings, restore_table.STEP)
    try:
        run_id = f"make restore {datetime.now(UTC).isoformat(timespec='seconds')}"
        lake = Lake(settings.lake_url)
        return restore_table.run(spark, lake, request, run_id, Progress(restore_table.STEP))
    finally:
        spark.stop()
