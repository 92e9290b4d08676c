"""Where the reference tables come from: a download, a file, or a file that landed before."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from airflow.sdk import Param
from flightlake.contracts import references
from flightlake.contracts.days import Day
from flightlake.contracts.storage import Lake
from flightlake.contracts.tables import REFERENCES
from opensky.errors import OpenSkyError, RateLimitedError
from opensky.transport import Clock, Deadline, NoAuth, Transport, checked_url

from flightlake_dags.compat import AirflowFailException, AirflowSkipException
from flightlake_dags.settings import EMBEDDED, get_settings

NAMES = tuple(table.name for table in REFERENCES)
DOWNLOAD_S = 300

DAY = "{{ ti.xcom_pull(task_ids='download', key='day') }}"
SOURCES = "{{ ti.xcom_pull(task_ids='download', key='sources') }}"
"""What ``download`` has landed, for ``--sources``."""

REFERENCE_PARAMS = {
    "tables": Param(
        list(NAMES),
        type="array",
        items={"type": "string", "enum": list(NAMES)},
        examples=list(NAMES),
        title="Tables",
        description="The tables to refresh.",
    ),
    "sources": Param(
        {},
        type="object",
        propertyNames={"enum": list(NAMES)},
        additionalProperties={"type": "string"},
        title="Sources",
        description="A source by table, in place of the settings': an https URL, the key of a file "
        f"that has landed ({references.ROOT}/…), {EMBEDDED}, or on a laptop file:///….",
    ),
}

# What a web server sends in place of a file that it does not have.
_PAGES = ("text/html", "text/xml", "application/xml", "application/json")

log = logging.getLogger(__name__)


class SourceUnavailableError(Exception):
    """A host did not answer well; trying again may help."""


def land_sources(params: Mapping[str, Any]) -> dict[str, str]:
    """Land the source files that a run is about; returns its day, and JSON of the files' keys.

    Raises:
        AirflowFailException: a source is not one, or what came is not a file of data.
        AirflowSkipException: all tables keep what they have, so there is nothing to do.
        SourceUnavailableError: a host did not answer well; trying again may help.
    """
    day = Day(datetime.now(UTC).date())
    lake = Lake(get_settings().lake_url)
    keys = {}
    for name in params["tables"]:
        source = params["sources"].get(name) or getattr(get_settings(), f"{name}_source")
        if source != EMBEDDED:
            keys[name] = land_source(lake, name, source, day)
            log.info("%s is made of %s", name, lake.url_of(keys[name]))
    if not keys:
        raise AirflowSkipException(
            f"{', '.join(params['tables']) or 'No table'}: {EMBEDDED}, as the settings say. Nothing"
            ' was loaded; name a source, such as {"sources": {"airports": "file:///…/airports.csv"'
            "}}"
        )
    return {"day": str(day), "sources": json.dumps(keys)}


def land_source(lake: Lake, table: str, source: str, day: Day) -> str:
    """Bring one source file into the lake, verbatim; returns its key.

    Raises:
        AirflowFailException: the source is not one, or what came is not a file of data.
        SourceUnavailableError: the host did not answer well; trying again may help.
    """
    try:
        if source.startswith(f"{references.ROOT}/"):
            return _landed(lake, table, source)
        if source.startswith("file:///"):
            name, body = "file", _read(lake, source)
        else:
            name, body = str(urlsplit(source).hostname), _download(source, table)
        _require_data(body)
    except (OSError, ValueError, OpenSkyError) as error:
        # What comes after the first sentence is advice for polls.
        reason = str(error).partition(". ")[0].rstrip(".")
        if isinstance(error, RateLimitedError) or getattr(error, "is_transient", False):
            raise SourceUnavailableError(f"{table}: {reason}. Nothing was changed.") from None
        raise AirflowFailException(
            f"{table} cannot be refreshed: {reason}. Nothing was changed, {references.ROOT}/ keeps "
            f"what came before. Correct FLIGHTLAKE_{table.upper()}_SOURCE or the param `sources`, "
            "or leave the table out by the param `tables`."
        ) from None
    return references.land(lake, table, name, day, body)


def _landed(lake: Lake, table: str, key: str) -> str:
    references.source_of(table, key)
    if not lake.exists(key):
        raise ValueError(f"the lake has no object {key}")
    return key


def _read(lake: Lake, url: str) -> bytes:
    if lake.is_s3:
        # Who may start a run may not read what its worker may.
        raise ValueError(
            f"{url} is a file of the worker's, which only a lake on the same machine takes; put it "
            f"into the lake, at {references.ROOT}/<table>/source=<name>/<file>, and name that key"
        )
    path = Path(url2pathname(urlsplit(url).path))
    with path.open("rb") as file:
        body = file.read(references.MAX_FILE_BYTES + 1)
    if len(body) > references.MAX_FILE_BYTES:
        raise ValueError(f"{path} is larger than {references.MAX_FILE_BYTES:,} bytes")
    return body


def _download(url: str, table: str) -> bytes:
    clock = Clock()
    transport = Transport(proxy=None, connect_timeout_s=10, read_timeout_s=30, clock=clock)
    reply = transport.send(
        "GET",
        checked_url(url, f"the source of {table}"),
        deadline=Deadline.after(DOWNLOAD_S, clock),
        max_bytes=references.MAX_FILE_BYTES,
        auth=NoAuth(),
        accept="text/csv, */*;q=0.5",
    )
    if reply.status != 200:
        raise ValueError(f"{url} answered {reply.status}")
    kind = reply.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind in _PAGES:
        raise ValueError(f"{url} sent {kind}, which is no file of data")
    return reply.body


def _require_data(body: bytes) -> None:
    start = body[:1024].lstrip()
    if not start:
        raise ValueError("the file is empty")
    if start.startswith((b"<", b"{")):
        raise ValueError("the file is a page or a message, and not lines of data")
