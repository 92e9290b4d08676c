"""What every DAG and task has unless its file says otherwise."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Any

from flightlake_dags.alerts import alert_on_failed_run, alert_on_failure
from flightlake_dags.settings import get_settings

__all__ = ["OWNER", "Tag", "alert_on_failed_run", "default_args"]

OWNER = "data-engineering"


class Tag(StrEnum):
    """The tags that a DAG may have: the project, the layers it writes, its beat."""

    FLIGHTLAKE = "flightlake"
    RAW = "raw"
    SILVER = "silver"
    GOLD = "gold"
    REFERENCE = "reference"
    CATALOG = "catalog"
    EXPORT = "export"
    HEALTH = "health"
    DEPLOYMENT = "deployment"
    RESTORE = "restore"
    MAINTENANCE = "maintenance"
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"


def default_args() -> dict[str, Any]:
    """Owner, retries with exponential back-off, time-out and alert of every task."""
    return {
        "owner": OWNER,
        "retries": 3,
        "retry_delay": timedelta(seconds=get_settings().retry_delay_s),
        "retry_exponential_backoff": True,
        "max_retry_delay": timedelta(minutes=10),
        "execution_timeout": timedelta(minutes=5),
        "on_failure_callback": alert_on_failure,
    }
