"""Look for known weaknesses in what is locked, secrets in what is tracked, and careless workflows.

``make audit``. The tools are in an environment of their own, ``.tools/audit``, so that MWAA's
constraints bind neither them nor us. What cannot be looked at is skipped with its reason; with
``--strict``, as CI asks, that is a failure too.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bootstrap import LOCK, ROOT, TOOLS, Command, SetupError, clean_environment, install_tools, say

TOOLS_LOCK = ROOT / "infra/local/audit.txt"
FOLDER = TOOLS / "audit"
WORKFLOWS = ROOT / ".github"

MADE_UP_IN_TESTS = ("Basic Auth Credentials", "Secret Keyword")
"""Logins that tests make up are written like real ones; keys of known issuers count everywhere."""

NOT_SECRET = {
    "98ed4a3515811febb5532c009cea457486a5d017": "the simulator's name of a variable",
    "89a72a0a0bd764e67358a64767a715e08001adc4": "Terraform's address of its secrets",
    "4b468ec67f3254a8c0ce3e6641f864bc844a75e5": "the label of a field in Airflow",
    "abac545fc3bf803134bc8f78fb6160a5c6a87b26": "a key that a test of masking makes up",
}
"""SHA-1 of what looks like a secret and is none, and what it is."""

ACCEPTED: dict[str, str] = {}
"""Weaknesses that we live with, such as those of versions that MWAA dictates, and why we may."""


class SkippedError(Exception):
    """A check cannot be made here; the message says why."""


def find_weaknesses(bin_folder: Path) -> list[str]:
    """Locked packages with a published weakness.

    Raises:
        SkippedError: the package index does not tell.
    """
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        files: Command = ["--require-hashes", "-r", LOCK, "--format", "json", "--output", report]
        quiet: Command = ["--disable-pip", "--progress-spinner", "off"]
        done = call([bin_folder / "pip-audit", *quiet, *files])
        if not report.exists():
            raise SkippedError(last_line(done))
        packages = json.loads(report.read_text())["dependencies"]
    return weaknesses_of(packages)


def weaknesses_of(packages: list[dict[str, Any]]) -> list[str]:
    """What pip-audit found, a line each.

    It says that all is well of packages that its index knows nothing about: those are counted.

    Raises:
        SkippedError: that is true of every package.
    """
    unknown = [package for package in packages if "skip_reason" in package]
    if len(unknown) == len(packages):
        raise SkippedError(f"the package index knows nothing about {len(packages)} packages")
    if unknown:
        say(f"Not looked up: {', '.join(str(package['name']) for package in unknown)}")
    return [
        f"{package['name']} {package['version']}: {weakness['id']}, mended in "
        f"{', '.join(weakness['fix_versions']) or 'no version yet'}"
        for package in packages
        for weakness in package.get("vulns", [])
        if weakness["id"] not in ACCEPTED
    ]


def find_secrets(bin_folder: Path) -> list[str]:
    """Where tracked files hold what looks like a secret; the secret itself is never shown.

    Raises:
        SkippedError: git does not tell which files are tracked.
    """
    listed = call(["git", "ls-files", "-z"])
    if listed.returncode:
        raise SkippedError(last_line(listed))
    tracked = [name for name in listed.stdout.split("\0") if (ROOT / name).is_file()]
    # Hashes and base64 of tests and locks are all that entropy finds here. Nothing is verified by
    # a call to its issuer.
    detectors: Command = ["--no-verify"]
    for name in ("Base64HighEntropyString", "HexHighEntropyString"):
        detectors += ["--disable-plugin", name]
    done = call([bin_folder / "detect-secrets", "scan", *detectors, *tracked])
    if done.returncode:
        raise SkippedError(last_line(done))
    return secrets_of(json.loads(done.stdout)["results"])


def secrets_of(found: dict[str, list[dict[str, Any]]]) -> list[str]:
    """What detect-secrets found and nobody has judged to be harmless, a line each."""
    return [
        f"{file}:{secret['line_number']}: {secret['type']} (SHA-1 {secret['hashed_secret']})"
        for file, secrets in sorted(found.items())
        for secret in secrets
        if secret["hashed_secret"] not in NOT_SECRET
        and not (file.startswith("tests/") and secret["type"] in MADE_UP_IN_TESTS)
    ]


def find_careless_workflows(bin_folder: Path) -> list[str]:
    """What zizmor has against the workflows, a line each.

    Raises:
        SkippedError: zizmor could not read them.
    """
    options: Command = ["--offline", "--no-progress", "--format", "json-v1"]
    done = call([bin_folder / "zizmor", *options, WORKFLOWS])
    try:
        findings = json.loads(done.stdout)
    except ValueError:
        raise SkippedError(last_line(done)) from None
    return [f"{finding['ident']}: {finding['desc']}; {finding['url']}" for finding in findings]


CHECKS: dict[str, Callable[[Path], list[str]]] = {
    "known weaknesses": find_weaknesses,
    "secrets": find_secrets,
    "workflows": find_careless_workflows,
}


def call(command: Command) -> subprocess.CompletedProcess[str]:
    """Run a tool in the clone; its exit code says too little to be the result."""
    return subprocess.run(  # noqa: S603
        [str(part) for part in command],
        cwd=ROOT,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    """What a tool said last, as the reason that it did not work."""
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    return lines[-1].strip()[:300] if lines else f"exit code {done.returncode}"


def install_programs() -> Path:
    """The folder of the tools' programs, installed where they are not yet.

    Raises:
        SkippedError: they cannot be had.
    """
    try:
        return install_tools(FOLDER, TOOLS_LOCK)
    except SetupError as error:
        raise SkippedError(str(error)) from None


def main() -> int:
    """Make every check that can be made; 1 where one found something."""
    is_strict = "--strict" in sys.argv[1:]
    failed = False
    for name, check in CHECKS.items():
        try:
            findings = check(install_programs())
        except SkippedError as reason:
            say(f"Skipped: {name}; {reason}")
            failed |= is_strict
            continue
        say(f"{name}: {len(findings)} found" if findings else f"{name}: none found")
        for finding in findings:
            print(f"  {finding}")
        failed |= bool(findings)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
