"""The one Airflow plugin: tells Airflow of classes that it takes from no DAG."""

from __future__ import annotations

from airflow.plugins_manager import AirflowPlugin
from emr.live_first import LiveFirst


class FlightlakePlugin(AirflowPlugin):
    """What Airflow has to know before it reads the DAGs."""

    name = "flightlake"
    priority_weight_strategies = [LiveFirst]  # noqa: RUF012 - Airflow's own form
