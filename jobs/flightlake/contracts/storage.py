"""The lake as a place to keep objects: the one module that knows files from S3."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, BinaryIO

import fsspec

MAX_OBJECT_BYTES = 64 * 1024 * 1024


class ObjectTooLargeError(Exception):
    """An object is larger than the cap that its reader gave."""


def short_digest(text: str) -> str:
    """A part of a key that stands for a text with characters that neither keys nor links like."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def is_gzip(body: bytes) -> bool:
    """Whether bytes are gzip, by the bytes themselves: names and headers often say otherwise."""
    return body.startswith(b"\x1f\x8b")


@dataclass(frozen=True)
class StoredObject:
    """An object as a listing tells of it: its key, its bytes, when it was written (UTC)."""

    key: str
    size_bytes: int
    written_at: datetime


class Lake:
    """Objects under one URL, ``file:///…`` or ``s3://bucket/…``, by their keys.

    On S3 the endpoint and the credentials come from the environment (``AWS_ENDPOINT_URL_S3``,
    ``AWS_*``), as everywhere else.
    """

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        options: dict[str, Any] = {"use_listings_cache": False}
        if self.is_s3:
            options["default_fill_cache"] = False
        self._fs, root = fsspec.core.url_to_fs(self.url, **options)
        self._root = str(root).rstrip("/")

    @property
    def is_s3(self) -> bool:
        """Whether the lake is on S3 rather than in local files."""
        return self.url.startswith("s3://")

    def url_of(self, key: str) -> str:
        """The full URL of a key."""
        return f"{self.url}/{key}"

    def _path(self, key: str) -> str:
        return f"{self._root}/{key}"

    def exists(self, key: str) -> bool:
        """Whether there is an object (or anything below a folder) of that key."""
        return bool(self._fs.exists(self._path(key)))

    def keys(self, folder: str) -> list[str]:
        """The keys of all objects below a folder, at any depth, sorted; [] where it is absent."""
        return [found.key for found in self.objects(folder)]

    def objects(self, folder: str) -> list[StoredObject]:
        """What ``keys`` names, with what the listing says of each: it costs no further request."""
        return sorted(self.walk(folder), key=lambda each: each.key)

    def walk(self, folder: str) -> Iterator[StoredObject]:
        """What ``objects`` names, in no order, page by page: memory never holds all of a folder.

        Neither what is hidden nor the markers that the console of S3 makes for folders.
        """
        found = self._objects_on_s3(folder) if self.is_s3 else self._files(folder)
        for each in found:
            name = each.key.rpartition("/")[2]
            if name and not name.startswith("."):
                yield each

    def _objects_on_s3(self, folder: str) -> Iterator[StoredObject]:
        bucket, _, prefix = self._path(folder).rstrip("/").partition("/")
        asked = {"Bucket": bucket, "Prefix": f"{prefix}/" if prefix else ""}
        while True:
            page = self._fs.call_s3("list_objects_v2", **asked)
            for each in page.get("Contents", []):
                key = f"{bucket}/{each['Key']}".removeprefix(f"{self._root}/")
                yield StoredObject(key, each["Size"], each["LastModified"])
            if not page.get("IsTruncated"):
                return
            asked["ContinuationToken"] = page["NextContinuationToken"]

    def _files(self, folder: str) -> Iterator[StoredObject]:
        for place, _, names in os.walk(self._path(folder)):
            for name in names:
                path = os.path.join(place, name)
                try:
                    found = os.stat(path)
                except FileNotFoundError:
                    # Another process removed it since.
                    continue
                at = datetime.fromtimestamp(found.st_mtime, UTC)
                key = os.path.relpath(path, self._root)
                yield StoredObject(key, found.st_size, at)

    def folders(self, folder: str) -> list[str]:
        """The keys of the folders directly in a folder, sorted; [] where it is absent."""
        try:
            entries = self._fs.ls(self._path(folder), detail=True)
        except FileNotFoundError:
            return []
        names = [str(e["name"]).rstrip("/") for e in entries if e["type"] == "directory"]
        return sorted(name.removeprefix(f"{self._root}/") for name in names)

    def read(self, key: str, max_bytes: int = MAX_OBJECT_BYTES) -> bytes:
        """The bytes of an object.

        Raises:
            FileNotFoundError: there is no such object.
            ObjectTooLargeError: it holds more than ``max_bytes``.
        """
        try:
            with self._fs.open(self._path(key), "rb") as stream:
                body: bytes = stream.read(max_bytes + 1)
        except OSError as error:
            if error.errno != errno.EBUSY:
                raise
            # Written anew since S3 was asked for its size: what is there now is whole.
            return self.read(key, max_bytes)
        if len(body) > max_bytes:
            raise ObjectTooLargeError(f"{self.url_of(key)} holds more than {max_bytes:,} bytes")
        return body

    def open(self, key: str) -> BinaryIO:
        """An object to read parts of, without a cap; for what only parts are wanted of.

        Raises:
            FileNotFoundError: there is no such object.
        """
        stream: BinaryIO = self._fs.open(self._path(key), "rb")
        return stream

    def create(self, key: str, body: bytes) -> bool:
        """Write a new object whole, or not at all; False where the key exists already."""
        if self.is_s3:
            try:
                with self._fs.open(self._path(key), "xb") as stream:
                    stream.write(body)
            except FileExistsError:
                return False
            return True
        # Mode "xb" on a file would leave a torn object behind a crash; a link appears whole.
        written = self._write_aside(key, body)
        try:
            os.link(written, self._path(key))
        except FileExistsError:
            return False
        finally:
            os.unlink(written)
        return True

    def write(self, key: str, body: bytes) -> None:
        """Write an object whole, in place of what was there."""
        if self.is_s3:
            with self._fs.open(self._path(key), "wb") as stream:
                stream.write(body)
        else:
            os.replace(self._write_aside(key, body), self._path(key))

    def remove(self, key: str) -> None:
        """Remove an object; nothing where there is none. Raw objects are never removed."""
        if self._fs.exists(self._path(key)):
            self._fs.rm_file(self._path(key))

    def _write_aside(self, key: str, body: bytes) -> str:
        path = self._path(key)
        folder, name = os.path.split(path)
        os.makedirs(folder, exist_ok=True)
        aside = os.path.join(folder, f".{name}.{secrets.token_hex(6)}")
        with open(aside, "xb") as stream:
            stream.write(body)
            stream.flush()
            os.fsync(stream.fileno())
        return aside
