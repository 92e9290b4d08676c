"""Make an environment for each Airflow version of MWAA: the DAGs must import there too.

Without Python 3.12 they are skipped, with a line that says so. What cannot be installed is a
failure: MWAA could not install it either.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bootstrap import ROOT, TOOLS, Command, SetupError, find_uv, run, say
from flightlake_release.pins import pins, relaxed

VERSIONS = ("3.0.6", "3.2.1", "3.3.1")
MWAA_PYTHON = (3, 12)


class OtherPythonError(SetupError):
    """This is not MWAA's Python, so nothing can be said about MWAA here."""


@dataclass(frozen=True)
class Environment:
    """An Airflow with the requirements, as MWAA would have installed them.

    ``install_s`` is what installing them took, in an earlier run where it ``was_there`` already.
    """

    python: Path
    relaxed: Mapping[str, str]
    install_s: float
    was_there: bool = False


def make_environment(version: str, uv: Path | None) -> Environment:
    """Make ``.venv-airflow-<version>`` inside MWAA's constraints, where it is not there yet.

    Airflow itself is in MWAA's image. The requirements come after it, by pip as there, timed.

    Raises:
        OtherPythonError: this is not MWAA's Python.
        SetupError: the packages cannot be installed.
    """
    if sys.version_info[:2] != MWAA_PYTHON:
        raise OtherPythonError("MWAA runs Python 3.12, and .venv has another")
    folder = ROOT / f".venv-airflow-{version}"
    constraints = ROOT / f"infra/mwaa/constraints-{version}.txt"
    given_way, requirements = requirements_for(version)
    stamp, python = folder / "setup.stamp", folder / "bin/python"
    wanted = hashlib.sha256(constraints.read_bytes() + requirements.encode()).hexdigest()
    if (install_s := _seconds_in(stamp, wanted)) is not None:
        return Environment(python, given_way, install_s, was_there=True)
    say(f"Installing Airflow {version} into {folder.name}, to import the DAGs in")
    log = TOOLS / f"airflow-{version}.log"
    what: Command = [f"apache-airflow=={version}", "-c", constraints]
    run([sys.executable, "-m", "venv", "--clear", folder], folder.name, log)
    pip: Command = [python, "-m", "pip", "install", "--quiet"]
    if uv is not None:
        uv_install: Command = [uv, "pip", "install", "--quiet", "--compile-bytecode"]
        run([*uv_install, "--python", python, *what], f"Installing Airflow {version}", log)
    else:
        run([*pip, *what], f"Installing Airflow {version}", log)
    listed = folder / "requirements.txt"
    listed.write_text(requirements)
    began = time.monotonic()
    run([*pip, "-r", listed], f"Installing the requirements on {version}", log)
    install_s = time.monotonic() - began
    stamp.write_text(json.dumps({"wanted": wanted, "install_s": round(install_s, 1)}))
    return Environment(python, given_way, install_s)


def requirements_for(version: str) -> tuple[dict[str, str], str]:
    """requirements.txt for another Airflow: what its constraints contradict is what they say.

    Returns:
        What has given way, and the text; of the version that requirements.txt is for, as shipped.
    """
    constraints = ROOT / f"infra/mwaa/constraints-{version}.txt"
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    wanted = pins(lines)
    given_way = relaxed(wanted, pins(constraints.read_text().splitlines()))
    return given_way, "".join(f"{_line_for(line, constraints, given_way)}\n" for line in lines)


def _line_for(line: str, constraints: Path, given_way: Mapping[str, str]) -> str:
    """A line of requirements.txt with those constraints, and with what they say instead."""
    if line.startswith("--constraint"):
        return f'--constraint "{constraints}"'
    for name, version in pins([line]).items():
        return line.replace(f"=={version}", f"=={given_way.get(name, version)}")
    return line


def _seconds_in(stamp: Path, wanted: str) -> float | None:
    """How long the installation took that is there; None where it is another or there is none."""
    try:
        noted = json.loads(stamp.read_text())
        return float(noted["install_s"]) if noted["wanted"] == wanted else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def main() -> int:
    """Make every environment that can be had; 1 where one could not be installed."""
    uv = find_uv()
    failed = False
    for version in VERSIONS:
        try:
            make_environment(version, uv)
        except OtherPythonError as error:
            say(f"Skipped: DAG imports under Airflow {version}. {error}")
        except SetupError as error:
            say(f"Failed: Airflow {version}. {error}")
            failed = True
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
