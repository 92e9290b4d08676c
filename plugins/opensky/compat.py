"""Airflow's names that moved between 3.0 and 3.2, each found where the running version has it."""

from __future__ import annotations

try:
    from airflow.sdk import BaseHook
    from airflow.sdk.exceptions import AirflowRescheduleException
    from airflow.sdk.log import mask_secret
except ImportError:  # Airflow 3.0
    from airflow.exceptions import AirflowRescheduleException
    from airflow.hooks.base import BaseHook  # type: ignore[attr-defined,no-redef]
    from airflow.sdk.execution_time.secrets_masker import mask_secret  # type: ignore[no-redef]

__all__ = ["AirflowRescheduleException", "BaseHook", "mask_secret"]
