"""Make an environment for each other Airflow version of MWAA: the DAGs must import there too.

Skips, with a line that says so, what cannot be had: Python 3.12, or the package registry.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from bootstrap import ROOT, TOOLS, Command, SetupError, find_uv, run, say

VERSIONS = ("3.0.6", "3.3.1")
PACKAGES = (
    "apache-airflow-providers-amazon[aiobotocore]",
    "pydantic-settings",
    "requests",
    "s3fs",
    "tenacity",
)
MWAA_PYTHON = (3, 12)


def make_environment(version: str, uv: Path | None) -> None:
    """Make ``.venv-airflow-<version>`` inside MWAA's constraints, where it is not there yet.

    Raises:
        SetupError: the packages cannot be installed.
    """
    folder = ROOT / f".venv-airflow-{version}"
    constraints = ROOT / f"infra/mwaa/constraints-{version}.txt"
    stamp = folder / "setup.stamp"
    wanted = hashlib.sha256(constraints.read_bytes() + repr(PACKAGES).encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    say(f"Installing Airflow {version} into {folder.name}, to import the DAGs in")
    python = folder / "bin/python"
    log = TOOLS / f"airflow-{version}.log"
    what: Command = [f"apache-airflow=={version}", *PACKAGES, "-c", constraints]
    run([sys.executable, "-m", "venv", "--clear", folder], folder.name, log)
    pip: Command = [python, "-m", "pip", "install", "--quiet"]
    if uv is not None:
        pip = [uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", python]
    run([*pip, *what], f"Installing Airflow {version}", log)
    stamp.write_text(wanted)


def main() -> None:
    """Make every environment that can be had."""
    if sys.version_info[:2] != MWAA_PYTHON:
        say("Skipped: DAG imports under MWAA's other Airflow versions need Python 3.12 as .venv")
        return
    uv = find_uv()
    for version in VERSIONS:
        try:
            make_environment(version, uv)
        except SetupError as error:
            say(f"Skipped: DAG imports under Airflow {version}. {error}")


if __name__ == "__main__":
    main()
