"""One alert a failure: what it says, and that it arrives where the settings point to."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from flightlake.contracts.storage import Lake
from flightlake_dags.alerts import (
    LOST,
    MAX_SUBJECT_CHARS,
    Alert,
    AskedAlertError,
    UnhealthyError,
    alert_of,
    alert_on_failed_run,
    alert_on_failure,
    runbook_of,
    runbook_url,
    send,
    with_pause,
)
from flightlake_dags.settings import Settings, get_settings
from pydantic import ValidationError

REASON = "2025-12-28T02 was rejected: 1 critical expectations are not met.\nReport: file:///r.html"


def context(**kwargs: Any) -> dict[str, Any]:
    ti = SimpleNamespace(
        dag_id="states_hourly",
        task_id="quality_gate",
        run_id="scheduled__x",
        map_index=-1,
        try_number=4,
        max_tries=3,
        log_url="http://127.0.0.1:8080/dags/states_hourly/log",
    )
    return {
        "ti": ti,
        "params": {"hour": None},
        "data_interval_start": datetime(2025, 12, 28, 2, tzinfo=UTC),
        "exception": RuntimeError(REASON),
        **kwargs,
    }


@pytest.fixture
def alerts_to(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Sets where alerts go."""

    def set_target(target: str) -> None:
        monkeypatch.setenv("FLIGHTLAKE_ALERTS", target)
        get_settings.cache_clear()

    yield set_target
    get_settings.cache_clear()


def test_an_alert_names_dag_hour_task_reasons_report_and_log() -> None:
    alert = alert_of(context())
    assert alert.subject == "Flightlake: states_hourly 2025-12-28T02 failed in quality_gate"
    for part in ("states_hourly", "2025-12-28T02", "scheduled__x", REASON, "/log"):
        assert part in alert.text


def test_an_alert_says_what_was_done_since_when_and_which_runbook_helps() -> None:
    failed = context(dag_run=SimpleNamespace(start_date=datetime(2025, 12, 28, 3, 2, tzinfo=UTC)))
    failed["ti"].try_number = 4
    text = alert_of(failed).text
    assert "Done already: tried 4 times since 2025-12-28 03:02 UTC" in text
    assert "Runbook: docs/runbooks/gate-red.md" in text


@pytest.mark.parametrize(
    ("dag_id", "task_id", "error", "page"),
    [
        ("states_hourly", "quality_gate", "AirflowFailException", "runbooks/gate-red.md"),
        ("states_hourly", "states_hourly", "AirflowException", "runbooks/job-failed.md"),
        ("reference_refresh", "download", "HTTPError", "runbooks/job-failed.md"),
        ("opensky_poll", "poll", "EgressBlockedError", "runbooks/poll-blocked.md"),
        ("opensky_poll", "poll", "AuthenticationError", "runbooks/rotate-credentials.md"),
        ("catalog_register", "rows", "AirflowFailException", "on-call.md"),
    ],
)
def test_each_task_that_fails_has_a_page_that_is_there(
    root: Path, dag_id: str, task_id: str, error: str, page: str
) -> None:
    address = runbook_url("https://x.example/docs/runbooks", runbook_of(dag_id, task_id, error))
    assert address == f"https://x.example/docs/{page}"
    assert (root / "docs" / page).is_file()


def test_an_alert_of_a_daily_run_names_its_day() -> None:
    assert "states_hourly 2025-12-28 failed" in alert_of(context(params={"date": None})).subject
    assert (
        "states_hourly 2024-02-29 failed"
        in alert_of(context(params={"date": "2024-02-29"})).subject
    )


def test_an_alert_of_a_weekly_run_names_the_run_and_no_hour() -> None:
    weekly = context(params={}, data_interval_end=datetime(2026, 1, 4, 2, tzinfo=UTC))
    assert "states_hourly scheduled__x failed" in alert_of(weekly).subject


def test_a_run_whose_param_is_no_hour_is_still_told() -> None:
    alert = alert_of(context(params={"hour": "2025-13-01T00"}))
    assert "scheduled__x" in alert.subject


def test_a_run_without_an_hour_and_without_an_exception_is_still_told() -> None:
    alert = alert_of(context(data_interval_start=None, exception=None, params={}))
    assert "scheduled__x" in alert.subject
    assert "no reason was given" in alert.text


def test_a_subject_keeps_to_the_limit_of_sns() -> None:
    failed = context(data_interval_start=None)
    failed["ti"].run_id = "x" * 300
    assert len(alert_of(failed).subject) == MAX_SUBJECT_CHARS


def test_by_default_an_alert_is_one_line_of_the_log(
    alerts_to: Any, caplog: pytest.LogCaptureFixture
) -> None:
    alerts_to("log")
    alert_on_failure(context())
    records = [record for record in caplog.records if "ALERT" in record.message]
    assert len(records) == 1
    assert records[0].levelno == logging.ERROR
    assert REASON in records[0].message


def test_an_alert_reaches_sns(alerts_to: Any, aws: None) -> None:
    sns, sqs = boto3.client("sns"), boto3.client("sqs")
    topic = sns.create_topic(Name="alerts")["TopicArn"]
    queue = sqs.create_queue(QueueName="people")["QueueUrl"]
    sns.subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:123456789012:people"
    )
    alerts_to(f"sns:{topic}")
    alert_on_failure(context())
    messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    assert len(messages) == 1
    assert REASON in json.loads(messages[0]["Body"])["Message"]


def test_an_alert_reaches_slack_and_rows_in_it_are_no_template(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    received: list[dict[str, Any]] = []

    class Webhook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_: Any) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Webhook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    connection = {
        "conn_type": "slackwebhook",
        "host": f"http://127.0.0.1:{server.server_port}",
        "password": "/services/T000/B000/XXXX",
    }
    monkeypatch.setenv("AIRFLOW_CONN_PEOPLE", json.dumps(connection))
    send(Alert("subject", 'row {"callsign": "{{ 6 * 7 }}"}', "x", 0, 0), "slack:people", context())
    server.shutdown()
    server.server_close()
    assert [message["text"] for message in received] == ['subject\nrow {"callsign": "{{ 6 * 7 }}"}']


def test_an_e_mail_shows_rows_as_text_not_as_markup() -> None:
    from flightlake_dags.alerts import _email

    notifier = _email(Alert("subject", "<script>", "x", 0, 0), "people@example.org")
    assert notifier.html_content == "<pre>&lt;script&gt;</pre>"
    assert notifier.to == "people@example.org"


@pytest.mark.parametrize("target", ["pager", "sns:", "slack", "log:x"])
def test_a_target_that_nobody_knows_is_named_at_the_start(target: str) -> None:
    with pytest.raises(ValidationError, match="write it as log, sns:"):
        Settings(alerts=target)


NOW = datetime(2025, 12, 28, 3, tzinfo=UTC)


def sent(alert: Alert, minutes: float = 0) -> str | None:
    """The text that goes out so long after the first alert; None where none does."""
    texts: list[str] = []
    with_pause(alert, NOW + timedelta(minutes=minutes), lambda due: texts.append(due.text))
    return texts[0] if texts else None


def broken(*names: str) -> Alert:
    return alert_of(context(exception=UnhealthyError("text", names)))


def test_a_storm_is_one_alert_and_the_next_says_how_many_were_held_back(lake: Lake) -> None:
    failed = alert_of(context())
    assert sent(failed) == failed.text
    for minutes in (1, 2, 59):
        assert sent(failed, minutes) is None
    held_back = "\n3 more since the alert of 2025-12-28T03:00:00+00:00 were held back."
    assert sent(failed, 60) == failed.text + held_back
    assert sent(failed, 120) == failed.text


def test_an_alert_that_could_not_be_sent_begins_no_pause(lake: Lake) -> None:
    def fail(_: Alert) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        with_pause(alert_of(context()), NOW, fail)
    assert sent(alert_of(context()), minutes=1)


def test_another_task_that_fails_is_another_alert(lake: Lake) -> None:
    other = context()
    other["ti"].task_id = "states_hourly"
    assert sent(alert_of(context()))
    assert sent(alert_of(other))


def test_what_fails_every_hour_is_told_twice_and_then_four_times_a_day(lake: Lake) -> None:
    polling = context(exception=RuntimeError("blocked"))
    polling["ti"].dag_id, polling["ti"].task_id = "opensky_poll", "poll"
    blocked = alert_of(polling)
    told = [minutes for minutes in range(0, 24 * 60, 15) if sent(blocked, minutes)]
    assert told == [0, 60, 7 * 60, 13 * 60, 19 * 60]
    # Once it was well for longer than that, it is new again.
    later = 24 * 60 + 7 * 60
    assert [minutes for minutes in (later, later + 60) if sent(blocked, minutes)] == [
        later,
        later + 60,
    ]


def test_what_is_broken_is_told_once_a_day_and_something_else_at_once(lake: Lake) -> None:
    assert sent(broken("credits", "gaps"))
    assert sent(broken("gaps", "credits"), minutes=23 * 60) is None
    assert sent(broken("gaps"), minutes=60)
    assert sent(broken("credits", "gaps"), minutes=24 * 60)


def test_a_test_alert_is_sent_every_time(lake: Lake) -> None:
    asked = alert_of(context(exception=AskedAlertError()))
    assert sent(asked)
    assert sent(asked, minutes=1)


def test_without_the_lake_an_alert_is_sent_all_the_same(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLIGHTLAKE_LAKE_URL", "file:///proc/no-such-folder")
    get_settings.cache_clear()
    failed = alert_of(context())
    assert sent(failed) == failed.text
    assert sent(failed) == failed.text


def test_pagerduty_gets_the_topic_to_tell_what_belongs_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from flightlake_dags.alerts import _pagerduty

    monkeypatch.setenv("AIRFLOW_CONN_PAGER", '{"conn_type": "pagerduty_events", "password": "k"}')
    notifier = _pagerduty(Alert("subject", "text", "states_hourly.quality_gate", 0, 0), "pager")
    assert notifier.dedup_key == "states_hourly.quality_gate"
    assert notifier.summary == "subject"


def alerts_in(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.message for record in caplog.records if "ALERT" in record.message]


def lost(state: str | None, tries: int) -> dict[str, Any]:
    """The context of a task whose worker is gone: Airflow calls without an exception."""
    found = context(exception=None)
    found["ti"].try_number = tries
    if state is not None:
        run_id, task_id = found["ti"].run_id, found["ti"].task_id
        found["ti"].get_task_states = lambda **_: {run_id: {task_id: state}}
    return found


@pytest.mark.parametrize(
    ("state", "tries", "is_told"),
    [
        ("up_for_retry", 1, False),
        (None, 1, False),
        # It waited in the queue for too long: Airflow does not try it again.
        ("failed", 1, True),
        ("queued", 1, True),
        ("failed", 4, True),
        (None, 4, True),
    ],
)
def test_a_lost_worker_is_a_failure_only_where_the_task_is_not_tried_again(
    lake: Lake, caplog: pytest.LogCaptureFixture, state: str | None, tries: int, is_told: bool
) -> None:
    alert_on_failure(lost(state, tries))
    assert len(alerts_in(caplog)) == is_told
    if is_told:
        assert LOST in alerts_in(caplog)[0]


def test_a_lost_worker_does_not_hold_back_the_failure_that_follows(
    lake: Lake, alerts_to: Any, aws: None
) -> None:
    sns, sqs = boto3.client("sns"), boto3.client("sqs")
    topic = sns.create_topic(Name="lost")["TopicArn"]
    queue = sqs.create_queue(QueueName="lost")["QueueUrl"]
    sns.subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:123456789012:lost"
    )
    alerts_to(f"sns:{topic}")
    alert_on_failure(lost("up_for_retry", 1))
    alert_on_failure(context())
    [message] = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    assert REASON in json.loads(message["Body"])["Message"]


def test_a_run_whose_task_was_killed_is_told_though_the_task_could_not(
    lake: Lake, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flightlake_dags.alerts.MAX_WAIT_FOR_TASK_S", 0)
    alert_on_failed_run(context(exception=None, reason="task_failure"))
    [told] = alerts_in(caplog)
    assert LOST in told
    assert "task_failure" in told


def test_a_run_whose_task_told_is_not_told_twice(
    lake: Lake, caplog: pytest.LogCaptureFixture
) -> None:
    failed = context()
    alert_on_failure(failed)
    alert_on_failed_run({**failed, "exception": None, "reason": "task_failure"})
    assert len(alerts_in(caplog)) == 1


def test_a_cleared_task_that_is_killed_then_is_told(
    lake: Lake, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flightlake_dags.alerts.MAX_WAIT_FOR_TASK_S", 0)
    alert_on_failure(context())
    killed = context(exception=None, reason="task_failure")
    killed["ti"].try_number = 8
    alert_on_failed_run(killed)
    assert len(alerts_in(caplog)) == 2


def unhealthy(*broken: str) -> dict[str, Any]:
    found = context(exception=UnhealthyError("text", broken))
    found["ti"].dag_id, found["ti"].task_id = "pipeline_health", "verdict"
    return found


def test_what_the_poll_told_is_not_told_by_the_health_check_again(
    lake: Lake, caplog: pytest.LogCaptureFixture
) -> None:
    polling = context(exception=RuntimeError("blocked"))
    polling["ti"].dag_id, polling["ti"].task_id = "opensky_poll", "poll"
    alert_on_failure(polling)
    alert_on_failure(unhealthy("answers since 2025-12-28 03:15"))
    assert len(alerts_in(caplog)) == 1
    alert_on_failure(unhealthy("answers since 2025-12-28 03:15", "cost since 2025-12-28 03:15"))
    assert len(alerts_in(caplog)) == 2


def test_what_nobody_told_is_told_by_the_health_check(
    lake: Lake, caplog: pytest.LogCaptureFixture
) -> None:
    alert_on_failure(unhealthy("answers since 2025-12-28 03:15"))
    assert len(alerts_in(caplog)) == 1
