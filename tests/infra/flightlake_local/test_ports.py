from __future__ import annotations

import os

import pytest
from flightlake_local.errors import LocalError
from flightlake_local.ports import require_free


def test_a_taken_port_is_one_line_that_names_who_has_it_and_what_to_do(taken_port: int) -> None:
    with pytest.raises(LocalError) as raised:
        require_free({"airflow_port": taken_port})
    message = str(raised.value)
    assert "\n" not in message
    assert f"Port {taken_port} is taken by" in message
    assert f"(pid {os.getpid()})" in message
    assert "FLIGHTLAKE_LOCAL_AIRFLOW_PORT=" in message


def test_two_services_cannot_have_one_port() -> None:
    with pytest.raises(LocalError, match="FLIGHTLAKE_LOCAL_EMR_PORT is 1, as is another port"):
        require_free({"airflow_port": 1, "emr_port": 1})


def test_free_ports_are_fine() -> None:
    require_free({})
