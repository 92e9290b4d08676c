"""One alert for what broke, to where the settings say; not one for each time it breaks again.

Airflow calls in two ways. A task that fails calls by itself, from its own process. A run that fails
calls from elsewhere: that tells of a task whose process was killed and could not call any more.
"""

from __future__ import annotations

import html
import json
import logging
import math
import time
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
LONG_PAUSES = 6
"""From its second alert on, what still fails is told after so many pauses."""
TOLD_BY = {
    "opensky_poll.poll": frozenset({"answers", "credits"}),
    "states_hourly.quality_gate": frozenset({"verdicts"}),
}
"""The checks of pipeline_health that a task which fails tells of first: one cause, one alert."""
LOST = (
    "The task ended without a word: its process was killed, mostly for its memory, or Airflow lost"
    " its worker."
)
MAX_WAIT_FOR_TASK_S = 20
"""A task that failed is alerted after Airflow knows of it, in seconds."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Alert:
    """What a person is told: one line, and the reasons.

    Alerts of one ``topic`` are about the same thing: within ``pause_s`` one is enough, and within
    ``long_pause_s`` where it was told twice already.
    """

    subject: str
    text: str
    topic: str
    pause_s: int
    long_pause_s: int


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
    """Airflow's callback of a task that failed: after the last try, once.

    Where Airflow lost a task's worker it calls though the task is tried again: that is no failure.
    """
    ti, error = context["ti"], context.get("exception")
    if error is None and _is_tried_again(ti):
        log.warning(
            "%s.%s of run %s lost its worker in try %s; it is tried again, so nobody is alerted",
            ti.dag_id,
            ti.task_id,
            ti.run_id,
            ti.try_number,
        )
        return
    _mark_told(ti)
    if isinstance(error, UnhealthyError) and not _not_told(error.broken):
        log.info("Not sent: the task that fails has told of %s", ", ".join(error.broken))
        return
    _alert(context)


def alert_on_failed_run(context: Mapping[str, Any]) -> None:
    """Airflow's callback of a run that failed: tells of what no task could tell.

    A process that the kernel kills, mostly for its memory, calls nobody.
    """
    if (ti := context.get("ti")) is None:
        log.error("A run of %s failed: %s", context.get("dag"), context.get("reason"))
        return
    deadline = time.monotonic() + MAX_WAIT_FOR_TASK_S
    while not (is_told := _is_told(ti)) and time.monotonic() < deadline:
        time.sleep(2)
    if not is_told:
        _alert({**context, "exception": None})


def _alert(context: Mapping[str, Any]) -> None:
    alert, settings = alert_of(context), get_settings()
    log.error("ALERT %s\n%s", alert.subject, alert.text)
    with_pause(alert, datetime.now(UTC), lambda due: send(due, settings.alerts, context))


def alert_of(context: Mapping[str, Any]) -> Alert:
    """Say which run of which hour or day failed where, since when and why, what was done already,
    where its log is and what to do."""
    ti, period, error = context["ti"], _period_of(context), context.get("exception")
    settings = get_settings()
    reason = str(error or context.get("reason") or "no reason was given")
    if error is None:
        reason = f"{LOST} Airflow says: {reason}"
    subject = f"Flightlake: {ti.dag_id} {period or ti.run_id} failed in {ti.task_id}"
    lines = [
        f"DAG {ti.dag_id}, run {ti.run_id}, data of {period or 'unknown'}, task {ti.task_id}",
        reason[:MAX_TEXT_CHARS],
        f"Task log: {getattr(ti, 'log_url', '') or 'see the task in Airflow'}",
    ]
    topic, pause_s = _topic_of(ti), settings.alert_pause_s
    # Each hour that is rejected is another matter; one that fails after the other is the same.
    long_pause_s = pause_s if ti.task_id == "quality_gate" else LONG_PAUSES * pause_s
    if isinstance(error, UnhealthyError):
        # Its text says the rest, of each thing that is broken.
        topic = f"{topic}: {', '.join(sorted(error.broken))}"
        pause_s = long_pause_s = 24 * pause_s
    else:
        runbook = runbook_of(ti.dag_id, ti.task_id, type(error).__name__)
        lines += [_done(context), f"Runbook: {runbook_url(settings.runbooks_url, runbook)}"]
    if isinstance(error, AskedAlertError):
        pause_s = long_pause_s = 0
    text = "\n".join(lines)
    return Alert(subject[:MAX_SUBJECT_CHARS], text, topic, pause_s, long_pause_s)


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
    known = _read(_key(alert.topic))
    sent_at, held_back = known.get("sent_at"), known.get("held_back", 0)
    goes_on = _seconds_since(known.get("failed_at"), now) <= alert.long_pause_s
    in_a_row = known.get("in_a_row", 0) if goes_on else 0
    pause_s = alert.pause_s if in_a_row < 2 else alert.long_pause_s
    state: dict[str, Any] = {"topic": alert.topic, "failed_at": now.isoformat(timespec="seconds")}
    if _seconds_since(sent_at, now) < pause_s:
        log.info("Not sent: one about %s was, less than %d s ago", alert.topic, pause_s)
        state |= {"sent_at": sent_at, "held_back": held_back + 1, "in_a_row": in_a_row}
    else:
        more = f"\n{held_back} more since the alert of {sent_at} were held back."
        hand_over(replace(alert, text=f"{alert.text}{more if held_back else ''}"))
        state |= {"sent_at": state["failed_at"], "held_back": 0, "in_a_row": in_a_row + 1}
    _write(_key(alert.topic), state)


def _not_told(broken: Sequence[str]) -> list[str]:
    """What is broken, as ``<check> since <moment>``, and is not told by a task that fails too."""
    told: set[str] = set()
    for task, checks in TOLD_BY.items():
        failed_at = _read(_key(task)).get("failed_at")
        pause_s = LONG_PAUSES * get_settings().alert_pause_s
        if _seconds_since(failed_at, datetime.now(UTC)) <= pause_s:
            told |= checks
    return [each for each in broken if each.partition(" since ")[0] not in told]


def _is_tried_again(ti: Any) -> bool:
    """Whether a task that Airflow gave up for now has tries left.

    One that waited too long in the queue has them, and fails all the same: its state tells.
    """
    if ti.try_number > ti.max_tries:
        return False
    try:
        states = ti.get_task_states(
            dag_id=ti.dag_id, task_ids=[ti.task_id], run_ids=[ti.run_id], map_index=ti.map_index
        )
        state = states[ti.run_id][ti.task_id]
    except Exception as error:
        log.warning("The state of %s is not known: %s", _topic_of(ti), error)
        return True
    return state not in ("failed", "queued")


def _mark_told(ti: Any) -> None:
    _write(_told_key(ti), {"run_id": ti.run_id, "try_number": ti.try_number})


def _is_told(ti: Any) -> bool:
    return _read(_told_key(ti)) == {"run_id": ti.run_id, "try_number": ti.try_number}


def _told_key(ti: Any) -> str:
    return f"alerts/told/{_topic_of(ti)}.json"


def _topic_of(ti: Any) -> str:
    return f"{ti.dag_id}.{ti.task_id}"


def _seconds_since(moment: str | None, now: datetime) -> float:
    """Seconds since a moment; infinite where there was none."""
    return (now - datetime.fromisoformat(moment)).total_seconds() if moment else math.inf


def _read(key: str) -> dict[str, Any]:
    """What an object says; nothing where it is absent, or the lake out of reach."""
    try:
        known: dict[str, Any] = json.loads(Lake(get_settings().lake_url).read(key))
    except FileNotFoundError:
        return {}
    except Exception as error:
        log.warning("What was alerted is not known, %s: %s", key, error)
        return {}
    return known


def _write(key: str, state: Mapping[str, Any]) -> None:
    try:
        Lake(get_settings().lake_url).write(key, json.dumps(state, indent=1).encode())
    except Exception as error:
        log.warning("What was alerted is not remembered, %s: %s", key, error)


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
