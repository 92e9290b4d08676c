"""# pipeline_health: an hourly look at the whole pipeline, one page and one alert

| | |
|---|---|
| reads | the lake: published hours, results, gaps, raw manifests, costs, the tables' logs; EMR Serverless: job runs that have not ended |
| writes | `reports/health.html`, the page; `reports/health.json`, since when what is broken; metrics; `costs/` of job runs whose end no task saw |
| beat | hourly, at a quarter to |
| fails | where something is broken: the task's message says what, since when, and what to do next |

1. `look` finds out how the pipeline is: freshness, answers, gaps, days without flights, the
   ledger's balance, verdicts, credits, cost, reader versions of tables, job runs that nobody waits
   for. What cannot be found out is critical, and hides nothing else. It writes the page.
2. `verdict` fails where a check is critical. That is the one alert: again it is told only when
   something else breaks, or breaks anew, or a day later. A test alert is sent each time.

**Again is always safe.** A look changes no table.

**Params.** `test_alert`: send an alert as if something were broken, to see that it arrives:

    airflow dags trigger pipeline_health --conf '{"test_alert": true}'
"""  # noqa: E501

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from airflow.sdk import Param, dag, task
from airflow.timetables.interval import CronDataIntervalTimetable
from flightlake_dags.alerts import AskedAlertError, UnhealthyError
from flightlake_dags.defaults import Tag, alert_on_failed_run, default_args


@dag(
    dag_id="pipeline_health",
    doc_md=__doc__,
    schedule=CronDataIntervalTimetable("45 * * * *", timezone="UTC"),
    start_date=datetime.fromisoformat("2026-01-01T00:00+00:00"),
    catchup=False,
    max_active_runs=1,
    on_failure_callback=alert_on_failed_run,
    default_args=default_args(),
    tags=[Tag.FLIGHTLAKE, Tag.HEALTH, Tag.HOURLY],
    params={
        "test_alert": Param(
            False, type="boolean", title="Test alert", description="Alert, whatever is found."
        )
    },
)
def pipeline_health() -> None:
    """The DAG; its page is this file's docstring."""

    @task
    def look() -> dict[str, Any]:
        from flightlake_dags.health.look import look as look_now

        return asdict(look_now(datetime.now(UTC)))

    @task
    def verdict(found: Any, params: dict[str, Any] | None = None) -> str:
        if (params or {}).get("test_alert"):
            raise AskedAlertError
        if found["broken"]:
            raise UnhealthyError(found["text"], found["broken"])
        return str(found["light"])

    verdict(look())


pipeline_health()
