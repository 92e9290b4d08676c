"""A health check for containers: ``python -m flightlake_local.probe URL [PART OF AIRFLOW]``.

It needs the standard library only, for it runs every few seconds, and no shell and no curl.
"""

from __future__ import annotations

import json
import sys
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

TIMEOUT_S = 5.0
MAX_BYTES = 65536
SERVER_ERROR = 500

# Everything is on loopback; a proxy of the environment's would only be in the way.
_OPENER = build_opener(ProxyHandler({}))


def is_well(url: str, part: str | None = None) -> bool:
    """Whether an address answers, and Airflow says there that a part of it is healthy.

    A refusal is an answer too: the local EMR Serverless talks only to who signs.
    """
    try:
        with _OPENER.open(url, timeout=TIMEOUT_S) as answer:
            body = answer.read(MAX_BYTES)
    except HTTPError as refusal:
        return part is None and refusal.code < SERVER_ERROR
    except OSError:
        return False
    return part is None or _status(body, part) == "healthy"


def _status(body: bytes, part: str) -> str | None:
    try:
        status = json.loads(body)[part]["status"]
    except (ValueError, KeyError, TypeError):
        return None
    return str(status)


if __name__ == "__main__":
    sys.exit(0 if is_well(*sys.argv[1:3]) else f"not well: {' '.join(sys.argv[1:])}")
