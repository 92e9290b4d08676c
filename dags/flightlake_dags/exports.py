"""From the params of an export to its request, and from its manifest to the fate of its run."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

from airflow.sdk import Param
from flightlake.contracts.exports import (
    AREA_PATTERN,
    COLUMNS_PATTERN,
    FIELDS,
    FORMATS,
    MOMENT_PATTERN,
    ExportRefusedError,
    ExportRequest,
    folder_of,
    read_manifest,
)
from flightlake.contracts.storage import Lake
from flightlake.contracts.tables import STATE_VECTORS, TABLES

from flightlake_dags.compat import AirflowFailException
from flightlake_dags.settings import get_settings

REQUEST = "{{ export_request(params) }}"
"""What was asked for, as one JSON text; the DAG needs ``EXPORT_MACROS``."""

log = logging.getLogger(__name__)


def _open(pattern: str, title: str, description: str) -> Param:
    """A text that may be left open."""
    kinds = ["null", "string"]
    return Param(None, type=kinds, pattern=pattern, title=title, description=description)


EXPORT_PARAMS = {
    "table": Param(
        STATE_VECTORS.full_name,
        type="string",
        enum=list(TABLES),
        title="Table",
        description="Which table's rows.",
    ),
    "from": _open(
        MOMENT_PATTERN,
        "From",
        "The first hour, UTC, as 2025-12-28T02, or the first day, as 2025-12-28;"
        " none for a table without time.",
    ),
    "to": _open(MOMENT_PATTERN, "To", "The first hour, or day, that is not exported any more."),
    "area": _open(
        AREA_PATTERN,
        "Area",
        "south,west,north,east in degrees, such as 45.8,5.9,47.9,10.6; none: everywhere.",
    ),
    "columns": _open(
        COLUMNS_PATTERN, "Columns", "Names with commas between them, in this order; none: all."
    ),
    "format": Param(
        FORMATS[0],
        type="string",
        enum=list(FORMATS),
        title="Format",
        description="geojson: positions as points; of gold.flights, their tracks.",
    ),
}


def export_request(params: Mapping[str, Any]) -> str:
    """The params as one text; nothing is judged here."""
    return json.dumps({name: params[name] for name in FIELDS})


EXPORT_MACROS = {"export_request": export_request}


def require_request(params: Mapping[str, Any]) -> str:
    """Let the run go on if what was asked for can be exported; returns the export's id.

    Raises:
        AirflowFailException: it cannot; the message says what can.
    """
    request = _request(params)
    lake = Lake(get_settings().lake_url)
    for table in request.sources:
        if not lake.exists(f"{table.path}/_delta_log"):
            raise AirflowFailException(
                f"{table.full_name} has not been written yet. Nothing was exported; run"
                f" {table.step or 'states_hourly'} first."
            )
    log.info("Exporting to %s", lake.url_of(folder_of(request.export_id)))
    return request.export_id


def require_delivery(params: Mapping[str, Any]) -> dict[str, Any]:
    """Let the run succeed if its export is complete; returns where it lies and how much it is.

    Raises:
        AirflowFailException: it is not (again would be the same); the message says why.
    """
    request, lake = _request(params), Lake(get_settings().lake_url)
    manifest = read_manifest(lake, request.export_id)
    if manifest is None or not manifest.is_complete:
        stopped = manifest.stopped if manifest else None
        raise AirflowFailException(
            stopped or "The Spark job ended well but left no complete export; clear this run."
        )
    log.info(manifest.summary(lake))
    return {
        "url": lake.url_of(folder_of(manifest.export_id)),
        "rows": manifest.rows,
        "size_bytes": manifest.size_bytes,
    }


def _request(params: Mapping[str, Any]) -> ExportRequest:
    try:
        return ExportRequest.parse({name: params[name] for name in FIELDS})
    except ExportRefusedError as error:
        raise AirflowFailException(f"{error} Nothing was exported.") from None
