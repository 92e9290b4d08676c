"""The raw layer: OpenSky's answers, verbatim, one object an answer, written once.

Verbatim is an answer's JSON text: it is stored in UTF-8 and gzip, however it came.

An answer lies under ``raw/states/source=S/date=D/hour=H/<time>-<hash>.json.gz``: the answer's own
``time`` in Unix seconds and the first 16 hex digits of the SHA-256 of its body. The same answer is
the same object. A body that is no answer is kept byte for byte as ``…/<moment>-<hash>.unreadable``
in the hour it was meant for. Beside each object lies a manifest that says what it is.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, Field

from flightlake.contracts.hours import Hour
from flightlake.contracts.json_codec import from_json, to_json
from flightlake.contracts.storage import Lake, ObjectTooLargeError, is_gzip

ROOT = "raw/states"
ANSWER_SUFFIX = ".json.gz"
UNREADABLE_SUFFIX = ".unreadable"
MANIFEST_SUFFIX = ".manifest.json"

MAX_BODY_BYTES = 48 * 1024 * 1024
"""Cap of an answer after decompression: a whole-world answer has 1.6 MB; gzip reaches 1,028:1."""

MAX_GZIP_MEMBERS = 100
"""An answer is one member; each more costs a copy of the rest, time that grows as the square."""

FIRST_TIME_S = 1_356_998_400
"""2013-01-01: OpenSky has no states before."""

MAX_AHEAD_S = 600
"""How far an answer's time may lie ahead of the moment it was fetched: clocks differ."""


Count = Annotated[int, Field(ge=0, le=2**31 - 1)]
"""A number of rows, bytes or credits that fits the integer columns of a table."""


class UnreadableAnswerError(Exception):
    """A body that is no ``/states/all`` answer; the message says why."""


@dataclass(frozen=True)
class Answer:
    """What must be known of an answer's body: its own ``time`` (Unix seconds) and row count."""

    time_s: int
    rows: int


@dataclass(frozen=True)
class Manifest:
    """What was landed, when, and at what price; the JSON beside each raw object."""

    object: str
    source: str
    time_s: int | None
    rows: Count | None
    sha256: str
    body_bytes: Count
    fetched_at: AwareDatetime
    unreadable_reason: str | None = None
    requested_time_s: int | None = None
    credits_spent: Count | None = None
    credits_left: Count | None = None


@dataclass(frozen=True)
class Landed:
    """The outcome of landing one body."""

    manifest: Manifest
    is_new: bool

    @property
    def hour(self) -> Hour:
        """The hour of data that the object belongs to."""
        return hour_of_key(self.manifest.object)


def gunzip(body: bytes, max_bytes: int = MAX_BODY_BYTES) -> bytes:
    """Decompress a whole gzip body, never past ``max_bytes``.

    Raises:
        UnreadableAnswerError: it is cut short, damaged, larger than the cap, or in too many pieces.
    """
    inflated = bytearray()
    rest, members = body, 0
    try:
        while rest:
            members += 1
            if members > MAX_GZIP_MEMBERS:
                raise UnreadableAnswerError(f"more than {MAX_GZIP_MEMBERS} gzip members")
            stream = zlib.decompressobj(wbits=31)
            inflated += stream.decompress(rest, max_bytes + 1 - len(inflated))
            if len(inflated) > max_bytes:
                raise UnreadableAnswerError(f"decompresses to more than {max_bytes:,} bytes")
            if not stream.eof:
                raise UnreadableAnswerError("the gzip stream is cut short")
            rest = stream.unused_data
    except zlib.error as error:
        raise UnreadableAnswerError(f"not valid gzip ({error})") from None
    return bytes(inflated)


def plain_text(body: bytes) -> bytes:
    """The JSON text of a body as Spark reads it: neither gzip nor any encoding but UTF-8.

    Gzip, a byte order mark, UTF-16 and UTF-32 are recognized by the bytes; PowerShell's ``>``
    writes UTF-16.

    Raises:
        UnreadableAnswerError: it cannot be decompressed or decoded, or is larger than the cap.
    """
    text = gunzip(body) if is_gzip(body) else body
    if (encoding := json.detect_encoding(text)) != "utf-8":
        try:
            text = text.decode(encoding).encode()
        except UnicodeError as error:
            raise UnreadableAnswerError(f"not valid {encoding.upper()} ({error})") from None
    if len(text) > MAX_BODY_BYTES:
        raise UnreadableAnswerError(f"larger than {MAX_BODY_BYTES:,} bytes")
    return text


def read_answer(text: bytes, fetched_at: datetime) -> Answer:
    """Look into a ``plain_text``: is it a ``/states/all`` answer, of when, with how many rows?

    The rows themselves are not looked at: a bad row is the Spark job's to quarantine.

    Raises:
        UnreadableAnswerError: it is no answer, or its ``time`` cannot be true.
    """
    if not text.strip():
        raise UnreadableAnswerError("the body is empty")
    try:
        # Decoded here, since json guesses at encodings that Spark does not read.
        answer: Any = json.loads(text.decode(errors="surrogatepass"))
    except RecursionError:
        raise UnreadableAnswerError("the JSON is nested too deep") from None
    except ValueError as error:
        looks_html = text.lstrip()[:1] == b"<"
        what = "HTML instead of JSON" if looks_html else f"not valid JSON ({str(error)[:120]})"
        raise UnreadableAnswerError(what) from None
    if not isinstance(answer, dict):
        raise UnreadableAnswerError(f"a JSON {type(answer).__name__} instead of an object")
    time_s, states = answer.get("time"), answer.get("states")
    if type(time_s) is not int:
        raise UnreadableAnswerError("`time` is missing or not a whole number of seconds")
    if not FIRST_TIME_S <= time_s <= fetched_at.timestamp() + MAX_AHEAD_S:
        raise UnreadableAnswerError(
            f"`time` {str(time_s)[:24]} lies before 2013 or after the moment it was fetched"
        )
    if states is not None and not isinstance(states, list):
        raise UnreadableAnswerError(f"`states` is a {type(states).__name__} instead of a list")
    return Answer(time_s, len(states or []))


def land(
    lake: Lake,
    body: bytes,
    *,
    source: str,
    fetched_at: datetime,
    meant_for: Hour | None = None,
    requested_time_s: int | None = None,
    unreadable_reason: str | None = None,
    credits_spent: int | None = None,
    credits_left: int | None = None,
) -> Landed:
    """Land one body as it was received; the same body twice is one object.

    Args:
        lake: where to.
        body: the answer's bytes as they came; see ``plain_text``.
        source: who was asked: ``opensky``, ``simulator``, ``replay``.
        fetched_at: when it was received; an answer's time may not lie after it.
        meant_for: the hour that an unreadable body is kept in (default: that of ``fetched_at``).
        requested_time_s: the ``time`` asked for, in Unix seconds.
        unreadable_reason: set where the caller already knows that the body must not be used.
        credits_spent: the API credits that it cost.
        credits_left: the API credits that are left.
    """
    try:
        if unreadable_reason is not None:
            raise UnreadableAnswerError(unreadable_reason)
        plain = plain_text(body)
        answer: Answer | None = read_answer(plain, fetched_at)
        reason = None
        # No clock in the gzip header: the same answer must be the same bytes.
        stored = gzip.compress(plain, compresslevel=6, mtime=0)
    except UnreadableAnswerError as error:
        answer, reason, plain, stored = None, str(error), body, body
    digest = hashlib.sha256(plain).hexdigest()
    if answer is not None:
        hour, time_s, suffix = Hour.of(answer.time_s), answer.time_s, ANSWER_SUFFIX
    else:
        hour = meant_for or Hour.of(fetched_at)
        # A replay must find the same key again: the hour's start stands where no time is known.
        time_s = hour.start_s if meant_for else int(fetched_at.timestamp())
        suffix = UNREADABLE_SUFFIX
    key = f"{hour_folder(source, hour)}/{time_s}-{digest[:16]}{suffix}"
    manifest = Manifest(
        object=key,
        source=source,
        time_s=answer.time_s if answer else None,
        rows=answer.rows if answer else None,
        sha256=digest,
        body_bytes=len(plain),
        fetched_at=fetched_at.astimezone(UTC).replace(microsecond=0),
        unreadable_reason=reason,
        requested_time_s=requested_time_s,
        credits_spent=credits_spent,
        credits_left=credits_left,
    )
    is_new = lake.create(key, stored)
    lake.create(manifest_key(key), to_json(manifest))
    return Landed(manifest, is_new)


def hour_folder(source: str, hour: Hour) -> str:
    """The folder of one source's objects of an hour."""
    return f"{ROOT}/source={source}/date={hour.date}/hour={hour.hour:02d}"


def hour_of_key(key: str) -> Hour:
    """The hour whose folder a raw key lies in."""
    parts = dict(part.split("=", 1) for part in key.split("/") if "=" in part)
    return Hour.parse(f"{parts['date']}T{parts['hour']}")


def manifest_key(key: str) -> str:
    """The key of the manifest beside a raw object."""
    return key.removesuffix(ANSWER_SUFFIX).removesuffix(UNREADABLE_SUFFIX) + MANIFEST_SUFFIX


def objects_of(lake: Lake, hour: Hour) -> list[str]:
    """The keys of all raw objects of an hour, from every source, unreadable ones included."""
    return [
        key
        for source_folder in lake.folders(ROOT)
        for key in lake.keys(f"{source_folder}/date={hour.date}/hour={hour.hour:02d}")
        if key.endswith((ANSWER_SUFFIX, UNREADABLE_SUFFIX))
    ]


def newest_first(keys: Iterable[str]) -> list[str]:
    """Keys of raw objects of an hour by the time that their names begin with, the last first."""
    return sorted(keys, key=lambda key: key.rpartition("/")[2], reverse=True)


def read_object(lake: Lake, key: str, manifest: Manifest | None) -> tuple[Answer, bytes]:
    """Read a raw answer back and hold it against its manifest and its key.

    Args:
        lake: where it lies.
        key: which.
        manifest: what ``read_manifest`` tells of it.

    Returns:
        What the answer holds, and its decompressed body.

    Raises:
        UnreadableAnswerError: the object has vanished, is damaged, is not what was landed, or lies
            in the folder of another hour.
    """
    if key.endswith(UNREADABLE_SUFFIX):
        known = manifest.unreadable_reason if manifest else None
        raise UnreadableAnswerError(known or "was landed as unreadable; its manifest is missing")
    try:
        body = gunzip(lake.read(key))
    except FileNotFoundError:
        raise UnreadableAnswerError("vanished after it was listed") from None
    except ObjectTooLargeError as error:
        raise UnreadableAnswerError(str(error)) from None
    if (encoding := json.detect_encoding(body)) != "utf-8":
        raise UnreadableAnswerError(
            f"the text is {encoding.upper()}, which Spark does not read: land the recording again,"
            " with make replay or make land, which store it in UTF-8"
        )
    if manifest is not None and manifest.time_s is not None and manifest.rows is not None:
        if manifest.sha256 != hashlib.sha256(body).hexdigest():
            raise UnreadableAnswerError("its content is not what was landed (SHA-256 differs)")
        answer = Answer(manifest.time_s, manifest.rows)
    else:
        answer = read_answer(body, datetime.now(UTC))
    if answer.time_s not in hour_of_key(key):
        raise UnreadableAnswerError(f"`time` {answer.time_s} belongs to {Hour.of(answer.time_s)}")
    return answer, body


def read_manifest(lake: Lake, key: str) -> Manifest | None:
    """The manifest beside a raw object; None where there is none that can be read."""
    # A crash between the object and its manifest leaves none: the body then speaks for itself.
    return _manifest_at(lake, manifest_key(key))


def newest_manifests(lake: Lake, source: str, now: datetime) -> Iterator[Manifest]:
    """What a source's polls of this hour and the last landed, newest first, where it can be read.

    The lake itself remembers: polls run in processes, and on machines, that share nothing else.
    """
    for hour in (Hour.of(now), Hour.of(now) - 1):
        for key in reversed(lake.keys(hour_folder(source, hour))):
            if key.endswith(MANIFEST_SUFFIX) and (manifest := _manifest_at(lake, key)):
                yield manifest


def _manifest_at(lake: Lake, key: str) -> Manifest | None:
    try:
        return from_json(Manifest, lake.read(key))
    except (FileNotFoundError, ValueError, ObjectTooLargeError):
        return None
