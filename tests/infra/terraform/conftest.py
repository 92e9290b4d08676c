"""Terraform itself, on a copy of the code and with AWS mocked; skipped where it is not here."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from typing import NoReturn

import pytest

from infra.terraform.check import ENVIRONMENTS, Checks, MissingToolError, Outcome
from tests.infra.terraform.made import Made


def skip_or_fail(missing: MissingToolError) -> NoReturn:
    """A person may have no Terraform; CI would be green for nothing."""
    if "CI" in os.environ:
        pytest.fail(str(missing))
    pytest.skip(str(missing))


@pytest.fixture(scope="session")
def checks(tmp_path_factory: pytest.TempPathFactory) -> Checks:
    try:
        return Checks(tmp_path_factory.mktemp("terraform"))
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
