"""From the params of a restore to its request, and from its record to the fate of its run."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

from airflow.sdk import Param
from flightlake.contracts.restores import (
    FIELDS,
    MOMENT_PATTERN,
    VERSION_PATTERN,
    RestoreRefusedError,
    RestoreRequest,
    read_restore,
)
from flightlake.contracts.storage import Lake
from flightlake.contracts.tables import STATE_VECTORS, TABLES

from flightlake_dags.compat import AirflowFailException
from flightlake_dags.settings import get_settings

REQUEST = "{{ restore_request(params) }}"
"""What was asked for, as one JSON text; the DAG needs ``RESTORE_MACROS``."""

log = logging.getLogger(__name__)

RESTORE_PARAMS = {
    "table": Param(
        STATE_VECTORS.full_name,
        type="string",
        enum=list(TABLES),
        title="Table",
        description="Which table's rows are wanted back.",
    ),
    "version": Param(
        None,
        type=["null", "string"],
        pattern=VERSION_PATTERN,
        title="Version",
        description="Its number in the table's history; none where a moment is given.",
    ),
    "at": Param(
        None,
        type=["null", "string"],
        pattern=MOMENT_PATTERN,
        title="At",
        description="The moment as of which the rows are wanted, UTC, as 2025-12-28T02:30.",
    ),
    "accept": Param(
        None,
        type=["null", "string"],
        enum=[None, "yes"],
        title="Accept",
        description="yes: do it. None: only say which hours or days would change.",
    ),
}


def restore_request(params: Mapping[str, Any]) -> str:
    """The params as one text; nothing is judged here."""
    return json.dumps({name: params[name] for name in FIELDS})


RESTORE_MACROS = {"restore_request": restore_request}


def require_request(params: Mapping[str, Any]) -> str:
    """Let the run go on if one version of a table is named; returns the table's name.

    Raises:
        AirflowFailException: none is; the message says how to name one.
    """
    return _request(params).table.full_name


def require_restored(params: Mapping[str, Any], run_id: str) -> dict[str, Any]:
    """Let the run succeed if the table has the rows; returns the versions.

    Raises:
        AirflowFailException: it was refused (again would be the same); the message says why, and
            what would change.
    """
    lake, table = Lake(get_settings().lake_url), _request(params).table
    done = read_restore(lake, table, run_id)
    if done is None:
        raise AirflowFailException("The Spark job ended well but left no record; clear this run.")
    if done.refused:
        raise AirflowFailException(done.describe())
    log.info(done.describe())
    return {"version_before": done.version_before, "version_after": done.version_after}


def _request(params: Mapping[str, Any]) -> RestoreRequest:
    try:
        return RestoreRequest.parse({name: params[name] for name in FIELDS})
    except RestoreRefusedError as error:
        raise AirflowFailException(f"{error} Nothing was restored.") from None
