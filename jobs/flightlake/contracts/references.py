"""Source files of the reference tables in the lake, verbatim, one object for each content."""

from __future__ import annotations

import hashlib
import re

from flightlake.contracts.days import Day
from flightlake.contracts.storage import Lake, is_gzip

ROOT = "raw/reference"
MAX_FILE_BYTES = 160 * 1024 * 1024
"""The largest file that is landed or read, unpacked: OpenSky's aircraft database has 103 MB."""

_ZIP_MAGIC = b"PK\x03\x04"
_KEY = re.compile(rf"{ROOT}/(?P<table>\w+)/source=(?P<source>[\w.-]+)/[\w.-]+")


def land(lake: Lake, table: str, source: str, day: Day, body: bytes) -> str:
    """Keep a source file as it came; the same content on the same day is one object.

    Args:
        lake: where to.
        table: the reference table that it is for, such as ``airports``.
        source: who it is from: a host, or ``file``.
        day: when it came.
        body: its bytes.

    Returns:
        Its key.
    """
    ending = "csv.gz" if is_gzip(body) else "csv.zip" if is_zip(body) else "csv"
    digest = hashlib.sha256(body).hexdigest()[:12]
    key = f"{ROOT}/{table}/source={source}/{day}-{digest}.{ending}"
    lake.create(key, body)
    return key


def source_of(table: str, key: str) -> str:
    """Who a landed file is from.

    Raises:
        ValueError: the key is not that of a source file of the table.
    """
    found = _KEY.fullmatch(key)
    if found is None or found["table"] != table:
        raise ValueError(f"{key} is no source file of {table}: write {ROOT}/{table}/source=…/…")
    return found["source"]


def is_zip(body: bytes) -> bool:
    """Whether a file is a zip archive, by its first bytes."""
    return body.startswith(_ZIP_MAGIC)
