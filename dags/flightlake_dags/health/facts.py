"""What there is to know of the pipeline's last day: read, not judged."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

from emr.costs import record_unseen
from flightlake.contracts import raw
from flightlake.contracts.costs import JobCost, costs_of
from flightlake.contracts.days import Day
from flightlake.contracts.hours import Hour
from flightlake.contracts.json_codec import from_json
from flightlake.contracts.partitions import days_of, hours_of
from flightlake.contracts.results import PUBLISHED, ROOT, RunResult
from flightlake.contracts.storage import Lake
from flightlake.contracts.tables import STATE_VECTORS, TABLES
from opensky.credits import Tier

from flightlake_dags.raw_hour import gap_key
from flightlake_dags.repair.facts import first_polled
from flightlake_dags.repair.plan import Repairs, read_repairs

HOURS = 24
"""How far back the look goes."""
PROCESSING = timedelta(minutes=40)
"""An hour may take so long, from its end on, to be published: up to half of it is the wait for the
last answers, where they are a quarter of an hour apart."""
DAYS = 7
DAY_PROCESSING = timedelta(hours=9)
"""A day may take so long, from its end on, until its flights are there."""
MAX_COMMITS = 20
"""A change of the protocol is a commit; older ones were looked at an hour ago."""

T = TypeVar("T")

log = logging.getLogger(__name__)

_UNFINISHED = ("SUBMITTED", "PENDING", "SCHEDULED", "QUEUED", "RUNNING", "CANCELLING")


@dataclass(frozen=True)
class OpenJob:
    """A Spark job run that has not ended."""

    job_run_id: str
    name: str
    state: str
    created_at: datetime


@dataclass(frozen=True)
class Sources:
    """Where the facts are. ``poll_source`` is the name that polls are landed under; what may not
    be there, a client of EMR Serverless, and the account's tier and credit floor, is asked for when
    it is needed."""

    lake: Lake
    poll_source: str
    emr: Callable[[], Any]
    emr_application_id: str
    account: Callable[[], tuple[Tier, int]]


@dataclass(frozen=True)
class Facts:
    """What was found. ``due`` are the hours of the last day that can be expected to be published,
    oldest first; ``results`` are those of the runs of these hours, ``damaged`` the keys of those
    that cannot be read, ``gaps`` why some have none. ``days_due`` are those of the last week
    that have states, ``days_late`` those of them without flights. ``repairs`` is what the last run
    of lake_repair found. ``unread`` says of each fact that could not be found why: the others are
    told all the same."""

    now: datetime
    due: tuple[Hour, ...] = ()
    published: frozenset[Hour] = frozenset()
    newest_published: Hour | None = None
    newest_answer: datetime | None = None
    results: Mapping[Hour, tuple[RunResult, ...]] = field(default_factory=dict)
    damaged: tuple[str, ...] = ()
    gaps: Mapping[Hour, str] = field(default_factory=dict)
    days_due: tuple[Day, ...] = ()
    days_late: tuple[Day, ...] = ()
    credits_left: int | None = None
    tier: Tier | None = None
    credit_floor: int = 0
    costs: tuple[JobCost, ...] = ()
    reader_versions: Mapping[str, int] = field(default_factory=dict)
    open_jobs: tuple[OpenJob, ...] = ()
    repairs: Repairs | None = None
    unread: Mapping[str, str] = field(default_factory=dict)

    @property
    def freshness_s(self) -> float | None:
        """Seconds since the end of the newest published hour; None where there is none."""
        if self.newest_published is None:
            return None
        return (self.now - self.newest_published.end).total_seconds()

    @property
    def missing(self) -> tuple[Hour, ...]:
        """Hours that are due and neither published nor judged: there was nothing to judge."""
        judged = {
            hour
            for hour, found in self.results.items()
            if any(result.ledger.verdict != "no_data" for result in found)
        }
        return tuple(hour for hour in self.due if hour not in self.published | judged)


def find_facts(sources: Sources, known_versions: Mapping[str, int], now: datetime) -> Facts:
    """Find out what there is to know; what cannot be found hides nothing else.

    Args:
        sources: where it is.
        known_versions: the reader versions that the last look found.
        now: the moment of the look, aware.
    """
    unread: dict[str, str] = {}

    def read(name: str, find: Callable[[], T]) -> T | None:
        try:
            return find()
        except Exception as error:
            log.warning("%s could not be found out", name, exc_info=True)
            unread[name] = f"{type(error).__name__}: {error}"
            return None

    lake = sources.lake
    written = read("hours", lambda: written_hours(lake)) or set()
    last = Hour.of(now - PROCESSING) - 1
    window = [last - back for back in reversed(range(HOURS))]
    # Before its first poll a lake misses nothing; one that is fed otherwise, before its first hour.
    begin = read("polls", lambda: first_polled(lake, sources.poll_source)) or min(
        written, default=None
    )
    due = tuple(hour for hour in window if begin and hour >= begin)
    recent = {hour for hour in {*due, *written} if hour >= window[0]}
    results, damaged = read("results", lambda: results_of(lake, recent)) or ({}, ())
    published = published_hours(written, results, since=window[0])
    days_due, days_late = read("days", lambda: days_without_flights(lake, now)) or ((), ())
    days = (Day((now - timedelta(days=1)).date()), Day(now.date()))
    newest_answer, credits_left = read(
        "polls", lambda: newest_poll(lake, sources.poll_source, now)
    ) or (None, None)
    tier, credit_floor = read("account", sources.account) or (None, 0)
    return Facts(
        now=now,
        due=due,
        published=published,
        newest_published=max(published, default=None),
        newest_answer=newest_answer,
        results={hour: results[hour] for hour in due if hour in results},
        damaged=damaged,
        gaps=read("gaps", lambda: gaps_of(lake, due)) or {},
        days_due=days_due,
        days_late=days_late,
        credits_left=credits_left,
        tier=tier,
        credit_floor=credit_floor,
        costs=read("costs", lambda: costs_of_days(sources, days, now)) or (),
        reader_versions={
            **known_versions,
            **(read("reader_versions", lambda: reader_versions(lake)) or {}),
        },
        open_jobs=read("open_jobs", lambda: open_jobs(sources.emr(), sources.emr_application_id))
        or (),
        repairs=read("repairs", lambda: read_repairs(lake)),
        unread=unread,
    )


def written_hours(lake: Lake) -> set[Hour]:
    """The hours of which silver.state_vectors has files: all of the last two days, and the first
    day's and the newest."""
    days = days_of(lake, STATE_VECTORS)
    around = {*days[:1], *days[-3:]}
    return {hour for day in around for hour in hours_of(lake, STATE_VECTORS, day)}


def published_hours(
    written: Iterable[Hour], results: Mapping[Hour, Sequence[RunResult]], since: Hour
) -> frozenset[Hour]:
    """The hours that readers see.

    Files alone are no proof, for a job that died may have left them; a result is written last.
    Results of hours before ``since`` may be gone.
    """
    return frozenset(
        hour
        for hour in written
        if hour < since or any(r.ledger.verdict in PUBLISHED for r in results.get(hour, ()))
    )


def days_without_flights(lake: Lake, now: datetime) -> tuple[tuple[Day, ...], tuple[Day, ...]]:
    """The days of the last week that are over and have states, and those without flights."""
    over = now - DAY_PROCESSING
    first, end = Day((over - timedelta(days=DAYS)).date()), Day(over.date())
    due = tuple(day for day in days_of(lake, STATE_VECTORS) if first <= day < end)
    there = set(days_of(lake, TABLES["gold.flights"]))
    return due, tuple(day for day in due if day not in there)


def costs_of_days(sources: Sources, days: Iterable[Day], now: datetime) -> tuple[JobCost, ...]:
    """What the job runs and queries of days cost, those included whose end no task saw."""
    record_unseen(sources.lake, sources.emr(), sources.emr_application_id, now)
    return tuple(cost for day in days for cost in costs_of(sources.lake, day))


def newest_poll(lake: Lake, source: str, now: datetime) -> tuple[datetime | None, int | None]:
    """When the newest answer of this hour and the last was landed that can be read, and the newest
    credits left, whatever else was in that answer."""
    newest_answer = credits_left = None
    for poll in raw.newest_manifests(lake, source, now):
        if credits_left is None:
            credits_left = poll.credits_left
        if newest_answer is None and poll.unreadable_reason is None:
            newest_answer = poll.fetched_at
        # Where both are known, one manifest is read, not those of two hours.
        if newest_answer is not None and credits_left is not None:
            break
    return newest_answer, credits_left


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


def results_of(
    lake: Lake, hours: Iterable[Hour]
) -> tuple[dict[Hour, tuple[RunResult, ...]], tuple[str, ...]]:
    """What the runs of each hour left, without hours that have nothing; and what is damaged."""
    found: dict[Hour, tuple[RunResult, ...]] = {}
    damaged = []
    for hour in hours:
        for key in lake.keys(f"{ROOT}/states_hourly/date={hour.date}/hour={hour.hour:02d}"):
            if not key.endswith(".json"):
                continue
            try:
                found[hour] = (*found.get(hour, ()), from_json(RunResult, lake.read(key)))
            # Of a newer release it may have what this one does not know.
            except (ValueError, TypeError, KeyError) as error:
                log.warning("%s cannot be read: %s", lake.url_of(key), error)
                damaged.append(key)
    return found, tuple(sorted(damaged))


def gaps_of(lake: Lake, hours: Iterable[Hour]) -> dict[Hour, str]:
    """Why hours have nothing to judge, where that was noted."""
    return {hour: reason for hour in hours if (reason := _gap_reason(lake, hour))}


def _gap_reason(lake: Lake, hour: Hour) -> str | None:
    try:
        return str(json.loads(lake.read(gap_key(hour)))["reason"])
    except FileNotFoundError:
        return None
    except (ValueError, KeyError):
        return "its reason cannot be read"


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
