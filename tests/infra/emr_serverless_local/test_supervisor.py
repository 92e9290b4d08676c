"""An attempt's process runs once, however often and by whomever it is started."""

import subprocess
import sys

import pytest
from emr_serverless_local.attempt_files import AttemptFiles, Claim, Order


@pytest.fixture
def attempt(tmp_path):
    files = AttemptFiles(tmp_path / "attempt")
    argv = ["sh", "-c", "echo started; exit 4"]
    files.write_order(Order(marker=str(tmp_path), argv=argv, downloads=[], log_target=None))
    return files


def _supervise(attempt, tools) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "emr_serverless_local.supervisor", str(attempt.folder)],
        cwd=tools.package_parent,
    )


def test_of_many_supervisors_one_runs_the_job(attempt, tools):
    supervisors = [_supervise(attempt, tools) for _ in range(6)]
    assert {each.wait(timeout=30) for each in supervisors} == {0}
    assert attempt.stdout.read_text() == "started\n"
    assert attempt.end().exit_code == 4
    assert attempt.claim().pid in {each.pid for each in supervisors}


def test_a_supervisor_that_comes_after_the_attempt_was_closed_runs_nothing(attempt, tools):
    assert attempt.try_claim(Claim(pid=0, process_created_at_s=0.0))
    assert _supervise(attempt, tools).wait(timeout=30) == 0
    assert not attempt.stdout.exists()
    assert (attempt.start(), attempt.end()) == (None, None)


def test_the_attempts_folder_is_closed_to_other_users(attempt):
    assert attempt.folder.stat().st_mode & 0o077 == 0
