"""Background processes that outlive the command: started, found again and ended, only our own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import psutil
from emr_serverless_local.processes import is_alive

from flightlake_local.credentials import write_private

State = Literal["running", "dead", "stopped"]

TERM_WAIT_S = 5.0
"""How long a process group may take after TERM before it gets KILL: Airflow's scheduler hangs."""

_CLOCK_SLACK_S = 1.0


@dataclass(frozen=True)
class Record:
    """A started process; its pid is also its process group and its session."""

    name: str
    pid: int
    create_time_s: float
    started_at_s: float
    log: str


class Processes:
    """The processes whose records lie in one folder."""

    def __init__(self, run_dir: Path, logs_dir: Path) -> None:
        self._run_dir, self._logs_dir = run_dir, logs_dir

    def log_of(self, name: str) -> Path:
        """The file that holds a process's output."""
        return self._logs_dir / f"{name}.log"

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> Record:
        """Start a process in its own session, with no input and its output in its log."""
        self.stop(name)
        for folder in (self._run_dir, self._logs_dir):
            folder.mkdir(parents=True, exist_ok=True)
        log = self.log_of(name)
        if log.exists():
            log.replace(log.with_suffix(".log.1"))
        started_at_s = time.time()
        with log.open("wb") as output:
            child = subprocess.Popen(  # noqa: S603
                command,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        create_time_s = psutil.Process(child.pid).create_time()
        record = Record(name, child.pid, create_time_s, started_at_s, str(log))
        write_private(self._file_of(name), json.dumps(asdict(record), indent=1))
        return record

    def record(self, name: str) -> Record | None:
        """What is known of a process that was started and not stopped."""
        try:
            return Record(**json.loads(self._file_of(name).read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def names(self) -> list[str]:
        """Every process that was started and not stopped, dead ones included."""
        return sorted(p.stem for p in self._run_dir.glob("*.json") if self.record(p.stem))

    def state(self, name: str) -> State:
        """Whether a process runs, died, or was never started."""
        record = self.record(name)
        if record is None:
            return "stopped"
        return "running" if is_alive(record.pid, record.create_time_s) else "dead"

    def stop(self, name: str) -> None:
        """End a process with all of its session; nothing where it does not run."""
        record = self.record(name)
        if record is None:
            return
        for number, wait_s in ((signal.SIGTERM, TERM_WAIT_S), (signal.SIGKILL, TERM_WAIT_S)):
            for group in _groups(record):
                # It may end between the look and the signal.
                with suppress(ProcessLookupError):
                    os.killpg(group, number)
            wait_until(lambda: not _groups(record), wait_s)
        self._file_of(name).unlink(missing_ok=True)

    def _file_of(self, name: str) -> Path:
        return self._run_dir / f"{name}.json"


def wait_until(is_done: Callable[[], bool], timeout_s: float, every_s: float = 0.05) -> bool:
    """Ask until the answer is yes or the time is over; the last answer."""
    deadline = time.monotonic() + timeout_s
    while not is_done():
        if time.monotonic() > deadline:
            return False
        time.sleep(every_s)
    return True


def _groups(record: Record) -> set[int]:
    """The process groups that still live in a process's session; its leader may be gone."""
    groups = set()
    for process in psutil.process_iter():
        try:
            if os.getsid(process.pid) != record.pid:
                continue
            is_older = process.create_time() < record.create_time_s - _CLOCK_SLACK_S
            if not is_older and process.status() != psutil.STATUS_ZOMBIE:
                groups.add(os.getpgid(process.pid))
        except (ProcessLookupError, PermissionError, psutil.Error):
            continue
    return groups
