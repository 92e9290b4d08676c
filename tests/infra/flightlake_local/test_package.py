from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

from flightlake_local.package import build, files_of, zip_bytes
from flightlake_local.settings import ROOT


def test_the_zip_is_the_same_bytes_for_the_same_files_in_any_order() -> None:
    files = {f"pkg/{name}.py": name.encode() for name in "abc"}
    assert zip_bytes(files) == zip_bytes(dict(reversed(files.items())))


def test_an_unchanged_package_is_not_written_again(tmp_path: Path) -> None:
    first = {path.name: path.stat().st_mtime_ns for path in build(ROOT, tmp_path)}
    second = {path.name: path.stat().st_mtime_ns for path in build(ROOT, tmp_path)}
    assert first == second
    assert set(first) == {"main.py", "flightlake.zip"}


def test_the_zip_holds_both_packages_and_no_bytecode() -> None:
    names = set(files_of(ROOT))
    assert {"flightlake/__init__.py", "flightlake/steps/states_hourly.py"} <= names
    assert {"expectations/__init__.py", "expectations/silver/state_vectors.json"} <= names
    assert not [name for name in names if "__pycache__" in name]


def test_the_job_imports_from_the_zip_alone(tmp_path: Path) -> None:
    main, archive = build(ROOT, tmp_path)
    assert zipfile.is_zipfile(archive)
    code = "import flightlake, expectations; print(flightlake.__file__, expectations.__file__)"
    found = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(archive)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert all(path.startswith(str(archive)) for path in found)
    assert main.read_bytes() == (ROOT / "jobs/main.py").read_bytes()
