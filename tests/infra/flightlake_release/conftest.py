"""Clones to build from, an S3 server, and an MWAA that answers its HTTP API."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from flightlake_local.settings import ROOT
from flightlake_release.tree import Tree
from moto.server import ThreadedMotoServer

KEYS = {"aws_access_key_id": "t", "aws_secret_access_key": "t", "region_name": "eu-central-1"}
BUCKET = "airflow"
RELEASES = "releases"


def git(root: Path, *arguments: str) -> str:
    """What git says."""
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    command = ["git", "-C", str(root), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def commit(root: Path, **files: str | None) -> str:
    """Write or remove files, commit them, and return the commit."""
    for name, text in files.items():
        if text is None:
            (root / name).unlink()
        else:
            (root / name).write_text(text)
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", "--message", "test")
    return git(root, "rev-parse", "HEAD")


def copy_of(root: Path, target: Path) -> Path:
    """The tracked files of a clone, as they are now, as a new repository of one commit."""
    for name in git(root, "ls-files", "-z").split("\0"):
        if name and (root / name).exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / name, target / name)
    git(target, "init", "--quiet")
    commit(target)
    return target


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository of a test's own, with this one's tracked files."""
    return copy_of(ROOT, tmp_path / "clone")


@pytest.fixture
def tree(clone: Path) -> Tree:
    return Tree(clone)


@pytest.fixture(scope="session")
def s3() -> Iterator[Any]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    config = Config(proxies={}, s3={"addressing_style": "path"})
    yield boto3.client("s3", endpoint_url=f"http://{host}:{port}", config=config, **KEYS)
    server.stop()


@dataclass
class FakeMwaa:
    """An environment that takes some looks to restart, or gives the update up.

    What happens ``meanwhile`` happens once, at the first look at an update.
    """

    environment: dict[str, Any]
    looks_to_restart: int = 2
    gives_up: bool = False
    is_slow_to_tell: bool = False
    meanwhile: Callable[[], object] | None = None
    updates: list[dict[str, Any]] = field(default_factory=list)
    _looks: int = 0
    _tells_what_was: bool = False
    _before: dict[str, Any] = field(default_factory=dict)

    def get(self) -> dict[str, Any]:
        if self._tells_what_was:
            self._tells_what_was = False
            return self.environment | self._before
        if self.environment["Status"] == "UPDATING":
            if meanwhile := self.meanwhile:
                self.meanwhile = None
                meanwhile()
            self._looks += 1
            if self._looks > self.looks_to_restart:
                self._end_update()
        return self.environment

    def patch(self, changes: dict[str, Any]) -> None:
        self.updates.append(changes)
        self._looks = 0
        names = (*changes, "LastUpdate", "Status")
        self._before = {name: self.environment.get(name) for name in names}
        self.environment |= changes | {"LastUpdate": {"CreatedAt": len(self.updates)}}
        self.environment["Status"] = "UPDATING"
        self._tells_what_was = self.is_slow_to_tell

    def _end_update(self) -> None:
        if self.gives_up:
            self.environment |= self._before
            self.environment |= {
                "Status": "UPDATE_FAILED",
                "LastUpdate": {
                    "CreatedAt": len(self.updates),
                    "Error": {"ErrorMessage": "requirements do not install"},
                },
            }
        else:
            self.environment["Status"] = "AVAILABLE"


@pytest.fixture
def mwaa(s3: Any) -> Iterator[tuple[FakeMwaa, Any]]:
    """The environment, with a bucket of its own, and a client of its API."""
    bucket = f"{BUCKET}-{uuid.uuid4().hex}"
    place = {"CreateBucketConfiguration": {"LocationConstraint": KEYS["region_name"]}}
    s3.create_bucket(Bucket=bucket, **place)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    fake = FakeMwaa(
        {
            "Name": "test",
            "Status": "AVAILABLE",
            "AirflowVersion": "3.2.1",
            "SourceBucketArn": f"arn:aws:s3:::{bucket}",
            "DagS3Path": "dags",
        }
    )

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path != "/environments/test":
                self._answer(404, {"message": "no such environment"}, "ResourceNotFoundException")
                return
            self._answer(200, {"Environment": fake.get()})

        def do_PATCH(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            fake.patch(body)
            self._answer(200, {"Arn": "arn:aws:airflow:eu-central-1:000000000000:environment/test"})

        def _answer(self, status: int, body: dict[str, Any], error: str | None = None) -> None:
            self.send_response(status)
            if error:
                self.send_header("x-amzn-ErrorType", error)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    config = Config(proxies={}, inject_host_prefix=False)
    url = f"http://127.0.0.1:{server.server_port}"
    yield fake, boto3.client("mwaa", endpoint_url=url, config=config, **KEYS)
    server.shutdown()
    server.server_close()
