"""Raw, ledger and tables compared: which hours and days are wrong, and why. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from flightlake.contracts.days import Day, Period
from flightlake.contracts.hours import Hour
from flightlake.contracts.results import LedgerLine, TableRun
from flightlake.contracts.tables import STATE_VECTORS
from flightlake.contracts.windows import own_hours, window_hours

from flightlake_dags.hour_runs import HourRuns, versions_of
from flightlake_dags.repair.facts import Facts, RawHour

Kind = Literal["missing", "late", "stale", "lost"]

HOUR_DUE = timedelta(hours=3)
"""After the end of an hour: its own run, with all its attempts, has ended by then."""
DAY_DUE = timedelta(hours=8)
"""After the end of a day: its own run has waited for its last hours, and ended, by then."""
MAX_NAMED = 6


@dataclass(frozen=True)
class Finding:
    """An hour or a day that is not as it should be.

    Attributes:
        period: which.
        kind: missing: nothing was made of it; late: raw objects came after its run; stale: it was
            made of what has changed since; lost: a table holds other rows than its run wrote.
        reason: why, for people; as long as it stays the same, nothing has changed.
        can_heal: whether another run can make it good.
    """

    period: Period
    kind: Kind
    reason: str
    can_heal: bool = True

    @property
    def dag_id(self) -> str:
        """The DAG whose run makes it good."""
        return "flights_daily" if isinstance(self.period, Day) else "states_hourly"


def compare(facts: Facts) -> list[Finding]:
    """Everything that is wrong, one finding per hour and day: hours first, the oldest first.

    A day waits for its hours: it is compared once no run can change them.
    """
    suite = current_suite(facts.runs)
    hours = [found for hour in facts.hours for found in _first(hour_findings(facts, hour, suite))]
    open_hours = {found.period for found in hours if found.can_heal}
    days = [
        found
        for day in facts.days
        if not open_hours & set(window_hours(day))
        for found in _first(day_findings(facts, day))
    ]
    return [*hours, *days]


def current_suite(runs: Mapping[Hour, HourRuns]) -> str | None:
    """The digest of the suite that judges hours now: that of the newest line."""
    lines = [of.last.line for of in runs.values() if of.last.line.suite]
    newest = max(lines, key=lambda line: line.recorded_at or "", default=None)
    return newest.suite if newest else None


def hour_findings(facts: Facts, hour: Hour, suite: str | None) -> Iterator[Finding]:
    """What is wrong with an hour, the gravest first."""
    found, runs = facts.raw.get(hour, RawHour()), facts.runs.get(hour)
    if runs is None:
        is_gap = not found.objects and (hour in facts.gaps or not _is_polled(facts, hour))
        if is_gap or facts.now < hour.end + HOUR_DUE:
            return
        yield Finding(hour, "missing", f"no run processed it; it has {found.objects} raw objects")
        return
    line = runs.last.line
    if line.rows_unaccounted:
        yield Finding(hour, "lost", f"{line.rows_unaccounted:,} rows read are unaccounted for")
    yield from _late(hour, line, found, facts.raw.get(hour - 1, RawHour()))
    if line.verdict == "rejected" and line.suite and suite and line.suite != suite:
        yield Finding(hour, "stale", f"rejected by the suite {line.suite}, which has changed since")
    if runs.published is None:
        return
    published = runs.published.line
    if found.objects and not runs.published.tables and published == line:
        yield Finding(hour, "missing", "no table of gold was derived from it")
    yield from _lost_rows(facts, hour, published)
    for run in runs.published.tables:
        yield from _lost_rows(facts, hour, run)


def day_findings(facts: Facts, day: Day) -> Iterator[Finding]:
    """What is wrong with a day, the gravest first; its hours are as good as they will be."""
    own = [hour for hour in own_hours(day) if hour.date == day.date]
    if facts.now < day.end + DAY_DUE or not any(_is_published(facts, hour) for hour in own):
        return
    runs = facts.day_runs.get(day)
    if runs is None:
        yield Finding(day, "missing", "its hours are published, and no run derived it")
        return
    if reason := _why_stale(facts, day, runs[0]):
        yield Finding(day, "stale", reason)
    for run in runs:
        yield from _lost_rows(facts, day, run)


def _late(hour: Hour, line: LedgerLine, found: RawHour, before: RawHour) -> Iterator[Finding]:
    # Lines of an older release do not say what they knew.
    if line.raw_objects is None:
        return
    if found.objects > line.raw_objects:
        late = found.objects - line.raw_objects
        yield Finding(hour, "late", f"{late} of {found.objects} raw objects came after its run")
    elif before.newest != line.raw_before and before.newest:
        yield Finding(hour, "late", "the last raw object of the hour before came after its run")
    elif found.objects < line.raw_objects:
        gone = f"{line.raw_objects - found.objects} of {line.raw_objects} raw objects are gone"
        yield Finding(hour, "lost", gone, can_heal=False)


def _lost_rows(facts: Facts, period: Period, run: LedgerLine | TableRun) -> Iterator[Finding]:
    name = run.table_name if isinstance(run, TableRun) else STATE_VECTORS.full_name
    rows, written_at = facts.rows.get(name), _moment(run.recorded_at)
    if rows is None or written_at is None or run.verdict == "rejected":
        return
    held, wanted = rows.of(period, written_at), run.rows_published
    restored = facts.restored.get((name, str(period)))
    if restored and restored.at >= written_at:
        wanted = restored.rows
    if held is not None and held != wanted:
        yield Finding(period, "lost", f"{name} holds {held:,} rows of it, its run wrote {wanted:,}")


def _why_stale(facts: Facts, day: Day, run: TableRun) -> str | None:
    if run.hours_read is None:
        return None
    looked_at = set(facts.hours)
    window = {str(hour) for hour in window_hours(day) if hour in looked_at}
    read = {each.hour: each.recorded_at for each in run.hours_read if each.hour in window}
    now = {hour: at for hour, at in versions_of(facts.runs).items() if hour in window}
    made_at = _moment(run.recorded_at)
    changed = [hour for hour in sorted(window) if read.get(hour) != now.get(hour)]
    changed += [
        hour
        for hour in sorted(window - set(changed))
        if (restored := facts.restored.get((STATE_VECTORS.full_name, hour)))
        and made_at
        and restored.at > made_at
    ]
    if not changed:
        return None
    more = f" and {len(changed) - MAX_NAMED} more" if len(changed) > MAX_NAMED else ""
    return f"made before these hours were as they are now: {', '.join(changed[:MAX_NAMED])}{more}"


def _is_published(facts: Facts, hour: Hour) -> bool:
    runs = facts.runs.get(hour)
    return runs is not None and runs.published is not None


def _is_polled(facts: Facts, hour: Hour) -> bool:
    return facts.polled_since is not None and hour >= facts.polled_since


def _moment(recorded_at: str | None) -> datetime | None:
    return datetime.fromisoformat(recorded_at).astimezone(UTC) if recorded_at else None


def _first(findings: Iterator[Finding]) -> list[Finding]:
    found = next(findings, None)
    return [found] if found else []
