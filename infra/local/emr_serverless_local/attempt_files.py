"""The folder of one attempt: what the server and the attempt's supervisor tell each other.

All files are written whole or not at all, so either side may die at any moment.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Download:
    """A file to fetch before the job starts."""

    url: str
    path: str


@dataclass(frozen=True)
class Order:
    """What the supervisor has to do; the environment is not in it but inherited."""

    marker: str
    argv: list[str]
    downloads: list[Download]
    log_target: str | None


@dataclass(frozen=True)
class Claim:
    """Who runs the attempt. ``pid`` 0 means that nobody may start it any more."""

    pid: int
    process_created_at_s: float


@dataclass(frozen=True)
class Start:
    """The job's process was started."""

    pid: int
    started_at_s: float


@dataclass(frozen=True)
class End:
    """The job's process ended; a negative exit code is the signal that killed it."""

    exit_code: int
    ended_at_s: float


class AttemptFiles:
    """Reads and writes the files of one attempt."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.work_dir = folder / "work"
        self.stdout = folder / "stdout"
        self.stderr = folder / "stderr"

    def write_order(self, order: Order) -> None:
        """Create the folder, closed to other users, and put the order into it."""
        self.work_dir.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        self._replace("order.json", asdict(order))

    def order(self) -> Order:
        """Return the order; FileNotFoundError without one."""
        value = json.loads((self.folder / "order.json").read_bytes())
        return Order(**{**value, "downloads": [Download(**each) for each in value["downloads"]]})

    def try_claim(self, claim: Claim) -> bool:
        """Take the attempt; exactly one caller ever gets True."""
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = self._write_draft("claim.json", asdict(claim))
        try:
            # A hard link is there with all its content or fails: no half-written claim.
            os.link(draft, self.folder / "claim.json")
        except FileExistsError:
            return False
        finally:
            draft.unlink()
        return True

    def claim(self) -> Claim | None:
        """Return who runs the attempt, or None."""
        value = self._read("claim.json")
        return Claim(**value) if value else None

    def write_start(self, start: Start) -> None:
        """Note that the job's process was started."""
        self._replace("start.json", asdict(start))

    def start(self) -> Start | None:
        """Return when the job's process was started, or None."""
        value = self._read("start.json")
        return Start(**value) if value else None

    def write_end(self, end: End) -> None:
        """Note how the job's process ended."""
        self._replace("end.json", asdict(end))

    def end(self) -> End | None:
        """Return how the job's process ended, or None."""
        value = self._read("end.json")
        return End(**value) if value else None

    def _replace(self, name: str, value: dict[str, Any]) -> None:
        self._write_draft(name, value).replace(self.folder / name)

    def _write_draft(self, name: str, value: dict[str, Any]) -> Path:
        draft = self.folder / f".{name}.{secrets.token_hex(8)}"
        with draft.open("x") as file:
            json.dump(value, file)
            file.flush()
            os.fsync(file.fileno())
        return draft

    def _read(self, name: str) -> dict[str, Any] | None:
        try:
            return dict(json.loads((self.folder / name).read_bytes()))
        except FileNotFoundError:
            return None
