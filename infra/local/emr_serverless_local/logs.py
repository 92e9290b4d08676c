"""Driver logs: their place in the service's layout, delivery, and the tail for people."""

from __future__ import annotations

import gzip
import shutil
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse


def driver_log_url(
    log_uri: str, application_id: str, run_id: str, attempt: int | None = None
) -> str:
    """Return the folder URL of the driver's logs; ``attempt`` for runs that have a retry policy."""
    parts = [log_uri.rstrip("/"), "applications", application_id, "jobs", run_id]
    if attempt is not None:
        parts += ["attempts", str(attempt)]
    return "/".join([*parts, "SPARK_DRIVER"])


def s3_client() -> Any:
    """Return an S3 client; endpoint, region and credentials come from AWS_* variables."""
    # Slow to import, and a run without s3:// does not need them.
    import boto3
    import botocore.config

    patience = botocore.config.Config(
        connect_timeout=5, read_timeout=30, retries={"total_max_attempts": 3}
    )
    return boto3.client("s3", config=patience)


def s3_location(url: str) -> tuple[str, str]:
    """Return (bucket, key) of an s3:// URL."""
    parsed = urlparse(url)
    return parsed.netloc, unquote(parsed.path).lstrip("/")


def deliver(log_url: str, files: dict[str, Path]) -> None:
    """Put each file, compressed, as ``<log_url>/<name>.gz``; log_url is s3:// or file://.

    Raise OSError or botocore's errors when that fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        for name, path in files.items():
            packed = Path(folder) / f"{name}.gz"
            with path.open("rb") as source, gzip.open(packed, "wb") as target:
                shutil.copyfileobj(source, target)
            _put(packed, f"{log_url}/{packed.name}")


def _put(path: Path, url: str) -> None:
    if urlparse(url).scheme == "file":
        target = Path(unquote(urlparse(url).path))
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        return
    bucket, key = s3_location(url)
    s3_client().upload_file(str(path), bucket, key)


def tail(path: Path, limit_bytes: int = 65536) -> str:
    """Return the end of a log as text, from a full line on; empty when there is no file."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - limit_bytes))
            text = file.read(limit_bytes).decode("utf-8", errors="replace")
    except FileNotFoundError:
        return ""
    return text.partition("\n")[2] if size > limit_bytes else text
