"""``make export``: rows of a table as files, through the same DAG as on AWS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flightlake.contracts.days import Day
from flightlake.contracts.exports import (
    ExportRequest,
    Manifest,
    folder_of,
    read_manifest,
    size_text,
)
from flightlake.contracts.hours import Hour
from flightlake.contracts.partitions import days_of, hours_of
from flightlake.contracts.requests import RefusedError
from flightlake.contracts.storage import Lake
from flightlake.schemas import columns_of

from flightlake_local import show
from flightlake_local.console import Steps
from flightlake_local.errors import LocalError
from flightlake_local.names import require_table
from flightlake_local.runs import end_of, failure_of
from flightlake_local.settings import LakeKind, LocalSettings
from flightlake_local.stack import Stack

DAG_ID = "export_table"


def run_export(settings: LocalSettings, asked: Mapping[str, str]) -> None:
    """Export what was asked for, and print where it lies.

    Raises:
        LocalError: it cannot be exported, or its run failed; the message says why.
    """
    request = request_of(asked)
    steps, stack = show.steps(), Stack(settings)
    with steps.live():
        stack.up(steps)
        lake = stack.open_lake()
        manifest = _through_airflow(stack, steps, lake, request)
    place = folder_of(manifest.export_id)
    if settings.lake is LakeKind.FILE:
        place = str(settings.state_dir / "lake" / place)
    else:
        place = lake.url_of(place)
    for part in manifest.parts:
        print(f"{place}/{part.name}")
    print(f"{place}/manifest.json")
    if not manifest.rows:
        print(nothing_of(lake, request))


def request_of(asked: Mapping[str, str]) -> ExportRequest:
    """What was asked for, held against the tables before anything starts.

    Raises:
        LocalError: it cannot be exported; the message says what can.
    """
    if not asked.get("table"):
        raise LocalError(
            "Nothing to export: make export TABLE=gold.flights FROM=2025-12-28 TO=2025-12-29"
        )
    require_table(asked["table"])
    try:
        request = ExportRequest.parse(asked)
        request.columns_of([column.name for column in columns_of(request.table)])
    except RefusedError as error:
        raise LocalError(str(error)) from None
    return request


def nothing_of(lake: Lake, request: ExportRequest) -> str:
    """What to say of an export without rows: which times the table has instead."""
    table = request.table
    has_time = request.start is not None
    asked = " and ".join(["time"] * has_time + ["area"] * (request.area is not None))
    said = f"{table.full_name} has no rows" + (f" of the asked {asked}" if asked else "")
    if not has_time:
        return f"{said}."
    days = days_of(lake, table)
    if not days:
        return f"{said}, nor of any other."
    hours = [*hours_of(lake, table, days[0]), *hours_of(lake, table, days[-1])]
    times: Sequence[Day | Hour] = hours or days
    unit = "hours" if hours else "days"
    return f"{said}.\nIts {unit} go from {times[0]} to {times[-1]}."


def _through_airflow(stack: Stack, steps: Steps, lake: Lake, request: ExportRequest) -> Manifest:
    api = stack.api
    stack.wait_for_dag(DAG_ID)
    api.unpause(DAG_ID)
    with steps.step(f"Export of {request.table.full_name}") as step:
        run_id = api.trigger(DAG_ID, request.fields)
        state = end_of(
            stack, step, DAG_ID, run_id, lambda: _so_far(read_manifest(lake, request.export_id))
        )
        manifest = read_manifest(lake, request.export_id)
        if state != "success" or manifest is None:
            failure = failure_of(stack, api, DAG_ID, run_id)
            raise LocalError(failure.reason + (f" Log: {failure.log}" if failure.log else ""))
        step.outcome = f"{manifest.rows:,} rows, {size_text(manifest.size_bytes)}"
    return manifest


def _so_far(manifest: Manifest | None) -> str:
    if manifest is None or manifest.created_at:
        return ""
    return f", {manifest.rows:,} of {manifest.rows_planned:,} rows"
