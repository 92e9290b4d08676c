"""One alert for each task that finally failed, to where the settings say."""

from __future__ import annotations

import html
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flightlake.contracts.days import Period

from flightlake_dags.days import find_day
from flightlake_dags.hours import find_hour
from flightlake_dags.settings import get_settings

MAX_TEXT_CHARS = 8_000
MAX_SUBJECT_CHARS = 100
"""The limit of SNS."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Alert:
    """What a person is told: one line, and the reasons."""

    subject: str
    text: str


def alert_on_failure(context: Mapping[str, Any]) -> None:
    """Airflow's failure callback: it runs after the last retry, once for the failed task."""
    alert = alert_of(context)
    log.error("ALERT %s\n%s", alert.subject, alert.text)
    send(alert, get_settings().alerts, context)


def alert_of(context: Mapping[str, Any]) -> Alert:
    """Say which run of which hour or day failed where, why, and where its log is."""
    ti, period = context["ti"], _period_of(context)
    reason = str(context.get("exception") or "no reason was given")
    subject = f"Flightlake: {ti.dag_id} {period or ti.run_id} failed in {ti.task_id}"
    text = (
        f"DAG {ti.dag_id}, run {ti.run_id}, data of {period or 'unknown'}, task {ti.task_id}\n"
        f"{reason[:MAX_TEXT_CHARS]}\n"
        f"Task log: {getattr(ti, 'log_url', '') or 'see the task in Airflow'}"
    )
    return Alert(subject[:MAX_SUBJECT_CHARS], text)


def _period_of(context: Mapping[str, Any]) -> Period | None:
    params, start = context.get("params") or {}, context.get("data_interval_start")
    end = context.get("data_interval_end")
    try:
        if "date" in params:
            return find_day(params["date"], start)
        # A day or a week between two runs is about no hour.
        is_longer = start and end and end - start > timedelta(hours=1)
        return find_hour(params.get("hour"), None if is_longer else start)
    except ValueError:
        # What the param says is no period: that is the failure, and it must be told.
        return None


def send(alert: Alert, target: str, context: Mapping[str, Any]) -> None:
    """Hand an alert to the notifier of a target: ``log``, ``sns:…``, ``slack:…``, ``email:…``."""
    kind, _, address = target.partition(":")
    if kind != "log":
        # notify, not a call of the notifier: that would render the text, which holds sample rows
        # from outside, as a template.
        _NOTIFIERS[kind](alert, address).notify(context)


def _sns(alert: Alert, topic_arn: str) -> Any:
    from airflow.providers.amazon.aws.notifications.sns import SnsNotifier

    return SnsNotifier(
        aws_conn_id=get_settings().aws_conn_id,
        target_arn=topic_arn,
        subject=alert.subject,
        message=alert.text,
    )


def _slack(alert: Alert, connection_id: str) -> Any:
    from airflow.providers.slack.notifications.slack_webhook import SlackWebhookNotifier

    return SlackWebhookNotifier(
        slack_webhook_conn_id=connection_id, text=f"{alert.subject}\n{alert.text}"
    )


def _email(alert: Alert, address: str) -> Any:
    from airflow.providers.smtp.notifications.smtp import SmtpNotifier

    return SmtpNotifier(
        to=address, subject=alert.subject, html_content=f"<pre>{html.escape(alert.text)}</pre>"
    )


_NOTIFIERS = {"sns": _sns, "slack": _slack, "email": _email}
