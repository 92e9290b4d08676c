"""Terraform itself, on a copy of the code and with AWS mocked; skipped where it is not here."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NoReturn

import pytest

from infra.terraform.check import ENVIRONMENTS, Checks, MissingToolError, Outcome
from tests.infra.terraform.made import Made

PLANTED = "planted/terraform+7f3a9c51=secret"


def skip_or_fail(missing: MissingToolError) -> NoReturn:
    """A person may have no Terraform; CI would be green for nothing."""
    if "CI" in os.environ:
        pytest.fail(str(missing))
    pytest.skip(str(missing))


@pytest.fixture(scope="session")
def checks(tmp_path_factory: pytest.TempPathFactory) -> Checks:
    names = ("AIRFLOW_CONN_OPENSKY_DEFAULT", "TF_VAR_opensky_secret")
    with pytest.MonkeyPatch.context() as shell:
        # As a person's shell may have it; a test looks for it in all that is made.
        for name in names:
            shell.setenv(name, PLANTED)
        return _checks(tmp_path_factory.mktemp("terraform"))


def _checks(folder: Path) -> Checks:
    try:
        return Checks(folder)
    except MissingToolError as error:
        skip_or_fail(error)


@pytest.fixture(scope="session")
def tested(checks: Checks) -> Callable[[str], Outcome]:
    """What the tests of a root say, run once however often it is asked for."""
    return cache(checks.test)


@pytest.fixture(scope="session", params=ENVIRONMENTS)
def made(request: pytest.FixtureRequest, tested: Callable[[str], Outcome]) -> Made:
    """All that an environment is made of, in turn."""
    return Made(tested(f"envs/{request.param}").states[request.param])
