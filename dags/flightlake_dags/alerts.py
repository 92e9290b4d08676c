"""One alert for what broke, to where the settings say; not one for each time it breaks again."""

from __future__ import annotations

import html
import json
import logging
from collections.abc import Callable, Mapping, Sequence
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
ON_CALL = "on-call"

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


class AskedAlertError(UnhealthyError):
    """Nothing is broken: somebody wants to see that an alert arrives, every time they ask."""

    def __init__(self) -> None:
        super().__init__("This is a test: an alert arrives here.", ["test"])


def alert_on_failure(context: Mapping[str, Any]) -> None:
    """Airflow's failure callback: it runs after the last retry, once for the failed task."""
    alert, settings = alert_of(context), get_settings()
    log.error("ALERT %s\n%s", alert.subject, alert.text)
    with_pause(alert, datetime.now(UTC), lambda due: send(due, settings.alerts, context))


def alert_of(context: Mapping[str, Any]) -> Alert:
    """Say which run of which hour or day failed where, since when and why, what was done already,
    where its log is and what to do."""
    ti, period, error = context["ti"], _period_of(context), context.get("exception")
    settings = get_settings()
    reason = str(error or "no reason was given")
    subject = f"Flightlake: {ti.dag_id} {period or ti.run_id} failed in {ti.task_id}"
    lines = [
        f"DAG {ti.dag_id}, run {ti.run_id}, data of {period or 'unknown'}, task {ti.task_id}",
        reason[:MAX_TEXT_CHARS],
        f"Task log: {getattr(ti, 'log_url', '') or 'see the task in Airflow'}",
    ]
    topic, pause_s = f"{ti.dag_id}.{ti.task_id}", settings.alert_pause_s
    if isinstance(error, UnhealthyError):
        # Its text says the rest, of each thing that is broken.
        topic, pause_s = f"{topic}: {', '.join(sorted(error.broken))}", 24 * pause_s
    else:
        runbook = runbook_of(ti.dag_id, ti.task_id, type(error).__name__)
        lines += [_done(context), f"Runbook: {runbook_url(settings.runbooks_url, runbook)}"]
    if isinstance(error, AskedAlertError):
        pause_s = 0
    return Alert(subject[:MAX_SUBJECT_CHARS], "\n".join(lines), topic, pause_s)


def runbook_of(dag_id: str, task_id: str, error: str) -> str:
    """The name of the page in docs/runbooks/ for a task that failed with an error of that type."""
    if task_id == "quality_gate":
        return "gate-red"
    if dag_id == "opensky_poll":
        return "rotate-credentials" if error == "AuthenticationError" else "poll-blocked"
    return "job-failed" if task_id in (dag_id, "download") else ON_CALL


def runbook_url(runbooks_url: str, name: str) -> str:
    """The address of a runbook; the page that leads to all of them lies beside their folder."""
    folder = runbooks_url.rpartition("/")[0] if name == ON_CALL else runbooks_url
    return f"{folder}/{name}.md"


def _done(context: Mapping[str, Any]) -> str:
    ti, run = context["ti"], context.get("dag_run")
    tries, start = getattr(ti, "try_number", None), getattr(run, "start_date", None)
    tried = f"tried {tries} time{'' if tries == 1 else 's'}" if tries else "tried"
    since = f" since {start:%Y-%m-%d %H:%M} UTC, when its run began" if start else ""
    return f"Done already: {tried}{since}. What a failed task had not committed is not published."


def with_pause(alert: Alert, now: datetime, hand_over: Callable[[Alert], None]) -> None:
    """Hand an alert over, with what was held back since the last one of its topic; or hold it back
    where that was less than its pause ago.

    An alert is worth more than its pause: without the lake it is handed over, and only one that was
    handed over begins a pause.

    Args:
        alert: the alert.
        now: aware.
        hand_over: sends it; what it raises is passed on.
    """
    known = _last_sent(alert.topic)
    sent_at, held_back = known.get("sent_at"), known.get("held_back", 0)
    if sent_at and now - datetime.fromisoformat(sent_at) < timedelta(seconds=alert.pause_s):
        log.info("Not sent: one about %s was, less than %d s ago", alert.topic, alert.pause_s)
        _remember(alert.topic, sent_at, held_back + 1)
        return
    more = f"\n{held_back} more since the alert of {sent_at} were held back." if held_back else ""
    hand_over(replace(alert, text=f"{alert.text}{more}"))
    _remember(alert.topic, now.isoformat(timespec="seconds"), 0)


def _last_sent(topic: str) -> dict[str, Any]:
    try:
        known: dict[str, Any] = json.loads(Lake(get_settings().lake_url).read(_key(topic)))
    except FileNotFoundError:
        return {}
    except Exception as error:
        log.warning("When %s was last alerted is not known: %s", topic, error)
        return {}
    return known


def _remember(topic: str, sent_at: str, held_back: int) -> None:
    known = {"topic": topic, "sent_at": sent_at, "held_back": held_back}
    try:
        Lake(get_settings().lake_url).write(_key(topic), json.dumps(known, indent=1).encode())
    except Exception as error:
        log.warning("That %s was alerted is not remembered: %s", topic, error)


def _key(topic: str) -> str:
    return f"alerts/{short_digest(topic)}.json"


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
