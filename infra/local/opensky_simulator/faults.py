"""Faults on demand: what a test wants the next answers to suffer from."""

import gzip
import json
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

Kind = Literal[
    "429", "403", "522", "status", "html", "hang", "cut", "truncated_gzip", "gzip_bomb",
    "wrong_types", "wrong_states", "other_time", "empty_body", "not_object", "body",
    "duplicate_icao24", "outside_globe", "columns", "null_states", "redirect", "expired_token",
]  # fmt: skip
Answer = dict[str, Any]


class Fault(BaseModel):
    """A fault for the next ``times`` answers of ``target``; each kind reads the fields it needs.

    ``share`` is the part of the states that suffers; they are taken from the front.
    """

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    times: int = Field(default=1, ge=1)
    target: Literal["states", "token", "flights", "datasets"] = "states"
    status: int = Field(default=503, ge=400, le=599)
    retry_after_s: int = 3_600
    seconds: float = Field(default=60, ge=0)
    offset_s: int = -7_200
    megabytes: int = Field(default=256, ge=1, le=4_096)
    columns: int = Field(default=16, ge=0, le=100)
    share: float = Field(default=1.0, ge=0, le=1)
    location: str = "http://elsewhere.invalid/api/states/all"
    text: str = ""


class FaultQueue:
    """Faults in the order in which they were asked for, one queue a target."""

    def __init__(self) -> None:
        self._waiting: deque[Fault] = deque()

    def add(self, fault: Fault) -> None:
        """Queue ``fault`` behind those that wait already."""
        self._waiting.extend([fault] * fault.times)

    def clear(self) -> None:
        """Forget all faults that wait."""
        self._waiting.clear()

    def take(self, target: str) -> Fault | None:
        """Return and remove the next fault for ``target``."""
        for fault in self._waiting:
            if fault.target == target:
                self._waiting.remove(fault)
                return fault
        return None

    def __len__(self) -> int:
        return len(self._waiting)


class CutResponse(Response):
    """Promises the whole body, sends half of it, and closes the connection."""

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Return without the last part: the server closes what is not complete."""
        await send(
            {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        )
        half = bytes(self.body[: len(self.body) // 2])
        await send({"type": "http.response.body", "body": half, "more_body": True})


def instead(fault: Fault) -> Response | None:
    """Return the response that takes the place of the answer, or None if there is an answer."""
    if fault.kind in {"429", "403", "522", "status", "expired_token"}:
        codes = {"status": fault.status, "expired_token": 401}
        status = codes.get(fault.kind) or int(fault.kind)
        wait = {"X-Rate-Limit-Retry-After-Seconds": str(fault.retry_after_s)}
        return Response(f"status {status}", status, wait if status == 429 else None, "text/plain")
    if fault.kind == "html":
        page = "<!DOCTYPE html><html><body><h1>Down for maintenance</h1></body></html>"
        return Response(page, media_type="text/html")
    if fault.kind == "redirect":
        return Response(status_code=302, headers={"Location": fault.location})
    if fault.kind == "gzip_bomb":
        return _gzipped(b"".join(_bomb(fault.megabytes)))
    bodies = {"empty_body": "", "not_object": "[]", "body": fault.text}
    if fault.kind in bodies:
        return Response(bodies[fault.kind], media_type="application/json")
    return None


def transported(fault: Fault, body: bytes) -> Response | None:
    """Return ``body`` as a broken transport delivers it, or None if this is no such fault."""
    if fault.kind == "cut":
        return CutResponse(body, media_type="application/json")
    if fault.kind == "truncated_gzip":
        packed = gzip.compress(body, 5, mtime=0)
        return _gzipped(packed[: len(packed) // 2])
    return None


def rewritten(fault: Fault, body: bytes) -> bytes:
    """Return ``body`` with the fault's wrong content."""
    change = _CHANGES.get(fault.kind)
    if change is None:
        return body
    answer: Answer = json.loads(body)
    change(fault, answer)
    return json.dumps(answer, separators=(",", ":")).encode()


def _gzipped(packed: bytes) -> Response:
    return Response(packed, headers={"Content-Encoding": "gzip"}, media_type="application/json")


def _bomb(megabytes: int) -> Iterator[bytes]:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    blank = b" " * 1_000_000
    for _ in range(megabytes):
        yield packer.compress(blank)
    yield packer.flush()


def _suffering(fault: Fault, answer: Answer) -> list[list[Any]]:
    states: list[list[Any]] = answer["states"] or []
    return states[: round(fault.share * len(states))]


def _wrong_types(fault: Fault, answer: Answer) -> None:
    for state in _suffering(fault, answer):
        state[1], state[3], state[6], state[8], state[9] = 7, "soon", "north", "yes", [1]


def _wrong_states(_fault: Fault, answer: Answer) -> None:
    answer["states"] = "none"


def _null_states(_fault: Fault, answer: Answer) -> None:
    answer["states"] = None


def _other_time(fault: Fault, answer: Answer) -> None:
    answer["time"] += fault.offset_s


def _duplicate(_fault: Fault, answer: Answer) -> None:
    """Append the second aircraft's state under the first one's address."""
    states = answer["states"] or []
    if len(states) > 1:
        states.append([states[0][0], *states[1][1:]])


def _outside_globe(fault: Fault, answer: Answer) -> None:
    for state in _suffering(fault, answer):
        state[5], state[6] = 181.5, 91.25


def _columns(fault: Fault, answer: Answer) -> None:
    for state in _suffering(fault, answer):
        state[fault.columns :] = []
        state += [0] * (fault.columns - len(state))


_CHANGES: dict[str, Callable[[Fault, Answer], None]] = {
    "wrong_types": _wrong_types,
    "wrong_states": _wrong_states,
    "null_states": _null_states,
    "other_time": _other_time,
    "duplicate_icao24": _duplicate,
    "outside_globe": _outside_globe,
    "columns": _columns,
}
