"""The names that moved between Airflow 3.0 and 3.3, from where the running version has them."""

from __future__ import annotations

try:
    from airflow.sdk.exceptions import (
        AirflowFailException,
        AirflowRescheduleException,
        AirflowSkipException,
    )
except ImportError:  # Airflow 3.0
    from airflow.exceptions import (  # type: ignore[no-redef]
        AirflowFailException,
        AirflowRescheduleException,
        AirflowSkipException,
    )

__all__ = ["AirflowFailException", "AirflowRescheduleException", "AirflowSkipException"]
