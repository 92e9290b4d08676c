"""Set-up and Makefile, run as a person would, in a copy of the files that they read."""

from __future__ import annotations

import fcntl
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from flightlake_local.settings import ROOT

SH_TOOLS = ("sh", "cat", "cksum", "dirname", "ls")


def load_bootstrap(root: Path) -> ModuleType:
    """The set-up of a folder that has a copy of what it is made of."""
    script = root / "infra/local/bootstrap.py"
    if not script.exists():
        script.parent.mkdir(parents=True)
        shutil.copy(ROOT / "infra/local/bootstrap.py", script)
    spec = importlib.util.spec_from_file_location("bootstrap", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def bootstrap() -> ModuleType:
    return load_bootstrap(ROOT)


@pytest.fixture
def bare_machine(tmp_path: Path) -> dict[str, str]:
    """A PATH with the shell's tools and nothing else, and a copy of the set-up script."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in SH_TOOLS:
        (tools / name).symlink_to(shutil.which(name) or name)
    copy = tmp_path / "repo/infra/local"
    copy.mkdir(parents=True)
    shutil.copy(ROOT / "infra/local/setup.sh", copy)
    return {"PATH": str(tools), "HOME": str(tmp_path)}


def run_setup(tmp_path: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", str(tmp_path / "repo/infra/local/setup.sh")],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_python_one_line_says_what_is_missing(
    tmp_path: Path, bare_machine: dict[str, str]
) -> None:
    done = run_setup(tmp_path, bare_machine)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "Missing: Python 3.11, 3.12 or 3.13" in done.stderr


def test_a_python_that_only_prints_an_error_is_passed_over(
    tmp_path: Path, bare_machine: dict[str, str]
) -> None:
    def add(name: str, script: str) -> None:
        path = tmp_path / "bin" / name
        path.write_text(f"#!{shutil.which('sh')}\n{script}\n")
        path.chmod(0o755)

    add("python3.12", "echo 'pyenv: python3.12: command not found' >&2; exit 127")
    add("python3.11", '[ "$1" = -c ] || echo "chosen: $0 $1"')
    done = run_setup(tmp_path, bare_machine)
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"chosen: \S+/python3\.11 infra/local/bootstrap\.py\n", done.stdout)


def test_set_up_again_is_over_at_once(bare_machine: dict[str, str]) -> None:
    if not (ROOT / ".venv/setup.stamp").exists():
        pytest.skip("this environment was not made by `make setup`")
    # Without any Python on the PATH nothing is installed here, should the stamp be old.
    done = subprocess.run(
        ["sh", "infra/local/setup.sh"], cwd=ROOT, env=bare_machine, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, b""), done.stderr


def test_who_waited_for_another_set_up_does_not_install_under_it(tmp_path: Path) -> None:
    script = load_bootstrap(tmp_path).__file__
    (tmp_path / ".tools").mkdir()
    with (tmp_path / ".tools/setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # Without Java a set-up that goes on fails.
        waiting = subprocess.Popen(
            [sys.executable, script, "wanted"],
            env={"PATH": str(tmp_path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        (tmp_path / ".flightlake/jars").mkdir(parents=True)
        (tmp_path / ".venv/bin").mkdir(parents=True)
        (tmp_path / ".venv/bin/python").symlink_to(sys.executable)
        (tmp_path / ".venv/setup.stamp").write_text("wanted")
    said, _ = waiting.communicate(timeout=20)
    assert (waiting.returncode, said) == (0, "")
    assert os.listdir(tmp_path / ".tools") == ["setup.lock"]


@pytest.mark.parametrize("missing", [".venv/bin/python", ".flightlake/jars", ".venv/setup.stamp"])
def test_what_the_other_set_up_did_not_leave_is_installed(tmp_path: Path, missing: str) -> None:
    bootstrap = load_bootstrap(tmp_path)
    for path in (".venv/bin/python", ".flightlake/jars/x", ".venv/setup.stamp"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("wanted")
    assert bootstrap.is_set_up("wanted")
    assert not bootstrap.is_set_up("other")
    (tmp_path / missing).rename(tmp_path / "moved")
    assert not bootstrap.is_set_up("wanted")


@pytest.mark.parametrize(
    ("answer", "version"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('java version "1.8.0_401"', 8),
        ('openjdk version "25" 2025-09-16', 25),
        ("command not found", None),
    ],
)
def test_the_version_of_java_is_read(
    bootstrap: ModuleType, answer: str, version: int | None
) -> None:
    assert bootstrap.java_version(answer) == version


def test_an_old_java_is_one_line(
    bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    java = tmp_path / "bin/java"
    java.parent.mkdir()
    java.write_text("#!/bin/sh\necho 'java version \"1.8.0_401\"' >&2\n")
    java.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(bootstrap.SetupError, match=r"Missing: Java 17\. .* is version 8\."):
        bootstrap.find_java()


def test_no_java_is_one_line(
    bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(bootstrap.SetupError, match=r"Missing: Java 17\. Install"):
        bootstrap.find_java()


def test_a_damaged_jar_is_found(bootstrap: ModuleType, tmp_path: Path) -> None:
    assert len(bootstrap.wanted_jars()) == 41
    assert bootstrap.wrong_jars(bootstrap.JARS) == []
    shutil.copytree(bootstrap.JARS, tmp_path / "jars")
    damaged = tmp_path / "jars/delta/delta-storage-4.2.0.jar"
    damaged.write_bytes(damaged.read_bytes()[:-1])
    (tmp_path / "jars/s3a/s3-2.29.52.jar").unlink()
    wrong = bootstrap.wrong_jars(tmp_path / "jars")
    assert wrong == ["delta/delta-storage-4.2.0.jar", "s3a/s3-2.29.52.jar"]


def test_every_jar_that_is_fetched_has_a_checksum(bootstrap: ModuleType) -> None:
    listed = re.findall(r'name="([^"]+)" rev="([^"]+)" conf="(\w+)', bootstrap.IVY_XML.read_text())
    paths = {f"{conf}/{name}-{revision}.jar" for name, revision, conf in listed}
    assert paths == set(bootstrap.wanted_jars())


def make(*arguments: str) -> str:
    return subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_make_alone_explains_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text()
    phony = makefile.partition(".PHONY:")[2].partition("\n\n")[0].replace("\\\n", " ").split()
    helped = re.findall(r"^  make ([a-z-]+) ", make(), flags=re.MULTILINE)
    assert helped
    assert sorted(helped) == sorted(phony)


def test_sql_reaches_the_program_as_it_was_typed(tmp_path: Path) -> None:
    sql = "SELECT '$x $(shell touch pwned)',\n  \"a\" `b` \\ #"
    shown = tmp_path / "show.mk"
    shown.write_text(f"include {ROOT}/Makefile\nshow:\n\t@printenv QUERY_SQL\n")
    printed = subprocess.run(
        ["make", "--no-print-directory", "-f", str(shown), "show", f"SQL={sql}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert printed == sql + "\n"
    assert not (tmp_path / "pwned").exists()
