from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import psutil
from flightlake_local.processes import Processes, wait_until

# A parent that starts a child, tells its pid, and waits for ever; both ignore TERM if asked to.
FAMILY = """
import os, signal, subprocess, sys, time
if "stubborn" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if "child" not in sys.argv:
    child = subprocess.Popen([sys.executable, __file__, "child", *sys.argv[1:]])
    print(child.pid, flush=True)
time.sleep(600)
"""


def start_family(processes: Processes, tmp_path: Path, *arguments: str) -> tuple[int, int]:
    script = tmp_path / "family.py"
    script.write_text(FAMILY)
    record = processes.start("family", [sys.executable, str(script), *arguments], os.environ)
    log = processes.log_of("family")
    assert wait_until(lambda: log.read_text().endswith("\n"), 20)
    return record.pid, int(log.read_text())


def is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_stopped_process_ends_with_its_children(processes: Processes, tmp_path: Path) -> None:
    parent, child = start_family(processes, tmp_path)
    assert processes.state("family") == "running"

    processes.stop("family")

    assert not is_alive(parent)
    assert not is_alive(child)
    assert processes.state("family") == "stopped"
    assert processes.names() == []


def test_a_process_that_ignores_term_is_killed(processes: Processes, tmp_path: Path) -> None:
    parent, child = start_family(processes, tmp_path, "stubborn")
    processes.stop("family")
    assert not is_alive(parent)
    assert not is_alive(child)


def test_children_of_a_killed_process_are_ended_too(processes: Processes, tmp_path: Path) -> None:
    parent, child = start_family(processes, tmp_path)
    os.kill(parent, signal.SIGKILL)
    assert wait_until(lambda: processes.state("family") == "dead", 10)
    assert is_alive(child)

    processes.stop("family")

    assert not is_alive(child)


def test_another_program_with_a_reused_pid_is_left_alone(
    processes: Processes, tmp_path: Path
) -> None:
    with subprocess.Popen(["sleep", "600"], start_new_session=True) as stranger:
        record = processes.start("ours", ["true"], os.environ)
        older = replace(record, pid=stranger.pid, create_time_s=record.create_time_s + 3600)
        (tmp_path / "run/ours.json").write_text(json.dumps(asdict(older)))
        try:
            assert processes.state("ours") == "dead"
            processes.stop("ours")
            assert is_alive(stranger.pid)
        finally:
            stranger.kill()


def test_what_a_process_said_before_its_restart_is_kept(
    processes: Processes, tmp_path: Path
) -> None:
    for word in ("first", "second"):
        processes.start("speaker", ["echo", word], os.environ)
        assert wait_until(lambda: processes.state("speaker") == "dead", 10)
    assert processes.log_of("speaker").read_text() == "second\n"
    assert (tmp_path / "logs/speaker.log.1").read_text() == "first\n"


def test_a_process_has_no_input_to_wait_for(processes: Processes) -> None:
    processes.start("reader", ["cat"], os.environ)
    assert wait_until(lambda: processes.state("reader") == "dead", 10)


def test_a_record_is_there_as_a_whole_or_not_at_all(processes: Processes, tmp_path: Path) -> None:
    torn = tmp_path / "run/sleeper.json"
    torn.parent.mkdir()
    torn.write_text("{")
    # A second name of the file sees what would be written into it.
    os.link(torn, tmp_path / "before.json")
    processes.start("sleeper", ["sleep", "600"], os.environ)
    assert processes.state("sleeper") == "running"
    assert (tmp_path / "before.json").read_text() == "{"
