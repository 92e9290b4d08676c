"""The Terraform code by itself: its form, its own tests, and what the environments share."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.terraform.check import (
    ENVIRONMENTS,
    PROVIDER,
    PROVIDER_VERSION,
    TERRAFORM,
    CheckFailedError,
    Checks,
    MissingToolError,
    Outcome,
    count_assertions,
    failures_of,
    find_plugins,
    find_program,
    roots_with_tests,
    run,
)
from tests.infra.terraform.conftest import skip_or_fail

LEAST_ASSERTIONS = 80


def test_format(checks: Checks) -> None:
    checks.format()


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_an_environment_is_valid(environment: str, checks: Checks) -> None:
    checks.validate(f"envs/{environment}")


# `make infra-test` runs them as well.
@pytest.mark.nightly
@pytest.mark.parametrize("root", roots_with_tests())
def test_the_tests_of_a_root_pass(root: str, tested: Callable[[str], Outcome]) -> None:
    found = tested(root)
    assert found.passed
    assert found.assertions


def test_a_check_that_fails_says_why(tmp_path: Path) -> None:
    with pytest.raises(CheckFailedError, match="what is wrong"):
        run(["sh", "-c", "echo what is wrong; exit 1"], tmp_path, {})


BROKEN = """\
variable "beat" {
  default = 90
}

run "holds" {
  command = plan
  assert {
    condition     = var.beat == 90
    error_message = "the beat is not 90 s"
  }
}

run "is_whole" {
  command = plan
  assert {
    condition     = var.beat == 60
    error_message = "the beat is no minute"
  }
}
"""


def test_of_terraforms_tests_only_what_failed_is_told(tmp_path: Path) -> None:
    variable, runs = BROKEN.split("\n\n", 1)
    (tmp_path / "main.tf").write_text(f'{variable}\noutput "beat" {{ value = var.beat }}\n')
    (tmp_path / "beat.tftest.hcl").write_text(runs)
    try:
        terraform = find_program("terraform")
    except MissingToolError as error:
        skip_or_fail(error)
    command = [terraform, "test", "-json", "-verbose"]
    with pytest.raises(CheckFailedError) as failed:
        run(command, tmp_path, {"CHECKPOINT_DISABLE": "1"}, failures_of)
    assert str(failed.value).splitlines()[1:] == [
        'run "is_whole": fail',
        "beat.tftest.hcl:12: Test assertion failed",
        "  the beat is no minute",
    ]


def test_what_terraform_says_in_plain_words_is_told_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(CheckFailedError, match=r"\nno such flag\n\{}\n$"):
        run(["sh", "-c", "echo no such flag; echo {}; exit 1"], tmp_path, {}, failures_of)


# `make infra-test` and `make nightly` install it.
@pytest.mark.nightly
@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_checkov(environment: str, checks: Checks) -> None:
    try:
        assert "Failed checks: 0" in checks.scan(environment)
    except MissingToolError as error:
        skip_or_fail(error)


@pytest.mark.parametrize(("arguments", "code"), [([], 0), (["--strict"], 1)])
def test_without_terraform_a_person_is_told_and_ci_fails(arguments: list[str], code: int) -> None:
    done = subprocess.run(
        [sys.executable, str(TERRAFORM / "check.py"), *arguments],
        env={"PATH": "/nonexistent"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "Skipped: terraform is not installed\n"
    assert (done.returncode, done.stderr) == (code, "")


def test_every_module_and_environment_has_tests() -> None:
    folders = {f"modules/{folder.name}" for folder in (TERRAFORM / "modules").iterdir()}
    assert set(roots_with_tests()) == folders | {f"envs/{name}" for name in ENVIRONMENTS}
    assert sum(count_assertions(TERRAFORM / r) for r in roots_with_tests()) >= LEAST_ASSERTIONS


def test_environments_differ_in_values_only() -> None:
    files = [
        {file.name: file.resolve() for file in (TERRAFORM / "envs" / name).glob("*.tf")}
        for name in ENVIRONMENTS
    ]
    assert files[0] == files[1] == files[2]
    assert files[0]["main.tf"] == TERRAFORM / "envs/all/main.tf"
    assert files[0]["variables.tf"] == TERRAFORM / "stack/variables.tf"


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_state_is_encrypted_locked_and_of_its_own(environment: str) -> None:
    backend = (TERRAFORM / "envs" / environment / "backend.hcl").read_text()
    values = dict(re.findall(r'^(\w+) += "?([^"\n]+)"?$', backend, re.M))
    assert values["encrypt"] == values["use_lockfile"] == "true"
    assert environment in values["bucket"]
    assert environment in values["key"]
    assert set(values) == {"bucket", "key", "region", "encrypt", "use_lockfile"}


def test_everything_is_tagged_and_of_one_account() -> None:
    # The mock makes no tags out of the provider's defaults, so they are read from the code.
    code = (TERRAFORM / "envs/all/provider.tf").read_text()
    tags = re.search(r"^  tags = \{\n(.*?)\}", code, re.S | re.M)
    assert tags
    found = dict(re.findall(r"(\w+) += var\.(\w+)", tags[1]))
    assert found == {name: name for name in ("project", "environment", "owner", "cost_center")}
    providers = re.findall(r'^provider "aws" \{\n.*?^\}', code, re.S | re.M)
    assert len(providers) == 2
    for provider in providers:
        assert "    tags = local.tags\n" in provider
        assert re.search(r"allowed_account_ids += \[var\.account_id\]", provider)


def test_who_names_the_topic_waits_for_its_policy() -> None:
    # A plan does not tell the order; AWS Budgets refuses a topic that it may not publish to yet.
    code = (TERRAFORM / "modules/observability/outputs.tf").read_text()
    output = re.search(r'^output "topic_arn" \{\n.*?^\}', code, re.M | re.S)
    assert output
    assert "depends_on = [aws_sns_topic_policy.alerts]" in output[0]


def test_the_code_names_no_place_on_a_machine() -> None:
    files = [file for file in TERRAFORM.rglob("*.*") if file.suffix in (".tf", ".hcl", ".tfvars")]
    assert files
    found = [
        file for file in files if re.search(r'"(?:/opt|/home|/root|/tmp|~)/', file.read_text())
    ]
    assert not found


def test_variables_and_outputs_are_described() -> None:
    for file in TERRAFORM.rglob("*.tf"):
        for block in re.findall(
            r'^(?:variable|output) "\w+" \{\n.*?^\}', file.read_text(), re.M | re.S
        ):
            assert "  description = " in block, f"{file}: {block}"
            assert block.startswith("output") or "  type " in block or "  type=" in block, block


def test_lines_are_short() -> None:
    # terraform fmt does not break lines.
    files = [*TERRAFORM.rglob("*.tf"), *TERRAFORM.rglob("*.hcl"), *TERRAFORM.rglob("*.tfvars")]
    long = [f"{f}: {line}" for f in files for line in f.read_text().splitlines() if len(line) > 100]
    assert not long


def test_the_provider_is_found_where_terraform_looks(tmp_path: Path) -> None:
    mirror = tmp_path / ".terraform.d/plugins"
    (mirror / PROVIDER / PROVIDER_VERSION).mkdir(parents=True)
    assert find_plugins({"HOME": str(tmp_path)}) == mirror


def test_the_provider_is_found_as_terraform_mirrors_it(tmp_path: Path) -> None:
    folder, named = tmp_path / PROVIDER, {"TF_PLUGIN_DIR": str(tmp_path)}
    folder.mkdir(parents=True)
    (folder / "terraform-provider-aws_5.99.0_linux_amd64.zip").touch()
    with pytest.raises(MissingToolError, match=PROVIDER_VERSION):
        find_plugins(named)
    (folder / f"terraform-provider-aws_{PROVIDER_VERSION}_linux_amd64.zip").touch()
    assert find_plugins(named) == tmp_path


def test_the_provider_is_the_one_that_the_code_asks_for() -> None:
    asked = {
        version
        for file in TERRAFORM.rglob("versions.tf")
        for version in re.findall(r'^ +version = "(.*)"$', file.read_text(), re.M)
    }
    assert asked == {PROVIDER_VERSION}


def test_a_folder_that_was_named_is_the_only_one(tmp_path: Path) -> None:
    with pytest.raises(MissingToolError, match="terraform providers mirror"):
        find_plugins({"TF_PLUGIN_DIR": str(tmp_path)})
