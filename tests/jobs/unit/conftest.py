"""A lake of each kind: local files, and S3 on a server that runs here."""

import threading
import uuid

import boto3
import pytest
import s3fs
from flightlake.contracts.storage import Lake
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server


@pytest.fixture(scope="session")
def s3_url():
    # One request at a time: moto looks for If-None-Match and writes in two steps, S3 in one.
    server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(params=["files", "s3"])
def lake(request, tmp_path, monkeypatch) -> Lake:
    if request.param == "files":
        return Lake(tmp_path.as_uri())
    url = request.getfixturevalue("s3_url")
    for name, value in {
        "AWS_ENDPOINT_URL_S3": url,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    # fsspec keeps its file systems, and with them the endpoint of an earlier test.
    s3fs.S3FileSystem.clear_instance_cache()
    bucket = f"lake-{uuid.uuid4().hex}"
    boto3.client("s3").create_bucket(Bucket=bucket)
    return Lake(f"s3://{bucket}")
