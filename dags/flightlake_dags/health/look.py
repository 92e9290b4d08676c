"""One look at the pipeline: find, judge, draw, tell."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flightlake.contracts.costs import Prices
from flightlake.contracts.results import ROOT
from flightlake.contracts.storage import Lake

from flightlake_dags.config import prices_argument
from flightlake_dags.health.checks import Check, Limits, check_all, lag_hours
from flightlake_dags.health.facts import Facts, Sources, find_facts
from flightlake_dags.health.page import PAGE_KEY, headline, render, worst
from flightlake_dags.metrics import emit
from flightlake_dags.settings import get_settings

STATE_KEY = f"{ROOT}/health.json"
_MOMENT = "%Y-%m-%d %H:%M"

FOLLOWS = {
    "answers": frozenset({"credits"}),
    "freshness": frozenset({"answers"}),
    "gaps": frozenset({"answers"}),
}
"""What a check follows from: without credits no answers, and without answers no hours."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Look:
    """What a look found: the page says it at length. ``broken`` are the checks that are critical,
    with since when: what broke anew is something else."""

    light: str
    text: str
    broken: tuple[str, ...]


def look(now: datetime) -> Look:
    """Look at everything, write the page and the numbers, and say what was found."""
    from airflow.providers.amazon.aws.hooks.emr import EmrServerlessHook
    from opensky.hook import OpenSkyHook

    settings = get_settings()
    lake = Lake(settings.lake_url)
    before = last_state(lake)

    opensky = OpenSkyHook(settings.opensky_conn_id)
    sources = Sources(
        lake=lake,
        poll_source=settings.poll_source,
        emr=lambda: EmrServerlessHook(aws_conn_id=settings.aws_conn_id).conn,
        emr_application_id=settings.emr_application_id,
        account=lambda: (opensky.tier, opensky.credit_floor),
    )
    facts = find_facts(sources, before.get("reader_versions", {}), now)
    limits = Limits(
        poll_seconds=settings.poll_seconds,
        cost_a_day_usd=settings.max_cost_a_day_usd,
        prices=Prices(**json.loads(prices_argument())),
    )
    checks = check_all(facts, limits)
    since = since_when(checks, before.get("since", {}), now)
    lake.write(PAGE_KEY, render(facts, checks, since, settings.runbooks_url).encode())
    emit(metrics_of_look(facts, limits.prices, _moment_of(before, now)), f"pipeline_health {now}")
    state = {
        "looked_at": now.isoformat(),
        "light": worst(checks),
        "since": since,
        "reader_versions": facts.reader_versions,
    }
    lake.write(STATE_KEY, json.dumps(state, indent=1).encode())
    page = lake.url_of(PAGE_KEY)
    text = text_of(checks, since, page, settings.runbooks_url)
    log.info("%s", text)
    broken = tuple(f"{name} since {since[name]}" for name in causes(checks))
    return Look(worst(checks), text, broken)


def causes(checks: Sequence[Check]) -> list[str]:
    """The critical checks, without those that only follow from another that is critical too."""
    critical = {check.name for check in checks if check.light == "critical"}
    return sorted(name for name in critical if not critical & FOLLOWS.get(name, frozenset()))


def metrics_of_look(facts: Facts, prices: Prices, since: datetime) -> dict[str, float]:
    """The numbers of a look: how it is now, and the job runs that ended since the last one."""
    ended = [cost for cost in facts.costs if since < cost.ended_at <= facts.now]
    durations = [cost.duration_s for cost in ended if cost.duration_s is not None]
    starts = [
        (cost.ended_at - cost.started_at).total_seconds() - cost.duration_s
        for cost in ended
        if cost.duration_s is not None
    ]
    found: dict[str, float | None] = {
        "FreshnessSeconds": facts.freshness_s,
        "LagHours": lag_hours(facts),
        "CreditsLeft": facts.credits_left,
        "JobSeconds": max(durations, default=None),
        # Between its creation and its end, what was not its execution: waiting for workers.
        "ColdStartSeconds": max((max(0.0, start_s) for start_s in starts), default=None),
        "CostUsd": sum(cost.cost_usd(prices) or 0.0 for cost in ended) if ended else None,
    }
    return {name: float(value) for name, value in found.items() if value is not None}


def since_when(checks: Sequence[Check], before: Mapping[str, str], now: datetime) -> dict[str, str]:
    """Of each check that is not good, the first look that found it so."""
    moment = now.astimezone(UTC).strftime(_MOMENT)
    return {c.name: before.get(c.name, moment) for c in checks if c.light != "good"}


def text_of(checks: Sequence[Check], since: Mapping[str, str], page: str, runbooks: str) -> str:
    """What is not good, since when, what to do next: for the log and for an alert."""
    lines = [headline(checks)]
    for check in checks:
        if check.light != "good":
            lines += [
                f"[{check.light}] {check.name}: {check.observed}; wanted: {check.wanted}",
                f"   since {since[check.name]} UTC; next: {check.next_step}",
                f"   runbook: {runbooks}/{check.runbook}.md",
            ]
    return "\n".join([*lines, f"Page: {page}"])


def last_state(lake: Lake) -> dict[str, Any]:
    """What the last look left; nothing where there was none, or what it left is damaged."""
    try:
        state: dict[str, Any] = json.loads(lake.read(STATE_KEY))
    except (FileNotFoundError, ValueError):
        return {}
    return state


def _moment_of(state: Mapping[str, Any], now: datetime) -> datetime:
    looked_at = state.get("looked_at")
    return datetime.fromisoformat(looked_at) if looked_at else now.replace(hour=0, minute=0)
