"""What `make restore` says before anything starts; the restore itself is the step's."""

from __future__ import annotations

import os

import pytest
from flightlake_local.errors import LocalError
from flightlake_local.restore import request_of, require_no_writer
from flightlake_local.settings import LakeKind, LocalSettings
from flightlake_local.stack import Stack


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({}, "make restore TABLE="),
        ({"table": "gold.nope", "version": "1"}, "There is no table 'gold.nope'; there are:"),
        ({"table": "gold.flights"}, "by its number or by a moment"),
        ({"table": "gold.flights", "version": "x"}, "'x' is no version"),
        ({"table": "gold.flights", "at": "noon"}, "'noon' is no moment"),
    ],
)
def test_what_cannot_be_restored_is_said_at_once(asked: dict[str, str], reason: str) -> None:
    with pytest.raises(LocalError, match=reason):
        request_of(asked)


def test_what_is_left_empty_is_left_open() -> None:
    request = request_of({"table": "gold.flights", "version": "7", "at": "", "accept": ""})
    assert (request.version, request.at, request.is_accepted) == (7, None, False)


def test_a_stack_that_runs_is_in_the_way(settings: LocalSettings) -> None:
    require_no_writer(settings)
    services = Stack(settings).processes
    services.start("emr", ["sleep", "600"], os.environ)
    try:
        with pytest.raises(LocalError, match="`make down` first, or trigger the DAG restore_table"):
            require_no_writer(settings)
    finally:
        services.stop("emr")
    require_no_writer(settings)


def test_a_lake_that_is_gone_with_its_server_has_nothing_to_restore(
    settings: LocalSettings,
) -> None:
    with pytest.raises(LocalError, match="is gone"):
        require_no_writer(settings.model_copy(update={"lake": LakeKind.S3}))
