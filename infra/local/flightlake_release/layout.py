"""A release laid out as MWAA does it, and what an Airflow makes of it."""

from __future__ import annotations

import io
import json
import os
import subprocess
import zipfile
from pathlib import Path
from typing import Any

from flightlake_local.errors import LocalError

from flightlake_release.build import DAGS, PLUGINS, REQUIREMENTS, Files

MAX_INSTALL_S = 9 * 60
"""MWAA gives up installing the requirements after that."""
MAX_IMPORT_S = 30
"""Airflow's own limit of one DAG file."""
MAX_PLUGINS_BYTES = 1024**3
"""MWAA advises to stay below that."""
_MWAA_HOME = "/usr/local/airflow"

# The shell's own settings must not decide whether a release imports.
_UNWANTED = ("AIRFLOW", "AWS_", "FLIGHTLAKE_", "PYTHON")


def lay_out(files: Files, home: Path) -> None:
    """Put a release below ``home`` as MWAA does below ``/usr/local/airflow``."""
    for name, body in files.items():
        if name.startswith(DAGS):
            path = home / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
    with zipfile.ZipFile(io.BytesIO(files[PLUGINS])) as archive:
        archive.extractall(home / "plugins")
    requirements = files[REQUIREMENTS].decode().replace(_MWAA_HOME, str(home))
    (home / REQUIREMENTS).write_text(requirements)


def run_script(script: Path, python: Path, home: Path, **environment: str) -> dict[str, Any]:
    """What a script prints after FOUND, run by an Airflow that knows nothing but its home.

    Airflow puts the folders on ``sys.path`` by itself.

    Args:
        script: the script.
        python: that of Airflow's environment.
        home: ``AIRFLOW_HOME``, with the folders ``dags`` and ``plugins`` in it.
        environment: settings besides.

    Raises:
        LocalError: the process ended before it found anything.
    """
    kept = {k: v for k, v in os.environ.items() if not k.startswith(_UNWANTED)}
    own = {"AIRFLOW_HOME": str(home), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
    done = subprocess.run(  # noqa: S603
        # -P: the script's own folder is not on MWAA's path either.
        [str(python), "-P", str(script)],
        env=kept | own | environment,
        cwd=home,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    for line in done.stdout.splitlines():
        if line.startswith("FOUND "):
            found: dict[str, Any] = json.loads(line.removeprefix("FOUND "))
            return found
    raise LocalError(f"{python} {script.name} failed: {(done.stdout + done.stderr)[-2000:]}")


def load(python: Path, home: Path, **environment: str) -> dict[str, Any]:
    """What an Airflow makes of the DAGs and plugins in its home."""
    return run_script(Path(__file__).with_name("load_dags.py"), python, home, **environment)


def load_release(python: Path, files: Files, home: Path) -> dict[str, Any]:
    """What an Airflow makes of a release, with the one setting that a release needs."""
    lay_out(files, home)
    return load(python, home, FLIGHTLAKE_RELEASES_URL="s3://flightlake/releases")


def problems(version: str, files: Files, found: dict[str, Any], install_s: float) -> list[str]:
    """What would go wrong on MWAA with that version of Airflow."""
    wanted = {Path(name).stem for name in files if Path(name).match("dags/*.py")}
    missing = sorted(wanted ^ set(found["rendered"]))
    broken = [_last_line(*each) for each in found["import_errors"].items()]
    broken_plugins = [_last_line(*each) for each in found["plugin_errors"].items()]
    checks = {
        f"Airflow is {found['airflow']}": found["airflow"] == version,
        f"DAGs do not import ({'; '.join(broken)})": not broken,
        f"plugins do not import ({'; '.join(broken_plugins)})": not broken_plugins,
        f"DAGs are missing or too many: {', '.join(missing)}": not missing,
        "the connection type opensky is missing": "opensky" in found["connection_types"],
        f"the DAGs import {found['pyspark']}": not found["pyspark"],
        f"a DAG file takes {found['slowest_import_s']:.0f} s of {MAX_IMPORT_S} s to import": (
            found["slowest_import_s"] < MAX_IMPORT_S
        ),
        f"the requirements take {install_s:.0f} s of {MAX_INSTALL_S} s to install": (
            install_s < MAX_INSTALL_S
        ),
        f"{PLUGINS} has {len(files[PLUGINS]):,} bytes of {MAX_PLUGINS_BYTES:,}": (
            len(files[PLUGINS]) < MAX_PLUGINS_BYTES
        ),
    }
    return [problem for problem, is_well in checks.items() if not is_well]


def _last_line(path: str, error: str) -> str:
    """A file and the end of its stack trace, which is what went wrong."""
    return f"{Path(path).name}: {next(reversed(error.strip().splitlines()), 'no message')}"
