"""One answer out of those of an area's parts, as OpenSky would have sent it for the whole area."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flightlake.contracts.raw import plain_text, read_answer

from opensky.client import Fetched

log = logging.getLogger(__name__)


def merged(parts: Sequence[Fetched]) -> Fetched:
    """The answers of an area's parts as one; a single one stays as it came.

    The body has the newest ``time`` of the parts and all their rows, each as it came. An aircraft
    that moved from one part to the other between the requests is in both: its row in the older
    answer is left out. ``merged_from`` lists the ``time`` of each part, and tells such a body from
    those that OpenSky sent.

    Args:
        parts: readable answers, in order of the requests.
    """
    if len(parts) == 1:
        return parts[0]
    answers: list[dict[str, Any]] = [json.loads(plain_text(part.body)) for part in parts]
    last = parts[-1]
    body = {
        "time": max(answer["time"] for answer in answers),
        "states": _states(sorted(answers, key=lambda answer: -int(answer["time"]))),
        "merged_from": [answer["time"] for answer in answers],
    }
    text = json.dumps(body, separators=(",", ":")).encode()
    return replace(last, body=text, answer=read_answer(text, last.fetched_at))


def _states(newest_first: Sequence[dict[str, Any]]) -> list[Any]:
    states: list[Any] = []
    seen: set[str] = set()
    for answer in newest_first:
        rows = answer["states"] or []
        new = [row for row in rows if _address(row) not in seen]
        if len(new) < len(rows):
            log.info("%d aircraft are in a newer part of the area too", len(rows) - len(new))
        states += new
        seen |= {address for row in rows if (address := _address(row))}
    return states


def _address(row: Any) -> str | None:
    is_row = isinstance(row, list) and row and isinstance(row[0], str)
    return row[0].lower() if is_row else None
