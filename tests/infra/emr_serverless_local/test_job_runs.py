import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError


def _code(info) -> str:
    return info.value.response["Error"]["Code"]


def test_a_run_that_succeeds_has_times_states_and_what_it_cost(emr):
    application = emr.application()
    run = emr.start(
        application,
        "echo done",
        name="hour-05",
        sparkSubmitParameters=(
            "--conf spark.driver.cores=2 --conf spark.driver.memory=6g --executor-cores 4 "
            "--executor-memory 12g --num-executors 2"
        ),
    )
    seen = emr.reaches(application, run, "SUCCESS")
    assert seen["name"] == "hour-05"
    assert seen["attempt"] == 1
    assert seen["mode"] == "BATCH"
    assert seen["executionTimeoutMinutes"] == 720
    assert seen["createdAt"] <= seen["startedAt"] <= seen["endedAt"]
    # 2 + 2 x 4 vCPU and 7 + 2 x 14 GB, a minute at least.
    assert seen["billedResourceUtilization"] == pytest.approx(
        {"vCPUHour": 10 / 60, "memoryGBHour": 35 / 60, "storageGBHour": 0.0}, abs=1e-5
    )
    assert 0 <= seen["totalResourceUtilization"]["vCPUHour"] < 10 / 60
    assert seen["totalExecutionDurationSeconds"] <= 5


def test_a_failed_run_carries_its_own_last_error_without_secrets(serve, fake_settings):
    emr = serve(fake_settings(environment={"MY_SECRET": "hush-hush"}))
    application = emr.application()
    run = emr.start(
        application,
        """cat >&2 <<END
26/11/21 10:00:00 INFO SparkContext: Running
Traceback (most recent call last):
  File "main.py", line 3, in <module>
ValueError: 12 rows lost, password=abc123 and $MY_SECRET
26/11/21 10:00:01 INFO ShutdownHookManager: Shutdown hook called
END
exit 3""",
    )
    seen = emr.reaches(application, run, "FAILED")
    assert "ExitCode: 3" in seen["stateDetails"]
    assert seen["stateDetails"].endswith("ValueError: 12 rows lost, password=*** and ***")


def test_arguments_reach_the_job_as_they_were_sent_and_no_shell_reads_them(emr, tmp_path):
    application = emr.application()
    target = tmp_path / "arguments"
    odd = "a b; touch /tmp/never $(id) `id` 'x' \"y\""
    run = emr.start(application, f'printf "%s|" "$@" > {target}', odd, "second")
    emr.reaches(application, run, "SUCCESS")
    assert target.read_text() == f"{odd}|second|"


def test_a_job_gets_the_platforms_environment_and_not_the_servers(
    serve, fake_settings, tmp_path, monkeypatch
):
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    monkeypatch.setenv("OF_THE_SERVER", "1")
    settings = fake_settings(environment={"OF_THE_PLATFORM": "1"}, python="/opt/python")
    emr = serve(settings)
    application = emr.application()
    run = emr.start(
        application,
        f"env > {tmp_path}/seen",
        sparkSubmitParameters="--conf spark.emr-serverless.driverEnv.OF_THE_JOB=1",
    )
    emr.reaches(application, run, "SUCCESS")
    seen = dict(line.split("=", 1) for line in (tmp_path / "seen").read_text().splitlines())
    assert {"OF_THE_PLATFORM", "OF_THE_JOB"} <= seen.keys()
    assert not {"PYTHONPATH", "OF_THE_SERVER"} & seen.keys()
    assert seen["PYSPARK_PYTHON"] == "/opt/python"
    assert seen["PATH"].split(":")[0] == os.path.dirname(settings.spark_submit)


def test_runs_are_listed_by_state_mode_and_time_in_pages(emr):
    application = emr.application()
    good = [emr.start(application, "true") for _ in range(3)]
    bad = emr.start(application, "exit 1")
    for run in good:
        emr.reaches(application, run, "SUCCESS")
    emr.reaches(application, bad, "FAILED")

    def ids(**members) -> list[str]:
        pages = emr.client.get_paginator("list_job_runs").paginate(
            applicationId=application, PaginationConfig={"PageSize": 2}, **members
        )
        return [run["id"] for page in pages for run in page["jobRuns"]]

    now = datetime.now(UTC)
    assert ids() == [bad, *reversed(good)]
    assert set(ids(states=["SUCCESS"])) == set(good)
    assert ids(states=["FAILED", "CANCELLED"]) == [bad]
    assert ids(mode="STREAMING") == []
    assert ids(createdAtAfter=now + timedelta(hours=1)) == []
    assert len(ids(createdAtBefore=now + timedelta(hours=1))) == 4
    assert len(ids(createdAtAfter=now - timedelta(hours=1))) == 4


def test_the_policy_of_a_runs_session_is_taken_and_told(emr):
    application = emr.application()
    policy = {"policy": '{"Version":"2012-10-17","Statement":[]}'}
    run = emr.start(application, "true", executionIamPolicy=policy)
    told = emr.client.get_job_run(applicationId=application, jobRunId=run)["jobRun"]
    assert told["executionIamPolicy"] == policy


def test_one_token_makes_one_run_even_when_asked_for_at_once(emr, tmp_path):
    application = emr.application()
    script = emr.script(f"echo x >> {tmp_path}/starts")

    def start(argument: str = "a") -> str:
        return emr.client.start_job_run(
            applicationId=application,
            clientToken="hour-05",
            executionRoleArn="arn:aws:iam::000000000000:role/job",
            jobDriver={"sparkSubmit": {"entryPoint": script, "entryPointArguments": [argument]}},
        )["jobRunId"]

    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(lambda _: start(), range(16)))
    assert len(ids) == 1
    emr.reaches(application, ids.copy().pop(), "SUCCESS")
    assert {start()} == ids
    assert (tmp_path / "starts").read_text() == "x\n"
    with pytest.raises(ClientError) as conflict:
        start("b")
    assert _code(conflict) == "ConflictException"
    assert conflict.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409


@pytest.mark.parametrize(
    ("members", "named"),
    [
        ({"clientToken": "a:b+c"}, "clientToken"),
        ({"clientToken": "x" * 65}, "clientToken"),
        ({"clientToken": ""}, "clientToken"),
        ({"executionRoleArn": "role"}, "executionRoleArn"),
        ({"executionRoleArn": None}, "executionRoleArn"),
        ({"jobDriver": None}, "jobDriver"),
        ({"jobDriver": {"sparkSubmit": {}}}, "entryPoint"),
        ({"jobDriver": {"sparkSubmit": {"entryPoint": " "}}}, "entryPoint"),
        ({"jobDriver": {"sparkSubmit": {"entryPoint": 5}}}, "entryPoint"),
        ({"jobDriver": {"sparkSubmit": {"entryPoint": "a"}, "hive": {"query": "q"}}}, "jobDriver"),
        ({"executionTimeoutMinutes": 0}, "executionTimeoutMinutes"),
        ({"executionTimeoutMinutes": -1}, "executionTimeoutMinutes"),
        ({"retryPolicy": {"maxAttempts": 11}}, "maxAttempts"),
        ({"executionIamPolicy": {"policy": "{}" * 1025}}, "policy"),
        ({"mode": "BATCHES"}, "mode"),
        ({"tags": {"a": "\u0000"}}, "tags"),
        ({"name": "\ud800"}, "name"),
    ],
)
def test_input_that_breaks_the_services_model_is_refused_by_name(emr, tools, members, named):
    application = emr.application()
    client = tools.boto_client(emr.url, validate=False)
    request = {
        "applicationId": application,
        "clientToken": "t",
        "executionRoleArn": tools.role,
        "jobDriver": {"sparkSubmit": {"entryPoint": "a"}},
    }
    with pytest.raises(ClientError) as refused:
        client.start_job_run(**{k: v for k, v in (request | members).items() if v is not None})
    assert _code(refused) == "ValidationException"
    assert named in refused.value.response["Error"]["Message"]
    assert emr.client.list_job_runs(applicationId=application)["jobRuns"] == []


def test_what_is_not_there_is_not_found(emr):
    application = emr.application()
    run = emr.start(application, "true")
    other = emr.application()
    for call in (
        lambda: emr.client.get_application(applicationId="0" * 16),
        lambda: emr.run(other, run),
        lambda: emr.run(application, "0" * 16),
        lambda: emr.run(application, run, attempt=2),
        lambda: emr.client.cancel_job_run(applicationId=other, jobRunId=run),
    ):
        with pytest.raises(ClientError) as missing:
            call()
        assert _code(missing) == "ResourceNotFoundException"
        assert missing.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
