"""A lake of each kind: local files, and S3 on a server that runs here."""

import uuid

import boto3
import pytest
import s3fs
from flightlake.contracts.storage import Lake
from moto.server import ThreadedMotoServer


@pytest.fixture(scope="session")
def s3_url():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


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
