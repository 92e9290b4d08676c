"""From what is wrong to the next runs, oldest first and bounded; and what no run has healed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flightlake.contracts.days import Day, Period
from flightlake.contracts.hours import Hour
from flightlake.contracts.json_codec import from_json, to_json
from flightlake.contracts.results import ROOT
from flightlake.contracts.storage import Lake
from flightlake.contracts.windows import days_made_of, window_hours

from flightlake_dags.repair.compare import Finding

STATE_KEY = f"{ROOT}/lake_repair.json"
MAX_ATTEMPTS = 3
"""Runs for one finding; what is the same after so many is for a person."""


@dataclass(frozen=True)
class Known:
    """A finding as it is remembered: since when it is known, and how many runs were made for it."""

    period: str
    kind: str
    reason: str
    dag_id: str
    can_heal: bool
    since: str
    attempts: int = 0

    @property
    def is_stuck(self) -> bool:
        """Whether a person has to act: no run can heal it, or none did."""
        return not self.can_heal or self.attempts >= MAX_ATTEMPTS


@dataclass(frozen=True)
class Repairs:
    """What a look found and what was done about it: the record of lake_repair."""

    looked_at: str
    known: tuple[Known, ...] = ()

    @property
    def stuck(self) -> tuple[Known, ...]:
        """What a person has to act on."""
        return tuple(each for each in self.known if each.is_stuck)


def periods_to_look_at(
    now: datetime, days: int, before: Repairs | None
) -> tuple[list[Hour], list[Day]]:
    """The hours and days of the last ``days`` days, and what the last look left open.

    What is older is compared no more, but an open finding is never forgotten.

    Args:
        now: the moment of the look, aware.
        days: how far back the look goes.
        before: the record of the last look.
    """
    open_periods = [_period(each.period) for each in before.known] if before else []
    last = Hour.of(now) - 1
    hours = {last - back for back in range(24 * days)}
    for each in open_periods:
        hours |= set(window_hours(each)) if isinstance(each, Day) else {each}
    today = Day(now.date())
    return sorted(hours), [day for day in days_made_of(hours) if day < today]


def remembered(findings: Sequence[Finding], before: Repairs | None, now: datetime) -> Repairs:
    """The findings of a look, with what is known of them from the looks before.

    One whose reason is another by now is a new one: something has changed.
    """
    known = {(each.period, each.reason): each for each in before.known} if before else {}
    moment = now.isoformat(timespec="seconds")
    return Repairs(
        moment,
        tuple(
            known.get((str(each.period), each.reason))
            or Known(
                str(each.period), each.kind, each.reason, each.dag_id, each.can_heal, since=moment
            )
            for each in findings
        ),
    )


def next_runs(repairs: Repairs, limit: int) -> tuple[Known, ...]:
    """What to run now: the oldest findings that a run can still heal, hours before days."""
    return tuple(each for each in repairs.known if not each.is_stuck)[:limit]


def with_attempts(repairs: Repairs, runs: Sequence[Known]) -> Repairs:
    """The record once these runs are triggered."""
    return replace(
        repairs,
        known=tuple(
            replace(each, attempts=each.attempts + 1) if each in runs else each
            for each in repairs.known
        ),
    )


def trigger_of(run: Known, moment: datetime) -> dict[str, Any]:
    """The arguments of the operator that triggers a run; its id tells the look that made it."""
    name = "hour" if run.dag_id == "states_hourly" else "date"
    return {
        "trigger_dag_id": run.dag_id,
        "trigger_run_id": f"lake_repair__{run.period}__{moment:%Y-%m-%dT%H:%M:%S}",
        "conf": {name: run.period},
    }


def describe(repairs: Repairs, runs: Sequence[Known]) -> str:
    """What was found and what is done, in lines for people."""
    lines = [f"{len(repairs.known)} findings, {len(runs)} runs, {len(repairs.stuck)} stuck"]
    for each in repairs.known:
        what = "run" if each in runs else "stuck" if each.is_stuck else "waits"
        tried = f", {each.attempts} of {MAX_ATTEMPTS} runs made" if each.attempts else ""
        lines.append(f"[{what}] {each.period} {each.kind} since {each.since}{tried}: {each.reason}")
    return "\n".join(lines)


def read_repairs(lake: Lake) -> Repairs | None:
    """The record of the last look; None where there is none."""
    try:
        return from_json(Repairs, lake.read(STATE_KEY))
    except FileNotFoundError:
        return None


def write_repairs(lake: Lake, repairs: Repairs) -> None:
    """Keep the record of a look."""
    lake.write(STATE_KEY, to_json(repairs))


def _period(text: str) -> Period:
    return Hour.parse(text) if "T" in text else Day.parse(text)
