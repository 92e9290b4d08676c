"""One alert for what broke, to where the settings say; not one for each time it breaks again."""

from __future__ import annotations

import html
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from flightlake.contracts.days import Period
from flightlake.contracts.storage import Lake, short_digest

from flightlake_dags.compat import AirflowFailException
from flightlake_dags.days import find_day
from flightlake_dags.hours import find_hour
from flightlake_dags.settings import get_settings

MAX_TEXT_CHARS = 8_000
MAX_SUBJECT_CHARS = 100
"""The limit of SNS."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Alert:
    """What a person is told: one line, and the reasons.

    Alerts of one ``topic`` are about the same thing: within ``pause_s`` one is enough.
    """

    subject: str
    text: str
    topic: str
    pause_s: int


class UnhealthyError(AirflowFailException):
    """Something is broken and has been looked at: who is told once need not be told hourly.

    Args:
        text: what is broken, since when, and what to do.
        broken: the names of what is broken; the same ones again are the same alert.
    """

    def __init__(self, text: str, broken: Sequence[str]) -> None:
        super().__init__(text)
        self.broken = tuple(broken)


def alert_on_failure(context: Mapping[str, Any]) -> None:
    """Airflow's failure callback: it runs after the last retry, once for the failed task."""
    alert = alert_of(context)
    log.error("ALERT %s\n%s", alert.subject, alert.text)
    now = datetime.now(UTC)
    if (due := with_pause(alert, now)) is not None:
        send(due, get_settings().alerts, context)
    else:
        log.info("Not sent: one about %s was, less than %d s ago", alert.topic, alert.pause_s)


def alert_of(context: Mapping[str, Any]) -> Alert:
    """Say which run of which hour or day failed where, why, and where its log is."""
    ti, period, error = context["ti"], _period_of(context), context.get("exception")
    reason = str(error or "no reason was given")
    subject = f"Flightlake: {ti.dag_id} {period or ti.run_id} failed in {ti.task_id}"
    text = (
        f"DAG {ti.dag_id}, run {ti.run_id}, data of {period or 'unknown'}, task {ti.task_id}\n"
        f"{reason[:MAX_TEXT_CHARS]}\n"
        f"Task log: {getattr(ti, 'log_url', '') or 'see the task in Airflow'}"
    )
    topic, pause_s = f"{ti.dag_id}.{ti.task_id}", get_settings().alert_pause_s
    if isinstance(error, UnhealthyError):
        topic, pause_s = f"{topic}: {', '.join(sorted(error.broken))}", 24 * pause_s
    return Alert(subject[:MAX_SUBJECT_CHARS], text, topic, pause_s)


def with_pause(alert: Alert, now: datetime) -> Alert | None:
    """The alert, with what was held back since the last one of its topic; None where it is too
    soon for another. An alert is worth more than its pause: without the lake it is sent."""
    key = f"alerts/{short_digest(alert.topic)}.json"
    try:
        lake = Lake(get_settings().lake_url)
        known: dict[str, Any] = {"held_back": 0}
        if lake.exists(key):
            known = json.loads(lake.read(key))
        held_back, pause = known["held_back"], timedelta(seconds=alert.pause_s)
        is_too_soon = "sent_at" in known and now - datetime.fromisoformat(known["sent_at"]) < pause
        if is_too_soon:
            known["held_back"] += 1
        else:
            known = {"topic": alert.topic, "sent_at": now.isoformat(), "held_back": 0}
        lake.write(key, json.dumps(known, indent=1).encode())
    except Exception as error:
        log.warning("When %s was last alerted is not known: %s", alert.topic, error)
        return alert
    if is_too_soon:
        return None
    more = f"\n{held_back} more since the last alert were held back." if held_back else ""
    return replace(alert, text=f"{alert.text}{more}")


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
    """Hand an alert to the notifier of a target: ``log``, ``sns:…``, ``slack:…`` and so on."""
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


def _pagerduty(alert: Alert, connection_id: str) -> Any:
    from airflow.providers.pagerduty.notifications.pagerduty import PagerdutyNotifier

    return PagerdutyNotifier(
        pagerduty_events_conn_id=connection_id,
        summary=alert.subject,
        severity="error",
        source="flightlake",
        dedup_key=alert.topic,
        custom_details={"text": alert.text},
    )


def _email(alert: Alert, address: str) -> Any:
    from airflow.providers.smtp.notifications.smtp import SmtpNotifier

    return SmtpNotifier(
        to=address, subject=alert.subject, html_content=f"<pre>{html.escape(alert.text)}</pre>"
    )


_NOTIFIERS = {"sns": _sns, "slack": _slack, "pagerduty": _pagerduty, "email": _email}
