"""What the facts mean: one function a check, pure, with its limits beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from flightlake.contracts.costs import Prices
from flightlake.contracts.days import Day
from flightlake.contracts.hours import Hour
from flightlake.contracts.tables import READER_VERSION
from opensky.credits import Tier, credits_for

from flightlake_dags.health.facts import Facts

Light = Literal["good", "warning", "critical"]

STALE_HOURS, VERY_STALE_HOURS = 2.0, 4.0
"""Since the end of the newest published hour: one hour is normal, two is one that failed."""
SILENT_POLLS, MUTE_POLLS = 5, 40
"""Polls in a row that brought no answer: OpenSky's pauses last minutes."""
LONGEST_PAUSE = timedelta(minutes=30)
NO_TIER = Tier(0, timedelta(days=1))
LONGEST_JOB = timedelta(hours=2)
"""No step may run so long; see the time-outs of the DAGs."""
LONGEST_REPAIR = timedelta(hours=6)
"""Of one run of lake_repair; without one for longer, nobody compares ledger and tables."""
MAX_NAMED = 6
MAX_REASON_CHARS = 500


@dataclass(frozen=True)
class Limits:
    """What differs between environments."""

    poll_seconds: int
    cost_a_day_usd: float
    prices: Prices


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: how it is, how it should be, what to do where it is not."""

    name: str
    light: Light
    observed: str
    wanted: str
    runbook: str
    next_step: str = ""


def check_all(facts: Facts, limits: Limits) -> list[Check]:
    """Every check, in the order in which a person would look. One whose facts could not be found
    is critical: nobody knows."""
    needs: tuple[tuple[Callable[[Facts, Limits], Check], tuple[str, ...]], ...] = (
        (_freshness, ("hours", "results")),
        (_answers, ("polls",)),
        (_gaps, ("hours", "results", "gaps")),
        (_days, ("days",)),
        (_ledger, ("hours", "results")),
        (_verdicts, ("hours", "results")),
        (_repairs, ("repairs",)),
        (_credits, ("polls", "account")),
        (_cost, ("costs",)),
        (_reader_versions, ("reader_versions",)),
        (_orphans, ("open_jobs",)),
    )
    return [_if_known(check(facts, limits), facts.unread, names) for check, names in needs]


def _if_known(check: Check, unread: Mapping[str, str], names: Sequence[str]) -> Check:
    reasons = sorted({unread[name] for name in names if name in unread})
    if not reasons:
        return check
    return replace(
        check,
        light="critical",
        observed=f"not known: {'; '.join(reasons)}"[:MAX_REASON_CHARS],
        next_step="mend what this says; the log of the task `look` has all of it",
    )


def lag_hours(facts: Facts) -> int:
    """How many due hours wait to be published or judged, the newest in a row."""
    waiting = 0
    for hour in reversed(facts.due):
        if hour not in facts.missing:
            break
        waiting += 1
    return waiting


def cost_of_day_usd(facts: Facts, prices: Prices) -> float:
    """What the job runs of the last 24 hours cost, where their bill is known."""
    since = facts.now - timedelta(days=1)
    return sum(each.cost_usd(prices) or 0.0 for each in facts.costs if each.ended_at > since)


def _freshness(facts: Facts, _: Limits) -> Check:
    age_s = facts.freshness_s
    hours = None if age_s is None else age_s / 3600
    observed = (
        "no hour is published yet"
        if hours is None
        else (f"the newest published hour, {facts.newest_published}, ended {hours:.1f} hours ago")
    )
    return Check(
        "freshness",
        _light(
            hours is None or hours > STALE_HOURS, hours is not None and hours > VERY_STALE_HOURS
        ),
        observed,
        f"at most {STALE_HOURS:.0f} hours",
        "backlog",
        "see what became of the newest runs of states_hourly, then of opensky_poll",
    )


def _answers(facts: Facts, limits: Limits) -> Check:
    if facts.newest_answer is None:
        age_s, observed = float("inf"), "no answer in this hour and the last"
    else:
        age_s = (facts.now - facts.newest_answer).total_seconds()
        observed = f"the newest answer is {age_s:,.0f} s old"
    return Check(
        "answers",
        _light(
            age_s > SILENT_POLLS * limits.poll_seconds, age_s > MUTE_POLLS * limits.poll_seconds
        ),
        observed,
        f"one every {limits.poll_seconds} s",
        "poll-blocked",
        "read the log of the newest run of opensky_poll: it names the cause",
    )


def _gaps(facts: Facts, _: Limits) -> Check:
    missing = facts.missing
    reasons = sorted({facts.gaps[hour] for hour in missing if hour in facts.gaps})
    because = f" ({'; '.join(reasons)})" if reasons else ""
    return Check(
        "gaps",
        _light(bool(missing), len(missing) > 2),
        f"{len(missing)} of {len(facts.due)} hours are missing{_named(missing)}{because}",
        "none",
        "backlog",
        "land recorded answers of these hours if there are any, then clear their runs",
    )


def _days(facts: Facts, _: Limits) -> Check:
    late = facts.days_late
    return Check(
        "days",
        _light(bool(late), len(late) > 1),
        f"{len(late)} of {len(facts.days_due)} days with states have no flights{_named(late)}",
        "none",
        "backlog",
        "see what became of their runs of flights_daily; clear them, or backfill these days",
    )


def _ledger(facts: Facts, _: Limits) -> Check:
    lines = [result.ledger for found in facts.results.values() for result in found]
    wrong = [line for line in lines if line.rows_accounted != line.rows_read]
    read, accounted = sum(x.rows_read for x in lines), sum(x.rows_accounted for x in lines)
    damaged = "".join(f"; {key} cannot be read" for key in facts.damaged[:MAX_NAMED])
    return Check(
        "ledger",
        _light(False, bool(wrong or facts.damaged)),
        f"{read:,} rows read, {accounted:,} accounted for in {len(lines)} runs"
        + "".join(f"; {line.date} {line.hour:02d}h does not balance" for line in wrong[:MAX_NAMED])
        + damaged,
        "every row accounted for",
        "gate-red",
        "lake_repair runs these hours again; if a line stays so, see the log of its job",
    )


def _verdicts(facts: Facts, _: Limits) -> Check:
    # An hour that was rejected and is good by now has a good run.
    rejected = [
        hour
        for hour, found in facts.results.items()
        if all(result.ledger.verdict == "rejected" for result in found)
    ]
    return Check(
        "verdicts",
        _light(bool(rejected), len(rejected) > 2),
        f"{len(rejected)} of {len(facts.results)} hours are rejected{_named(rejected)}",
        "none",
        "gate-red",
        "open the reports of these hours: they say what failed",
    )


def _repairs(facts: Facts, _: Limits) -> Check:
    repairs = facts.repairs
    known, stuck = (repairs.known, repairs.stuck) if repairs else ((), ())
    # What was lost is healed like the rest, but it should never happen: two writers, or a hand.
    grave = [each for each in known if each.is_stuck or each.kind == "lost"]
    looked_at = datetime.fromisoformat(repairs.looked_at) if repairs else facts.now
    is_late = facts.now - looked_at > LONGEST_REPAIR
    named = [f"; {each.period} {each.kind}: {each.reason}" for each in (grave or known)[:MAX_NAMED]]
    last = [f"; lake_repair last looked at {looked_at:%Y-%m-%d %H:%M}"] if is_late else []
    return Check(
        "repairs",
        _light(bool(known), bool(grave) or is_late),
        f"{len(known)} hours and days are missing, late, stale or lost; {len(stuck)} of them are"
        f" stuck{''.join([*named, *last])}",
        "none",
        "backlog",
        "see the runs that lake_repair made and their reports; it heals what is not stuck"
        if grave
        else "see whether lake_repair runs: it heals these, the oldest first",
    )


def _credits(facts: Facts, _: Limits) -> Check:
    left, tier = facts.credits_left, facts.tier or NO_TIER
    # Where one more poll of the world would touch the floor, polling waits: at the usual beat, for
    # the last minutes before the credits are renewed.
    stops_at = facts.credit_floor + credits_for(None)
    waits = left is not None and left < stops_at
    silence = facts.now - facts.newest_answer if facts.newest_answer else LONGEST_PAUSE
    beat = "a day" if tier.refill == timedelta(days=1) else "an hour"
    return Check(
        "credits",
        _light(waits, waits and silence >= LONGEST_PAUSE),
        "OpenSky did not say"
        if left is None
        else f"{left:,} of {tier.credits:,} {beat} are left; below {stops_at:,} the poll waits",
        f"at least {stops_at:,}",
        "credits-gone",
        "see who spent them; the poll goes on when they are renewed, a longer beat needs fewer",
    )


def _cost(facts: Facts, limits: Limits) -> Check:
    usd, ceiling = cost_of_day_usd(facts, limits.prices), limits.cost_a_day_usd
    return Check(
        "cost",
        _light(usd > ceiling, usd > 2 * ceiling),
        f"${usd:,.2f} of Spark jobs in the last 24 hours",
        f"at most ${ceiling:,.2f}",
        "job-failed",
        "look for the longest and the most frequent in ops.job_costs",
    )


def _reader_versions(facts: Facts, _: Limits) -> Check:
    wrong = {n: v for n, v in facts.reader_versions.items() if v != READER_VERSION}
    named = "".join(f"; {name} is at {version}" for name, version in sorted(wrong.items()))
    return Check(
        "reader versions",
        _light(False, bool(wrong)),
        f"{len(wrong)} tables are at another{named}",
        f"all tables at reader version {READER_VERSION}",
        "upgrade",
        "Athena may not read these tables: drop the feature that raised it",
    )


def _orphans(facts: Facts, _: Limits) -> Check:
    old = [job for job in facts.open_jobs if facts.now - job.created_at > LONGEST_JOB]
    hours = LONGEST_JOB.total_seconds() / 3600
    named = "".join(f"; {job.job_run_id} ({job.name})" for job in old[:MAX_NAMED])
    return Check(
        "orphan jobs",
        _light(False, bool(old)),
        f"{len(old)} of {len(facts.open_jobs)} open job runs are over {hours:.0f} hours old{named}",
        "none",
        "job-failed",
        "no task waits for them: cancel them in EMR Serverless, then clear the tasks they were of",
    )


def _light(is_warning: bool, is_critical: bool) -> Light:
    return "critical" if is_critical else "warning" if is_warning else "good"


def _named(periods: Sequence[Day] | Sequence[Hour]) -> str:
    if not periods:
        return ""
    more = f" and {len(periods) - MAX_NAMED} more" if len(periods) > MAX_NAMED else ""
    return ": " + ", ".join(map(str, periods[:MAX_NAMED])) + more
