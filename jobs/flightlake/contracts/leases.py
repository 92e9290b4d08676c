"""The lease of the lake's tables: who writes now, as an object says it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pydantic import AwareDatetime

ROOT = "leases"
FOLDER = f"{ROOT}/delta_writer"
_KEY = re.compile(rf"{FOLDER}/(\d{{12}})\.json")


@dataclass(frozen=True)
class Lease:
    """What a lease says. Only its holder writes it."""

    owner: str
    """Random, of one process alone: nothing that a host gives, since hosts come and go."""
    step: str
    run_id: str
    expires_at: AwareDatetime
    """For people: when another job may take it over unless it is renewed, by the holder's clock."""
    job_run_id: str | None = None
    """What to cancel where it hangs; not known before its Spark session."""
    is_free: bool = False

    def __str__(self) -> str:
        return f"{self.step} (run {self.run_id}, job run {self.job_run_id or 'that begins'})"


def key_of(generation: int) -> str:
    """The key of a generation; keys sort by their generations."""
    return f"{FOLDER}/{generation:012d}.json"


def generation_of(key: str) -> int | None:
    """The generation of a key; None for what is no lease."""
    found = _KEY.fullmatch(key)
    return int(found[1]) if found else None
