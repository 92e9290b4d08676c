"""Recorded answers of /states/all, served as they were recorded."""

import gzip
import json
import logging
import zlib
from bisect import bisect_right
from pathlib import Path
from typing import Any

from opensky_simulator.register import Airframe
from opensky_simulator.world import BoundingBox, encode, inside

_GZIP_MAGIC = b"\x1f\x8b"

_log = logging.getLogger(__name__)


class ReplayError(Exception):
    """There is nothing to replay."""


class Replay:
    """Serves recorded answers in place of a ``World``.

    ``source`` is one file or a folder of them (.json or .json.gz, searched recursively; whether a
    file is gzip is recognized by its bytes). Asked for a moment it gives the newest answer recorded
    at or before it, and before the first one the first. For "now" the simulator's clock is set to
    ``first_time_s`` at the start and runs from there: a client that polls as often as the
    recording's author sees the answers in their order, and the last one again and again at the end.
    Rules on ``time`` apply to that clock.

    Without a box the bytes are those of the recording, whatever ``extended`` says.

    Raises ReplayError if no file holds an answer; other files are named in the log and left out.
    """

    def __init__(self, source: Path) -> None:
        files = sorted(source.rglob("*.json*")) if source.is_dir() else [source]
        found = [entry for file in files if (entry := _load(file)) is not None]
        if not found:
            raise ReplayError(
                f"{source} holds no recorded /states/all answer, so there is nothing to replay. "
                "Give a .json or .json.gz file with the keys time and states, or a folder of them."
            )
        self._answers = sorted(found, key=lambda entry: entry[0])
        self._times = [time_s for time_s, _ in self._answers]

    @property
    def first_time_s(self) -> int:
        """Unix time of the oldest answer."""
        return self._times[0]

    def answer(self, time_s: int, extended: bool = False, bbox: BoundingBox | None = None) -> bytes:
        """Return the newest recorded answer at or before ``time_s`` (unix seconds)."""
        del extended  # the number of columns is the recording's
        index = max(bisect_right(self._times, time_s) - 1, 0)
        recorded_s, body = self._answers[index]
        if bbox is None:
            return body
        states = json.loads(body)["states"] or []
        return encode(recorded_s, [state for state in states if inside(bbox, state)])

    def flights(self, begin_s: float, end_s: float) -> list[dict[str, Any]]:
        """Return nothing: nobody knows the true flights of a recording."""
        del begin_s, end_s
        return []

    def airframes(self) -> list[Airframe]:
        """Return nothing: nobody knows the aircraft of a recording."""
        return []


def _load(file: Path) -> tuple[int, bytes] | None:
    try:
        content = file.read_bytes()
        body = gzip.decompress(content) if content.startswith(_GZIP_MAGIC) else content
        answer = json.loads(body)
    except (OSError, EOFError, zlib.error, ValueError) as error:
        _log.warning("%s is not replayed: %s", file, error)
        return None
    if not isinstance(answer, dict) or not isinstance(answer.get("time"), int):
        _log.warning("%s is not replayed: it is no /states/all answer", file)
        return None
    return answer["time"], body
