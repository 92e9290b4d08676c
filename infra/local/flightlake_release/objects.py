"""A folder of S3 as deploying needs it: read, create once, put, list, remove."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import ClientError
from flightlake_local.errors import LocalError

_ABSENT = ("NoSuchKey", "404")


class Folder:
    """The objects whose keys begin with that of a URL, ``s3://bucket/folder``."""

    def __init__(self, s3: Any, url: str) -> None:
        parts = urlsplit(url)
        self.url = url.rstrip("/")
        self._s3, self._bucket = s3, parts.netloc
        self._prefix = f"{parts.path.strip('/')}/".lstrip("/")

    def read(self, name: str, version: str | None = None) -> bytes | None:
        """The bytes of an object, or of an old version of it; None where it is not there."""
        which = {"VersionId": version} if version else {}
        try:
            answer = self._s3.get_object(Bucket=self._bucket, Key=self._prefix + name, **which)
        except ClientError as error:
            if _code(error) in (*_ABSENT, "NoSuchVersion"):
                return None
            raise
        body: bytes = answer["Body"].read()
        return body

    def create(self, name: str, body: bytes) -> None:
        """Write an object that is never changed again; the same bytes once more are fine.

        Raises:
            LocalError: it is there and has other bytes.
        """
        try:
            self._s3.put_object(
                Bucket=self._bucket, Key=self._prefix + name, Body=body, IfNoneMatch="*"
            )
        except ClientError as error:
            if _code(error) != "PreconditionFailed":
                raise
            if self.read(name) != body:
                raise LocalError(
                    f"{self.url}/{name} is there with other bytes, and a release is never changed."
                    " Nothing was deployed. Commit what differs, so that it gets an id of its own;"
                    " if nothing does, somebody changed the object."
                ) from None

    def put(self, name: str, body: bytes) -> None:
        """Write an object in place of what was there."""
        self._s3.put_object(Bucket=self._bucket, Key=self._prefix + name, Body=body)

    def newest_version(self, name: str) -> str:
        """The version of an object that is read where none is named.

        Raises:
            LocalError: the bucket keeps no versions.
        """
        answer = self._s3.head_object(Bucket=self._bucket, Key=self._prefix + name)
        version = answer.get("VersionId")
        if version in (None, "null"):
            raise LocalError(
                f"The bucket {self._bucket} keeps no versions, and MWAA takes plugins and"
                " requirements by their versions. Turn on the bucket's versioning."
            )
        return str(version)

    def names(self) -> list[str]:
        """The names of all objects at any depth, sorted."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=self._prefix
        )
        keys = [str(entry["Key"]) for page in pages for entry in page.get("Contents", [])]
        names = [key.removeprefix(self._prefix) for key in keys]
        return sorted(name for name in names if name and not name.endswith("/"))

    def folders(self) -> list[str]:
        """The names of the folders directly in it, sorted."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=self._prefix, Delimiter="/"
        )
        found = [str(each["Prefix"]) for page in pages for each in page.get("CommonPrefixes", [])]
        return sorted(prefix.removeprefix(self._prefix).rstrip("/") for prefix in found)

    def remove(self, name: str) -> None:
        """Remove an object; a bucket with versions keeps the old ones."""
        self._s3.delete_object(Bucket=self._bucket, Key=self._prefix + name)

    def folder(self, name: str) -> Folder:
        """A folder in it."""
        return Folder(self._s3, f"{self.url}/{name}")


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code"))
