"""Finding and ending all processes of one attempt, whoever their parent is by now."""

from __future__ import annotations

import contextlib
import signal
import time

import psutil

MARKER_VARIABLE = "EMR_SERVERLESS_LOCAL_ATTEMPT"
CLOCK_TOLERANCE_S = 1.0
POLL_S = 0.02


def is_alive(pid: int, created_at_s: float) -> bool:
    """Whether that very process still runs; a later one with the same pid does not count."""
    try:
        process = psutil.Process(pid)
        is_same = abs(process.create_time() - created_at_s) < CLOCK_TOLERANCE_S
        return is_same and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def processes_of(marker: str) -> list[psutil.Process]:
    """Return the attempt's living processes.

    Each inherits the marker in its environment, so also those are found that left the process
    group or lost their parent; children are added for programs that clear their environment.
    """
    found: dict[int, psutil.Process] = {}
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.environ().get(MARKER_VARIABLE) != marker:
                continue
            for each in (process, *process.children(recursive=True)):
                if each.status() != psutil.STATUS_ZOMBIE:
                    found[each.pid] = each
    return list(found.values())


def send(marker: str, signal_number: int) -> int:
    """Send a signal to all of the attempt's processes; return how many there were."""
    targets = processes_of(marker)
    for process in targets:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(signal_number)
    return len(targets)


def end_all(marker: str, grace_s: float) -> None:
    """TERM to all of the attempt's processes, KILL to what is left after the grace."""
    if not send(marker, signal.SIGTERM):
        return
    deadline_s = time.monotonic() + grace_s
    while processes_of(marker):
        if time.monotonic() >= deadline_s:
            send(marker, signal.SIGKILL)
        time.sleep(POLL_S)
