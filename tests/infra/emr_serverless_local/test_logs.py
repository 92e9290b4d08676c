"""Where driver logs go, and jobs whose files are on S3."""

import gzip
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

SPEAK = "echo to-stdout; echo to-stderr >&2"


def _overrides(log_uri: str) -> dict:
    monitoring = {"s3MonitoringConfiguration": {"logUri": log_uri}}
    return {"monitoringConfiguration": monitoring}


@pytest.fixture
def s3_environment():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield {
        "AWS_ENDPOINT_URL_S3": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local-secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    server.stop()


@pytest.fixture
def s3(s3_environment):
    client = boto3.client(
        "s3",
        endpoint_url=s3_environment["AWS_ENDPOINT_URL_S3"],
        aws_access_key_id="local",
        aws_secret_access_key="local-secret",
        region_name="us-east-1",
    )
    client.create_bucket(Bucket="bucket")
    return client


def test_logs_go_to_a_folder_in_the_services_layout(emr, tmp_path):
    application = emr.application()
    run = emr.start(application, SPEAK, configurationOverrides=_overrides(f"file://{tmp_path}/l/"))
    emr.reaches(application, run, "SUCCESS")
    folder = tmp_path / "l" / "applications" / application / "jobs" / run / "SPARK_DRIVER"
    texts = {path.name: gzip.decompress(path.read_bytes()) for path in folder.iterdir()}
    assert texts == {"stdout.gz": b"to-stdout\n", "stderr.gz": b"to-stderr\n"}


def test_each_attempt_of_a_run_with_retries_has_its_own_logs(emr, tmp_path):
    application = emr.application()
    run = emr.start(
        application,
        f"{SPEAK}; exit 1",
        retryPolicy={"maxAttempts": 2},
        configurationOverrides=_overrides(f"file://{tmp_path}/l"),
    )
    emr.reaches(application, run, "FAILED")
    base = tmp_path / "l" / "applications" / application / "jobs" / run / "attempts"
    found = {str(path.relative_to(base)) for path in base.rglob("*.gz")}
    assert found == {f"{n}/SPARK_DRIVER/{name}.gz" for n in (1, 2) for name in ("stdout", "stderr")}


def test_logs_go_to_s3_before_the_run_is_seen_as_ended(serve, fake_settings, s3_environment, s3):
    emr = serve(fake_settings(environment=s3_environment))
    application = emr.application()
    run = emr.start(application, SPEAK, configurationOverrides=_overrides("s3://bucket/logs/"))
    emr.reaches(application, run, "SUCCESS")
    key = f"logs/applications/{application}/jobs/{run}/SPARK_DRIVER/stderr.gz"
    body = s3.get_object(Bucket="bucket", Key=key)["Body"].read()
    assert gzip.decompress(body) == b"to-stderr\n"


def test_undeliverable_logs_do_not_change_how_the_job_ended(
    serve, fake_settings, s3_environment, s3, tmp_path
):
    emr = serve(fake_settings(environment=s3_environment))
    application = emr.application()
    run = emr.start(application, SPEAK, configurationOverrides=_overrides("s3://no-bucket/logs/"))
    emr.reaches(application, run, "SUCCESS")
    stderr = tmp_path / "state" / "runs" / run / "attempt-1" / "stderr"
    assert "LOGS NOT DELIVERED to s3://no-bucket/logs/" in stderr.read_text()


def test_an_entry_point_and_its_files_are_fetched_from_s3(
    serve, fake_settings, s3_environment, s3, tmp_path
):
    s3.put_object(Bucket="bucket", Key="code/main.sh", Body=f"echo $0 > {tmp_path}/ran".encode())
    s3.put_object(Bucket="bucket", Key="code/lib.zip", Body=b"zip")
    emr = serve(fake_settings(environment=s3_environment))
    application = emr.application()
    run = emr.client.start_job_run(
        applicationId=application,
        executionRoleArn="arn:aws:iam::000000000000:role/job",
        jobDriver={
            "sparkSubmit": {
                "entryPoint": "s3://bucket/code/main.sh",
                "sparkSubmitParameters": "--py-files s3://bucket/code/lib.zip",
            }
        },
    )["jobRunId"]
    emr.reaches(application, run, "SUCCESS")
    entry_point = Path((tmp_path / "ran").read_text().strip())
    assert entry_point.name == "main.sh"
    work_dir = tmp_path / "state" / "runs" / run / "attempt-1" / "work"
    assert [path.read_bytes() for path in work_dir.rglob("lib.zip")] == [b"zip"]


def test_a_missing_entry_point_on_s3_is_a_failed_run_that_names_it(
    serve, fake_settings, s3_environment, s3
):
    emr = serve(fake_settings(environment=s3_environment))
    application = emr.application()
    run = emr.client.start_job_run(
        applicationId=application,
        executionRoleArn="arn:aws:iam::000000000000:role/job",
        jobDriver={"sparkSubmit": {"entryPoint": "s3://bucket/none.py"}},
    )["jobRunId"]
    seen = emr.reaches(application, run, "FAILED")
    assert "could not fetch s3://bucket/none.py" in seen["stateDetails"]
    assert "404" in seen["stateDetails"]
