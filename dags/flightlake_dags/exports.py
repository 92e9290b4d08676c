"""From the params of an export to its request, and from its manifest to the fate of its run."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from airflow.sdk import Param
from flightlake.contracts.exports import (
    AREA_PATTERN,
    COLUMNS_PATTERN,
    FORMATS,
    MOMENT_PATTERN,
    ExportRequest,
    folder_of,
    read_manifest,
)
from flightlake.contracts.storage import Lake

from flightlake_dags.compat import AirflowFailException
from flightlake_dags.requests import REQUEST_MACROS, open_param, parse_params, table_param
from flightlake_dags.settings import get_settings

log = logging.getLogger(__name__)


EXPORT_PARAMS = {
    "table": table_param("Which table's rows."),
    "from": open_param(
        "From",
        "The first hour, UTC, as 2025-12-28T02, or the first day, as 2025-12-28;"
        " none for a table without time.",
        pattern=MOMENT_PATTERN,
    ),
    "to": open_param(
        "To", "The first hour, or day, that is not exported any more.", pattern=MOMENT_PATTERN
    ),
    "area": open_param(
        "Area",
        "south,west,north,east in degrees, such as 45.8,5.9,47.9,10.6; none: everywhere.",
        pattern=AREA_PATTERN,
    ),
    "columns": open_param(
        "Columns",
        "Names with commas between them, in this order; none: all.",
        pattern=COLUMNS_PATTERN,
    ),
    "format": Param(
        FORMATS[0],
        type="string",
        enum=list(FORMATS),
        title="Format",
        description="geojson: positions as points; of gold.flights, their tracks.",
    ),
}


def export_folder(params: Mapping[str, Any]) -> str:
    """The folder of the export that is asked for; it was judged before."""
    return folder_of(_request(params).export_id)


EXPORT_MACROS = {**REQUEST_MACROS, "export_folder": export_folder}


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
    return parse_params(ExportRequest.parse, params, "Nothing was exported.")
