"""What must exist in the local cloud before Airflow starts: the bucket and the EMR application."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from flightlake_dags.config import EMR_RELEASE

from flightlake_local.credentials import Credentials
from flightlake_local.errors import LocalError
from flightlake_local.settings import BUCKET, REGION, LocalSettings

APPLICATION = "flightlake"


def ensure_application(settings: LocalSettings, credentials: Credentials) -> str:
    """The id of the EMR Serverless application, created where it is not there."""
    emr = _client("emr-serverless", settings.emr_url, credentials)
    pages = emr.get_paginator("list_applications").paginate()
    known = [application for page in pages for application in page["applications"]]
    for application in known:
        if application["name"] == APPLICATION and application["state"] != "TERMINATED":
            return str(application["id"])
    created = emr.create_application(name=APPLICATION, type="SPARK", releaseLabel=EMR_RELEASE)
    return str(created["applicationId"])


def fill_bucket(settings: LocalSettings, credentials: Credentials) -> None:
    """Create the lake's bucket and put the code package into it."""
    s3 = _client("s3", settings.s3_url, credentials)
    s3.create_bucket(Bucket=BUCKET)
    for path in sorted(settings.code_dir.iterdir()):
        s3.upload_file(str(path), BUCKET, f"code/{path.name}")


def stop_jobs(emr_dir: Path) -> str:
    """End every Spark job that the local EMR Serverless runs; what it says about that."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "emr_serverless_local", "stop-all", "--state-dir", str(emr_dir)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise LocalError(f"Spark jobs could not be ended: {done.stderr.strip()[-300:]}")
    return done.stdout.strip()


def _client(service: str, url: str, credentials: Credentials) -> Any:
    import boto3
    from botocore.config import Config

    return boto3.client(
        service,
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id=credentials.aws_access_key_id,
        aws_secret_access_key=credentials.aws_secret_access_key,
        config=Config(proxies={}, s3={"addressing_style": "path"}),
    )
