"""Make ``.venv`` and fetch the jars, with nothing but this Python, Java and the registries.

Run by ``setup.sh``, before any package is there: the standard library only.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
TOOLS = ROOT / ".tools"
LOCK = ROOT / "requirements.lock"
UV_LOCK = ROOT / "infra/local/uv.txt"
IVY_XML = ROOT / "infra/local/jars/ivy.xml"
CHECKSUMS = ROOT / "infra/local/jars/SHA256SUMS"
JARS = ROOT / ".flightlake/jars"
SPARK_JAVA = (17, 21)

Command = list[str | Path]

_STARTED = time.monotonic()


class SetupError(Exception):
    """Set-up cannot go on; the message is the one line that a person needs."""


def say(message: str) -> None:
    """Print a line of progress with the seconds since the start."""
    print(f"[{time.monotonic() - _STARTED:6.1f} s] {message}", flush=True)


def clean_environment() -> dict[str, str]:
    """The environment for installers: bytecode must be written, foreign paths must not leak in."""
    # Without .pyc files Airflow's API server imports for 4.4 s instead of 1.7 s.
    unwanted = ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
    return {name: value for name, value in os.environ.items() if name not in unwanted}


def run(command: Command, what: str, log: Path) -> None:
    """Run a command with its output in ``log``.

    Raises:
        SetupError: it failed; the message ends with its last words.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as stream:
        code = subprocess.run(  # noqa: S603
            [str(part) for part in command],
            cwd=ROOT,
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            check=False,
        ).returncode
    if code:
        lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip(" .")]
        last_words = " | ".join(line.strip() for line in lines[-3:])
        raise SetupError(f"{what} failed: {last_words or f'exit code {code}'} (all of it: {log})")


def java_version(answer: str) -> int | None:
    """The major version in what ``java -version`` prints; None where it is not there."""
    found = re.search(r'version "(?:1\.)?(\d+)', answer)
    return int(found[1]) if found else None


def find_java() -> Path:
    """The Java that Spark will use: that of ``JAVA_HOME``, else the one on the ``PATH``.

    Raises:
        SetupError: there is none that runs, or it is too old.
    """
    home = os.environ.get("JAVA_HOME")
    named = str(Path(home, "bin/java")) if home else shutil.which("java")
    where = f"JAVA_HOME={home}" if home else "the PATH"
    if named is None:
        raise SetupError("Missing: Java 17. Install a JRE (Debian: openjdk-17-jre-headless).")
    try:
        answer = subprocess.run(  # noqa: S603
            [named, "-version"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        raise SetupError(f"Missing: Java 17. The java of {where} does not run.") from None
    version = java_version(answer.stderr + answer.stdout)
    if version is None or version < SPARK_JAVA[0]:
        raise SetupError(f"Missing: Java 17. The java of {where} is version {version}.")
    advice = "" if version in SPARK_JAVA else " (Spark 4.1 is made for 17 and 21)"
    say(f"Java {version}, from {where}{advice}")
    return Path(named)


def make_venv() -> None:
    """Create ``.venv``; one that does not run is made anew."""
    python = VENV / "bin/python"
    check = "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))"
    works = python.exists() and not subprocess.call(  # noqa: S603
        [python, "-c", check], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    if not works:
        say(f"Python {sys.version.split()[0]}: creating .venv")
        run([sys.executable, "-m", "venv", "--clear", VENV], "Creating .venv", TOOLS / "venv.log")


def find_uv() -> Path | None:
    """The pinned uv, installed beside ``.venv``; None where it cannot be had."""
    uv = TOOLS / "uv/bin/uv"
    stamp = TOOLS / "uv/lock.sha256"
    wanted = hashlib.sha256(UV_LOCK.read_bytes()).hexdigest()
    if uv.exists() and stamp.exists() and stamp.read_text() == wanted:
        return uv
    pip: Command = [
        TOOLS / "uv/bin/python",
        "-m",
        "pip",
        "install",
        "--quiet",
        "--require-hashes",
        "-r",
    ]
    try:
        run([sys.executable, "-m", "venv", "--clear", TOOLS / "uv"], "uv", TOOLS / "uv.log")
        run([*pip, UV_LOCK], "Installing uv", TOOLS / "uv.log")
    except SetupError as error:
        say(f"{error}; going on with pip")
        return None
    stamp.write_text(wanted)
    return uv


def install_tools(folder: Path, lock: Path) -> Path:
    """The folder of a lock's programs, in an environment of their own.

    So MWAA's constraints bind neither them nor us. Nothing is done where they are there already.

    Raises:
        SetupError: they cannot be had.
    """
    stamp, python, log = folder / "setup.stamp", folder / "bin/python", TOOLS / f"{folder.name}.log"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text() != wanted:
        uv = find_uv()
        pip: Command = [python, "-m", "pip", "install", "--quiet"]
        if uv is not None:
            pip = [uv, "pip", "install", "--quiet", "--python", python]
        run([sys.executable, "-m", "venv", "--clear", folder], folder.name, log)
        run([*pip, "--require-hashes", "-r", lock], f"Installing {lock.name}", log)
        stamp.write_text(wanted)
    return folder / "bin"


def install_packages(uv: Path | None) -> None:
    """Install the lock file, every hash checked, and the project itself in editable form.

    Raises:
        SetupError: neither uv nor pip could.
    """
    python = VENV / "bin/python"
    say("Installing the packages of requirements.lock (1.4 GB; about 30 s with uv, 3 min without)")
    pip: Command = [python, "-m", "pip", "install", "--quiet"]
    locked: Command = ["--require-hashes", "-r", LOCK]
    project: Command = ["--no-deps", "--no-build-isolation", "-e", ROOT]
    if uv is not None:
        uv_install: Command = [uv, "pip", "install", "--quiet", "--python", python]
        try:
            run([*uv_install, "--compile-bytecode", *locked], "uv", TOOLS / "packages.log")
            run([*uv_install, *project], "uv", TOOLS / "project.log")
            return
        except SetupError as error:
            say(f"{error}; trying again with pip")
    run([python, "-m", "ensurepip"], "Preparing pip", TOOLS / "pip.log")
    run([*pip, *locked], "Installing the packages", TOOLS / "packages.log")
    run([*pip, *project], "Installing the project", TOOLS / "project.log")


def wanted_jars() -> dict[str, str]:
    """The SHA-256 of each jar by its path below the jars' folder."""
    lines = CHECKSUMS.read_text().splitlines()
    return {path: digest for digest, path in (line.split() for line in lines)}


def wrong_jars(folder: Path) -> list[str]:
    """The jars that are missing or are not what the checksums say."""
    return [
        path
        for path, digest in wanted_jars().items()
        if not (folder / path).is_file()
        or hashlib.sha256((folder / path).read_bytes()).hexdigest() != digest
    ]


def fetch_jars(java: Path) -> None:
    """Fetch the jars with the Ivy that pyspark ships, and check each against its checksum.

    Raises:
        SetupError: one cannot be had, or is not what it should be.
    """
    if not wrong_jars(JARS):
        return
    say(f"Fetching {len(wanted_jars())} jars (24 MB) with pyspark's own Ivy (30-50 s)")
    ivy = next(VENV.glob("lib/python*/site-packages/pyspark/jars/ivy-*.jar"), None)
    if ivy is None:
        raise SetupError("pyspark is not in .venv; remove .venv and run `make setup` again")
    TOOLS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=TOOLS) as scratch:
        home, fetched = Path(scratch, "home"), Path(scratch, "jars")
        home.mkdir()
        # An empty user.home: a Maven cache with a .pom but no .jar makes Ivy fail.
        ivy_main: Command = [
            java,
            f"-Duser.home={home}",
            "-cp",
            ivy,
            "org.apache.ivy.Main",
            "-warn",
        ]
        pattern = f"{fetched}/[conf]/[artifact]-[revision].[ext]"
        what: Command = [
            "-ivy",
            IVY_XML,
            "-cache",
            TOOLS / "ivy",
            "-retrieve",
            pattern,
            "-types",
            "jar",
        ]
        run([*ivy_main, *what], "Fetching the jars", TOOLS / "ivy.log")
        if wrong := wrong_jars(fetched):
            raise SetupError(f"jars that are not what {CHECKSUMS.name} says: {', '.join(wrong)}")
        shutil.rmtree(JARS, ignore_errors=True)
        JARS.parent.mkdir(exist_ok=True)
        shutil.move(fetched, JARS)


def is_set_up(wanted: str) -> bool:
    """Whether everything is as the stamp wants it; what ``setup.sh`` asks before it comes here."""
    stamp = VENV / "setup.stamp"
    is_there = (VENV / "bin/python").exists() and JARS.is_dir() and stamp.exists()
    return is_there and stamp.read_text() == wanted


def main() -> None:
    """Set up, then leave the stamp (the first argument) that lets the next run skip it all."""
    wanted, stamp = sys.argv[1], VENV / "setup.stamp"
    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / "setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # Another `make` may have done it while we waited, and its commands run in it by now.
        if is_set_up(wanted):
            return
        java = find_java()
        make_venv()
        stamp.unlink(missing_ok=True)
        install_packages(find_uv())
        fetch_jars(java)
        stamp.write_text(wanted)
    say("Set-up is done")


if __name__ == "__main__":
    try:
        main()
    except SetupError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit("Stopped; run `make setup` to go on.")
