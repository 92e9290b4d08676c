"""The versions that the project names in several places are the same ones."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from flightlake_local.settings import ROOT
from flightlake_release.pins import locked, pins, relaxed

JOB_REQUIREMENTS = ROOT / "infra/emr/requirements.txt"


def lines(name: str) -> list[str]:
    return (ROOT / name).read_text().splitlines()


def versions(path: Path) -> dict[str, str]:
    return {each.name: each.version for each in locked(path.read_text())}


def test_the_jobs_have_the_versions_of_the_lock() -> None:
    lock, jobs = versions(ROOT / "requirements.lock"), versions(JOB_REQUIREMENTS)
    assert {name: lock[name] for name in jobs} == jobs
    assert {"great-expectations", "pyarrow", "pandas", "fsspec", "s3fs", "jinja2"} <= set(jobs)
    # EMR's image brings these.
    assert not {"pyspark", "py4j", "delta-spark"} & set(jobs)


@pytest.mark.parametrize("name", ["requirements.txt", "venv-pack.txt"])
def test_every_package_of_the_jobs_has_hashes_and_no_host_is_named(name: str) -> None:
    text = (ROOT / "infra/emr" / name).read_text()
    entries = re.split(r"\n(?=[a-z])", text)
    assert all("--hash=sha256:" in each for each in entries if re.match(r"[a-z]", each))
    assert not re.findall(r"https?://|index-url|find-links", text)


def test_mwaa_gets_the_versions_of_the_lock() -> None:
    lock, wanted = versions(ROOT / "requirements.lock"), pins(lines("requirements.txt"))
    assert {name: lock[name] for name in wanted} == wanted


def test_on_the_version_that_it_is_for_no_requirement_gives_way() -> None:
    wanted = pins(lines("requirements.txt"))
    assert relaxed(wanted, pins(lines("infra/mwaa/constraints-3.2.1.txt"))) == {}
    there = pins(lines("infra/mwaa/constraints-3.0.6.txt"))
    gave_way = relaxed(wanted, there)
    assert gave_way["apache-airflow-providers-amazon"] == "9.12.0"
    # Constraints say nothing of it, so it stays.
    assert "pydantic-settings" not in gave_way


def test_the_job_environment_is_built_on_amazon_linux_alone(tmp_path: Path) -> None:
    done = subprocess.run(
        ["sh", str(ROOT / "infra/emr/build-environment.sh")],
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    if "Amazon Linux" in Path("/etc/os-release").read_text():
        pytest.skip("this is Amazon Linux")
    assert done.returncode == 1
    assert "must be built on Amazon Linux 2023" in done.stderr
    assert not (ROOT / "infra/emr/env.tar.gz").exists()
