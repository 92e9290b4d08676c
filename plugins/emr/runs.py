"""Which job runs belong to a task instance, and what its next attempt has to do about them.

Everything is told by the runs' names, so it survives the worker, the scheduler and the metadata
database: ``<label> <base>-<generation>-<number>``. The base names the task instance; the generation
changes when a person clears it, or deletes its dag run and lets it be made anew; the number counts
the runs of a generation. The last word is also the client token: two attempts that race for the
same number get the same run.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

ENDED = frozenset({"SUCCESS", "FAILED", "CANCELLED"})
"""The states that a run does not leave again; ``CANCELLING`` is not one of them."""

MAX_NAME_CHARS = 256
_TOKEN = re.compile(r"(?P<base>[0-9a-f]{32})-(?P<generation>\d+-\d+)-(?P<number>\d+)")


@dataclass(frozen=True)
class TaskRuns:
    """The runs of one task instance, in one generation."""

    base: str
    generation: str

    @classmethod
    def of(
        cls,
        dag_id: str,
        task_id: str,
        map_index: int,
        run_id: str,
        *,
        max_tries: int,
        retries: int,
        dag_run_start: datetime | None,
    ) -> TaskRuns:
        """The identity of a task instance.

        Args:
            dag_id: of the task instance, as the next three.
            task_id: see above.
            map_index: see above; -1 where the task is not mapped.
            run_id: see above.
            max_tries: what Airflow has stored. Clearing sets it to the tries so far plus the
                retries; neither a retry nor a reset of a lost task touches it.
            retries: the task's retries.
            dag_run_start: tells a dag run from an earlier one of the same id.
        """
        key = "\x00".join((dag_id, task_id, str(map_index), run_id))
        base = hashlib.sha256(key.encode()).hexdigest()[:32]
        started_s = int(dag_run_start.timestamp()) if dag_run_start else 0
        return cls(base, f"{max(max_tries - retries, 0)}-{started_s}")

    def token(self, number: int) -> str:
        """The client token of a run."""
        return f"{self.base}-{self.generation}-{number}"

    def name(self, label: str, number: int) -> str:
        """The name of a run; the label is cut where the service takes no more."""
        token = self.token(number)
        return f"{label[: MAX_NAME_CHARS - len(token) - 1]} {token}"

    def own(self, summaries: Iterable[Mapping[str, Any]]) -> list[Run]:
        """The runs of this task instance, of every generation, the newest first.

        Args:
            summaries: what ListJobRuns gives, of any task.
        """
        found = (Run.of(summary) for summary in summaries)
        return sorted(
            (run for run in found if run is not None and run.base == self.base),
            key=lambda run: (run.created_at, run.number),
            reverse=True,
        )

    def to_follow(self, runs: list[Run]) -> Run | None:
        """The run whose end is this attempt's result; None where a new one has to be started."""
        for run in runs:
            if run.state not in ENDED:
                return run
        newest = runs[0] if runs else None
        if newest and newest.state == "SUCCESS" and newest.generation == self.generation:
            return newest
        return None

    def next_number(self, runs: list[Run]) -> int:
        """The number of the run to start."""
        return 1 + max((run.number for run in runs if run.generation == self.generation), default=0)


@dataclass(frozen=True)
class Run:
    """One job run, as far as its summary tells."""

    job_run_id: str
    state: str
    base: str
    generation: str
    number: int
    created_at: datetime

    @classmethod
    def of(cls, summary: Mapping[str, Any]) -> Run | None:
        """The run of a summary; None where its name is not one of ours."""
        token = _TOKEN.fullmatch(summary.get("name", "").rpartition(" ")[2])
        if token is None:
            return None
        return cls(
            summary["id"],
            summary["state"],
            token["base"],
            token["generation"],
            int(token["number"]),
            summary["createdAt"],
        )
