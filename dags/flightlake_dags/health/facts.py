"""What there is to know of the pipeline's last day: read, not judged."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from flightlake.contracts import raw
from flightlake.contracts.costs import JobCost, costs_of
from flightlake.contracts.days import Day
from flightlake.contracts.hours import Hour
from flightlake.contracts.partitions import days_of, hours_of
from flightlake.contracts.results import ROOT, RunResult
from flightlake.contracts.storage import Lake
from flightlake.contracts.tables import STATE_VECTORS, TABLES

from flightlake_dags.raw_hour import gap_key

HOURS = 24
"""How far back the look goes."""
PROCESSING = timedelta(minutes=30)
"""An hour may take so long, from its end on, to be published."""
MAX_COMMITS = 20
"""A change of the protocol is a commit; older ones were looked at an hour ago."""

_UNFINISHED = ("SUBMITTED", "PENDING", "SCHEDULED", "QUEUED", "RUNNING", "CANCELLING")


@dataclass(frozen=True)
class OpenJob:
    """A Spark job run that has not ended."""

    job_run_id: str
    name: str
    state: str
    created_at: datetime


@dataclass(frozen=True)
class Facts:
    """What was found. ``due`` are the hours of the last day that can be expected to be published,
    oldest first; ``results`` are those of the runs of these hours, ``gaps`` why some have none."""

    now: datetime
    due: tuple[Hour, ...] = ()
    published: frozenset[Hour] = frozenset()
    newest_published: Hour | None = None
    newest_answer: datetime | None = None
    results: Mapping[Hour, tuple[RunResult, ...]] = field(default_factory=dict)
    gaps: Mapping[Hour, str] = field(default_factory=dict)
    credits_left: int | None = None
    costs: tuple[JobCost, ...] = ()
    reader_versions: Mapping[str, int] = field(default_factory=dict)
    open_jobs: tuple[OpenJob, ...] = ()

    @property
    def freshness_s(self) -> float | None:
        """Seconds since the end of the newest published hour; None where there is none."""
        if self.newest_published is None:
            return None
        return (self.now - self.newest_published.end).total_seconds()

    @property
    def missing(self) -> tuple[Hour, ...]:
        """Hours that are due and neither published nor judged."""
        return tuple(hour for hour in self.due if hour not in self.published | set(self.results))


def find_facts(lake: Lake, source: str, jobs: tuple[OpenJob, ...], now: datetime) -> Facts:
    """Read what the lake knows.

    Args:
        lake: the lake.
        source: the name that polls are landed under.
        jobs: the Spark job runs that have not ended.
        now: the moment of the look, aware.
    """
    last = Hour.of(now - PROCESSING) - 1
    window = [last - back for back in reversed(range(HOURS))]
    known = published_hours(lake)
    newest_answer, credits_left = newest_poll(lake, source, now)
    # Before its first hour a lake misses nothing.
    due = tuple(hour for hour in window if known and hour >= min(known))
    days = {Day(now.date()), Day((now - timedelta(days=1)).date())}
    return Facts(
        now=now,
        due=due,
        published=frozenset(known),
        newest_published=max(known, default=None),
        newest_answer=newest_answer,
        results={hour: found for hour in due if (found := tuple(_results(lake, hour)))},
        gaps={hour: reason for hour in due if (reason := _gap_reason(lake, hour))},
        credits_left=credits_left,
        costs=tuple(cost for day in sorted(days) for cost in costs_of(lake, day)),
        reader_versions=reader_versions(lake),
        open_jobs=jobs,
    )


def published_hours(lake: Lake) -> set[Hour]:
    """The hours of which silver.state_vectors has files: all of the last two days, and the first
    day's and the newest."""
    days = days_of(lake, STATE_VECTORS)
    around = {*days[:1], *days[-3:]}
    return {hour for day in around for hour in hours_of(lake, STATE_VECTORS, day)}


def newest_poll(lake: Lake, source: str, now: datetime) -> tuple[datetime | None, int | None]:
    """When the newest answer of this hour and the last was landed, and the newest credits left."""
    newest_answer = None
    for poll in raw.newest_manifests(lake, source, now):
        newest_answer = newest_answer or datetime.fromisoformat(poll.fetched_at)
        # Where they are known, one manifest is read, not those of two hours.
        if poll.credits_left is not None:
            return newest_answer, poll.credits_left
    return newest_answer, None


def reader_versions(lake: Lake) -> dict[str, int]:
    """Of each table whose protocol was written of late, the version that readers must know."""
    found = {}
    for name, table in TABLES.items():
        keys = lake.keys(f"{table.path}/_delta_log")
        commits = (key for key in reversed(keys) if key.endswith(".json"))
        versions = (v for key in islice(commits, MAX_COMMITS) for v in _protocols(lake.read(key)))
        if (version := next(versions, None)) is not None:
            found[name] = version
    return found


def _protocols(commit: bytes) -> Iterator[int]:
    for line in commit.splitlines():
        if b'"protocol"' in line and (protocol := json.loads(line).get("protocol")):
            yield int(protocol["minReaderVersion"])


def _results(lake: Lake, hour: Hour) -> Iterator[RunResult]:
    for key in lake.keys(f"{ROOT}/states_hourly/date={hour.date}/hour={hour.hour:02d}"):
        if key.endswith(".json"):
            yield RunResult.from_json(lake.read(key))


def _gap_reason(lake: Lake, hour: Hour) -> str | None:
    try:
        return str(json.loads(lake.read(gap_key(hour)))["reason"])
    except FileNotFoundError:
        return None


def open_jobs(emr: Any, application_id: str) -> tuple[OpenJob, ...]:
    """The job runs of an application that have not ended.

    Args:
        emr: a client of EMR Serverless.
        application_id: the application.
    """
    pages = emr.get_paginator("list_job_runs").paginate(
        applicationId=application_id, states=list(_UNFINISHED)
    )
    return tuple(
        OpenJob(run["id"], run.get("name", ""), run["state"], run["createdAt"].astimezone(UTC))
        for page in pages
        for run in page["jobRuns"]
    )
