"""The HTTP side: log pages, and what must not get in."""

import requests


def _post(emr, **keywords) -> requests.Response:
    signed = {"Authorization": "AWS4-HMAC-SHA256 Credential=x"}
    headers = signed | keywords.pop("headers", {})
    return requests.post(f"{emr.url}/applications", headers=headers, timeout=10, **keywords)


def test_the_dashboard_is_a_page_with_the_runs_state_and_escaped_logs(emr):
    application = emr.application()
    run = emr.start(application, "echo '<script>alert(1)</script>' >&2; exit 1", name="<b>hour")
    emr.reaches(application, run, "FAILED")
    url = emr.client.get_dashboard_for_job_run(applicationId=application, jobRunId=run)["url"]
    assert url.startswith("http://127.0.0.1:")
    page = requests.get(url, timeout=10)
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "FAILED" in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert "&lt;b&gt;hour" in page.text
    assert "<script>" not in page.text
    assert "http-equiv" not in page.text


def test_the_page_of_a_running_job_shows_its_log_so_far_and_refreshes(emr, tools):
    application = emr.application()
    run = emr.start(application, "echo so-far; sleep 300")
    emr.reaches(application, run, "RUNNING")
    url = emr.client.get_dashboard_for_job_run(applicationId=application, jobRunId=run)["url"]
    page = tools.until(
        lambda: (text := requests.get(url, timeout=10).text) and "so-far" in text and text, "log"
    )
    assert 'http-equiv="refresh"' in page


def test_a_page_of_no_run_is_not_found(emr):
    for path in ("pages/a/b", "pages/../../etc/passwd", "pages/a/b?attempt=x"):
        assert requests.get(f"{emr.url}/{path}", timeout=10).status_code == 404


def test_an_unsigned_request_is_refused_so_that_no_web_page_can_start_a_job(emr):
    body = '{"releaseLabel": "emr-spark-8.1.0", "type": "SPARK", "clientToken": "t"}'
    answer = requests.post(f"{emr.url}/applications", data=body, timeout=10)
    assert answer.status_code == 403
    assert answer.headers["x-amzn-ErrorType"] == "MissingAuthenticationTokenException"
    assert emr.client.list_applications()["applications"] == []


def test_another_host_name_is_refused_so_that_no_name_can_be_rebound_to_us(emr):
    assert _post(emr, data="{}", headers={"Host": "evil.example"}).status_code == 400


def test_bodies_that_are_too_large_too_deep_or_no_json_objects_are_refused(emr):
    for body in (
        b"x" * (2 << 20),
        b"[" * 100_000,
        b"[]",
        b"{",
        b'{"clientToken": NaN}',
        b'{"clientToken": "\xff"}',
        b'{"releaseLabel": "emr-spark-8.1.0", "type": "SPARK", "clientToken": "\\ud800"}',
        b'{"clientToken": 1e400, "releaseLabel": "emr-7.0.0", "type": "SPARK"}',
    ):
        answer = _post(emr, data=body)
        assert answer.status_code == 400, body[:40]
        assert answer.headers["x-amzn-ErrorType"] == "ValidationException"
        assert answer.json()["message"]


def test_a_long_run_of_blanks_is_refused_at_once(emr, tools):
    client = tools.boto_client(emr.url, validate=False)
    application = emr.application()
    answer = requests.post(
        f"{emr.url}/applications/{application}/jobruns",
        headers={"Authorization": "AWS4-HMAC-SHA256 Credential=x"},
        json={
            "clientToken": "t",
            "executionRoleArn": tools.role,
            "jobDriver": {
                "sparkSubmit": {"entryPoint": "a", "sparkSubmitParameters": " " * 100_000}
            },
        },
        timeout=5,
    )
    assert answer.status_code == 400
    assert client.list_job_runs(applicationId=application)["jobRuns"] == []
