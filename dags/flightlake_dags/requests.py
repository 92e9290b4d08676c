"""What a DAG that is triggered by hand is asked for: its params, and the request they are."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from airflow.sdk import Param
from flightlake.contracts.requests import RefusedError
from flightlake.contracts.tables import STATE_VECTORS, TABLES

from flightlake_dags.compat import AirflowFailException

Request = TypeVar("Request")

REQUEST = "{{ request(params) }}"
"""What was asked for, as one JSON text; the DAG needs ``REQUEST_MACROS``."""


def request_text(params: Mapping[str, Any]) -> str:
    """The params as one text; nothing is judged here."""
    return json.dumps(dict(params))


REQUEST_MACROS = {"request": request_text}


def table_param(description: str) -> Param:
    """Which table; one must be chosen."""
    return Param(
        STATE_VECTORS.full_name,
        type="string",
        enum=list(TABLES),
        title="Table",
        description=description,
    )


def open_param(title: str, description: str, **schema: Any) -> Param:
    """A text that may be left open; ``schema`` says what it may be otherwise."""
    return Param(None, type=["null", "string"], title=title, description=description, **schema)


def parse_params(
    parse: Callable[[Mapping[str, Any]], Request], params: Mapping[str, Any], undone: str
) -> Request:
    """The request that the params are.

    Raises:
        AirflowFailException: they are none; the message says what would be, and what was not done.
    """
    try:
        return parse(dict(params))
    except RefusedError as error:
        raise AirflowFailException(f"{error} {undone}") from None
