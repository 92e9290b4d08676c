"""Hold the Terraform code against its rules and tests, without an AWS account or a network.

``make infra-test`` runs all of it; pytest runs the same, piece by piece. The code is copied first,
since ``terraform init`` leaves files beside it. What is not on this machine is skipped with a line
that says so; with ``--strict``, as CI asks, that is a failure too.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent
from typing import Any

TERRAFORM = Path(__file__).resolve().parent
CHECKOV = TERRAFORM.parents[1] / ".tools/checkov/bin"
ENVIRONMENTS = ("dev", "staging", "prod")
PROVIDER = Path("registry.terraform.io/hashicorp/aws")
PROVIDER_VERSION = "5.100.0"


class MissingToolError(Exception):
    """Something that a check needs is not on this machine; the message says what to do."""


class CheckFailedError(Exception):
    """A check found something; the message is the tool's own."""


@dataclass(frozen=True)
class Outcome:
    """What ``terraform test`` said of one root.

    Attributes:
        passed: how many runs passed.
        assertions: how many assertions and expected failures the runs hold.
        states: the resources that each run made, by the run's name.
        planned: the addresses of all that there would be after each run that only plans, likewise.
    """

    passed: int
    assertions: int
    states: dict[str, list[dict[str, Any]]]
    planned: dict[str, set[str]]


class Checks:
    """The checks, on a copy of the code."""

    def __init__(self, folder: Path) -> None:
        """Copy the code below a folder.

        Raises:
            MissingToolError: Terraform or its AWS provider is not here.
        """
        self._terraform = find_program("terraform")
        self._plugins = find_plugins(os.environ)
        self._copy = folder / "terraform"
        shutil.copytree(TERRAFORM, self._copy, ignore=shutil.ignore_patterns(".terraform*"))
        # An empty file: what a person's own configuration says must not matter.
        (folder / "cli.tfrc").touch()
        self._environment = {
            **os.environ,
            "CHECKPOINT_DISABLE": "1",
            "TF_CLI_CONFIG_FILE": str(folder / "cli.tfrc"),
            "TF_IN_AUTOMATION": "1",
            "TF_INPUT": "0",
        }
        self._environment.pop("TF_DATA_DIR", None)

    def format(self) -> None:
        """Every file is written as ``terraform fmt`` writes it."""
        self._run(self._copy, "fmt", "-check", "-recursive", "-diff")

    def validate(self, root: str) -> None:
        """A root is valid against the provider's schema."""
        self._init(root)
        self._run(self._copy / root, "validate", "-no-color")

    def test(self, root: str) -> Outcome:
        """The tests of a root pass."""
        self._init(root)
        command = [self._terraform, "test", "-json", "-verbose"]
        printed = run(command, self._copy / root, self._environment, failures_of)
        messages = [json.loads(line) for line in printed.splitlines()]
        states = {
            message["@testrun"]: list(resources_of(message["test_state"]["root_module"]))
            for message in messages
            if message["type"] == "test_state" and "root_module" in message["test_state"]
        }
        planned = {
            message["@testrun"]: {
                each["address"] for each in changes if each["change"]["actions"] != ["delete"]
            }
            for message in messages
            if (changes := message.get("test_plan", {}).get("resource_changes"))
        }
        summary = next(m["test_summary"] for m in messages if m["type"] == "test_summary")
        return Outcome(summary["passed"], count_assertions(self._copy / root), states, planned)

    def scan(self, environment: str) -> str:
        """checkov finds nothing in an environment; how much it looked at.

        Raises:
            MissingToolError: checkov is not installed.
        """
        checkov = find_program("checkov")
        config = self._copy / ".checkov.yaml"
        folder = self._copy / "envs" / environment
        command = [checkov, "--config-file", str(config), "--directory", str(folder)]
        found = re.search(r"Passed checks: \d+.*", run(command, self._copy, self._environment))
        return found[0] if found else "nothing to look at"

    def _init(self, root: str) -> None:
        if not (self._copy / root / ".terraform").exists():
            backend, plugins = "-backend=false", f"-plugin-dir={self._plugins}"
            self._run(self._copy / root, "init", "-no-color", backend, plugins)

    def _run(self, folder: Path, *arguments: str) -> str:
        return run([self._terraform, *arguments], folder, self._environment)


def run(
    command: list[str],
    folder: Path,
    environment: Mapping[str, str],
    told: Callable[[str], str] = str,
) -> str:
    """What a command prints.

    Args:
        command: the program and its arguments.
        folder: where it runs.
        environment: of the program.
        told: what of the output to tell where it failed; all of it unless given.

    Raises:
        CheckFailedError: it failed; the message is what it printed.
    """
    done = subprocess.run(  # noqa: S603
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        printed = told(done.stdout) + done.stderr
        raise CheckFailedError(f"{' '.join(command)} in {folder}\n{printed}")
    return done.stdout


def failures_of(printed: str) -> str:
    """The runs that failed, and why, in what ``terraform test -json`` prints.

    With it come plans and states of every run and the schema of the provider: megabytes.
    """
    failures = []
    for line in printed.splitlines(keepends=True):
        message = json.loads(line) if line.startswith('{"') else {}
        tested = message.get("test_run", {})
        diagnostic = message.get("diagnostic", {})
        if not message:
            failures.append(line)
        elif tested.get("status") in ("fail", "error"):
            failures.append(f'run "{tested["run"]}": {tested["status"]}\n')
        elif diagnostic.get("severity") == "error":
            failures.append(_described(diagnostic))
    return "".join(failures)


def _described(diagnostic: Mapping[str, Any]) -> str:
    place = ""
    if found := diagnostic.get("range"):
        place = f"{found['filename']}:{found['start']['line']}: "
    detail = indent(diagnostic.get("detail", ""), "  ")
    return f"{place}{diagnostic['summary']}\n" + (f"{detail}\n" if detail else "")


def find_program(name: str) -> str:
    """Where a program is: where ``make`` installs it, or on the ``PATH``.

    Raises:
        MissingToolError: it is in neither place.
    """
    found = shutil.which(name, path=os.pathsep.join([str(CHECKOV), os.environ.get("PATH", "")]))
    if found is None:
        raise MissingToolError(f"{name} is not installed")
    return found


def find_plugins(environment: Mapping[str, str]) -> Path:
    """The folder with Terraform's AWS provider: ``TF_PLUGIN_DIR``, or where Terraform would look.

    Raises:
        MissingToolError: there is none.
    """
    for folder in plugin_folders(environment):
        # Unpacked, or packed as `terraform providers mirror` leaves it: Terraform takes both.
        packed = (folder / PROVIDER).glob(f"terraform-provider-aws_{PROVIDER_VERSION}_*.zip")
        if (folder / PROVIDER / PROVIDER_VERSION).is_dir() or any(packed):
            return folder
    raise MissingToolError(
        f"The provider {PROVIDER} {PROVIDER_VERSION} is not here. Fetch it with `terraform"
        " providers mirror <folder>` in infra/terraform/envs/dev and set TF_PLUGIN_DIR=<folder>"
    )


def plugin_folders(environment: Mapping[str, str]) -> Iterator[Path]:
    """Where providers may be: first what was asked for, then Terraform's implied local mirrors."""
    if named := environment.get("TF_PLUGIN_DIR"):
        yield Path(named)
        return
    home = Path(environment.get("HOME", "/"))
    yield home / ".terraform.d/plugins"
    if sys.platform == "darwin":
        for root in (home, Path("/")):
            yield root / "Library/Application Support/io.terraform/plugins"
    data = [environment.get("XDG_DATA_HOME") or str(home / ".local/share")]
    data += (environment.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share").split(":")
    yield from (Path(folder, "terraform/plugins") for folder in data)
    # Packages of whole images put their own things there.
    yield from sorted(Path("/opt").glob("*"))


def roots_with_tests() -> list[str]:
    """The folders that ``terraform test`` is run in, such as ``modules/storage``."""
    files = TERRAFORM.glob("*/*/tests/*.tftest.hcl")
    return sorted({str(file.parents[1].relative_to(TERRAFORM)) for file in files})


def count_assertions(root: Path) -> int:
    """How many assertions and expected failures the tests of a root hold."""
    texts = (file.read_text() for file in root.glob("tests/*.tftest.hcl"))
    return sum(len(re.findall(r"^ +(?:assert \{|expect_failures)", t, re.M)) for t in texts)


def resources_of(module: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The resources of a module in a state, those of its own modules included."""
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from resources_of(child)


def main() -> None:
    """Run every check and say how it went; stop at the first that fails."""
    with tempfile.TemporaryDirectory(prefix="flightlake-terraform-") as folder:
        checks = Checks(Path(folder))
        checks.format()
        print("format: as terraform fmt writes it", flush=True)
        for environment in ENVIRONMENTS:
            checks.validate(f"envs/{environment}")
            print(f"envs/{environment}: valid", flush=True)
        runs = assertions = 0
        for root in roots_with_tests():
            tested = checks.test(root)
            runs, assertions = runs + tested.passed, assertions + tested.assertions
            print(f"{root}: passed", flush=True)
        print(f"{assertions} assertions in {runs} runs hold", flush=True)
        try:
            for environment in ENVIRONMENTS:
                print(f"checkov, envs/{environment}: {checks.scan(environment)}", flush=True)
        except MissingToolError as error:
            raise MissingToolError(f"checkov; {error}") from None


if __name__ == "__main__":
    try:
        main()
    except MissingToolError as error:
        print(f"Skipped: {error}", flush=True)
        sys.exit("--strict" in sys.argv[1:])
    except CheckFailedError as error:
        sys.exit(str(error))
