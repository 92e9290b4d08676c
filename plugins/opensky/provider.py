"""Tells Airflow of the connection type and its form; read through the package's entry point."""

from __future__ import annotations

from typing import Any

from opensky.credits import TIERS

CONN_TYPE = "opensky"
HOOK_NAME = "OpenSky Network"

FORM_FIELDS: dict[str, dict[str, Any]] = {
    "tier": {
        "label": "Tier",
        "description": "Your account's tier; standard where nothing is chosen.",
        "schema": {
            "type": ["string", "null"],
            "enum": [None, *(tier for tier in TIERS if tier != "anonymous")],
        },
    },
    "credit_floor": {
        "label": "Credit floor",
        "description": "Polls stop before fewer credits than this are left. Default: 200.",
        "schema": {"type": ["integer", "null"], "minimum": 0},
    },
    "proxy": {
        "label": "Proxy",
        "description": "http://host:port, where OpenSky blocks this machine's address.",
        "schema": {"type": ["string", "null"], "format": "password"},
    },
    "auth_url": {
        "label": "Auth URL",
        "description": "The token endpoint; needed only where the host is not OpenSky's own.",
        "schema": {"type": ["string", "null"]},
    },
}
"""What the form has besides Airflow's standard fields; each is kept in the connection's extra."""

FORM_BEHAVIOUR: dict[str, Any] = {
    "hidden-fields": ["schema", "port"],
    "relabeling": {"host": "API URL", "login": "Client id", "password": "Client secret"},
    "placeholders": {
        "host": "https://opensky-network.org/api",
        "login": "empty: anonymous, 400 credits a day",
    },
}


def get_provider_info() -> dict[str, Any]:
    """What Airflow's provider manager needs to know."""
    return {
        "package-name": "flightlake",
        "name": "Flightlake",
        "description": "The OpenSky Network: a hook and its connection type.",
        "connection-types": [
            {
                "connection-type": CONN_TYPE,
                "hook-name": HOOK_NAME,
                "hook-class-name": "opensky.hook.OpenSkyHook",
                "conn-fields": FORM_FIELDS,
                "ui-field-behaviour": FORM_BEHAVIOUR,
            }
        ],
    }
