"""From the params of a restore to its request, and from its record to the fate of its run."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from flightlake.contracts.leases import FOLDER
from flightlake.contracts.restores import (
    MOMENT_PATTERN,
    ROOT,
    VERSION_PATTERN,
    RestoreRequest,
    read_restore,
)
from flightlake.contracts.storage import Lake

from flightlake_dags.compat import AirflowFailException
from flightlake_dags.requests import open_param, parse_params, table_param
from flightlake_dags.settings import get_settings

log = logging.getLogger(__name__)

RESTORED = (
    "{{ params.table.replace('.', '/') }}/*",
    f"{FOLDER}/*",
    f"{ROOT}/{{{{ params.table }}}}/*",
)
"""The objects that a restore writes, as templates: the table's, the lease, and its record."""

RESTORE_PARAMS = {
    "table": table_param("Which table's rows are wanted back."),
    "version": open_param(
        "Version",
        "Its number in the table's history; none where a moment is given.",
        pattern=VERSION_PATTERN,
    ),
    "at": open_param(
        "At",
        "The moment as of which the rows are wanted, UTC, as 2025-12-28T02:30.",
        pattern=MOMENT_PATTERN,
    ),
    "accept": open_param(
        "Accept",
        "yes: do it. None: only say which hours or days would change.",
        enum=[None, "yes"],
    ),
}


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
    return parse_params(RestoreRequest.parse, params, "Nothing was restored.")
