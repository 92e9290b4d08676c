"""The form of what a job says: lines for people, or one JSON object a line to query.

``FLIGHTLAKE_LOG_FORMAT`` chooses, ``text`` or ``json``. Both go to standard output.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise

OWN = "flightlake"
"""The logger above all of the job's own."""

_known: dict[str, str | None] = {}
"""What is known of the job by now; a process runs one."""


class TextFormatter(logging.Formatter):
    """The message, after the seconds since the job began where the line has them."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        seconds = _seconds(record)
        text = super().format(record)
        return text if seconds is None else f"[{seconds:6.1f} s] {text}"


class JsonFormatter(logging.Formatter):
    """One JSON object: ``time``, ``level``, ``logger``, ``message``; ``seconds`` since the job
    began and ``exception`` where there are any; and what is known of the job."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; line breaks of a message stay in its string."""
        time = datetime.fromtimestamp(record.created, UTC)
        line = {
            "time": time.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "seconds": _seconds(record),
            "exception": self.formatException(record.exc_info) if record.exc_info else None,
            **_known,
        }
        return json.dumps({name: value for name, value in line.items() if value is not None})


def configure_logs(step: str, argv: Sequence[str] = ()) -> None:
    """Send the lines of this process to standard output: all of the job's own, warnings of others.

    Args:
        step: the job's step.
        argv: its arguments; they are not checked here.
    """
    told = dict(pairwise(argv))
    _known.clear()
    know(step=step, run_id=told.get("--run-id"), period=told.get("--hour", told.get("--day")))
    is_json = os.environ.get("FLIGHTLAKE_LOG_FORMAT") == "json"
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter() if is_json else TextFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger(OWN).setLevel(logging.INFO)
    logging.captureWarnings(True)


def know(**fields: str | None) -> None:
    """Put fields into every JSON line from now on; None is not known."""
    _known.update(fields)


def _seconds(record: logging.LogRecord) -> float | None:
    seconds: float | None = getattr(record, "seconds", None)
    return seconds
