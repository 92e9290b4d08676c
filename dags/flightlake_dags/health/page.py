"""The health page: one self-contained HTML file, in the lake beside the quality reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flightlake.contracts.hours import Hour
from flightlake.contracts.results import ROOT
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from flightlake_dags.health.checks import Check, Light
from flightlake_dags.health.facts import Facts

PAGE_KEY = f"{ROOT}/health.html"

_WORDS = {"good": "All is well", "warning": "Worth a look", "critical": "Something is broken"}
_ICONS = {"good": "✓", "warning": "!", "critical": "✗"}
_MOMENT = "%Y-%m-%d %H:%M"


@dataclass(frozen=True)
class HourSquare:
    """An hour of the drawing."""

    name: str
    label: str
    light: str
    word: str


def render(facts: Facts, checks: Sequence[Check], since: Mapping[str, str], runbooks: str) -> str:
    """The page.

    Args:
        facts: what was found.
        checks: what it means.
        since: of each check that is not good, the moment since when.
        runbooks: where the runbooks are.
    """
    return _template().render(
        light=worst(checks),
        headline=headline(checks),
        hours=[_square(facts, hour) for hour in facts.due],
        checks=checks,
        since=since,
        runbooks=runbooks,
        now=facts.now.strftime(_MOMENT),
        words=_WORDS,
        icons=_ICONS,
    )


def worst(checks: Sequence[Check]) -> Light:
    """The worst light of all."""
    found = {check.light for check in checks}
    order: tuple[Light, ...] = ("critical", "warning")
    return next((light for light in order if light in found), "good")


def headline(checks: Sequence[Check]) -> str:
    """What is not good, in one sentence."""
    named = [check.name for check in checks if check.light != "good"]
    if not named:
        return f"{len(checks)} checks, all good."
    return f"{len(named)} of {len(checks)} checks are not good: {', '.join(named)}."


def _square(facts: Facts, hour: Hour) -> HourSquare:
    verdicts = {result.ledger.verdict for result in facts.results.get(hour, ())}
    # Of several runs of an hour the best one counts.
    if "pass" in verdicts:
        light, word = "good", "published"
    elif "warning" in verdicts:
        light, word = "warning", "published and marked"
    elif "rejected" in verdicts:
        light, word = "critical", "rejected"
    else:
        light, word = "missing", facts.gaps.get(hour, "missing")
    return HourSquare(str(hour), f"{hour.hour:02d}", light, word)


@cache
def _template() -> Template:
    loader = FileSystemLoader(Path(__file__).parent)
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    return environment.get_template("page.html.j2")
