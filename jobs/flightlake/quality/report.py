"""The quality report: one self-contained HTML file a run, and an index of all runs.

For a person who has to decide what to do now. The files open from disk, load nothing from anywhere
and run no script; a content security policy says so to the browser.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from importlib import resources

from jinja2 import Environment, FunctionLoader, StrictUndefined

from flightlake.contracts.hours import Hour
from flightlake.contracts.results import ROOT, LedgerLine, RunResult, TableRun, TablesResult
from flightlake.quality.advice import (
    derived_next_steps,
    headline,
    next_steps,
    tables_headline,
    tables_next_steps,
)
from flightlake.quality.charts import TrendPoint, rows_bar, trend_chart
from flightlake.quality.wording import score_text, text_of

__all__ = ["TREND_HOURS", "TrendPoint", "render_index", "render_report", "render_tables_report"]

TREND_HOURS = 7 * 24
_SEVERITIES = ("critical", "warning", "info")


def render_report(result: RunResult, trend: Sequence[TrendPoint]) -> str:
    """The report of one run.

    Args:
        result: what the run said of its hour.
        trend: scores of the hours before and of this one, in any order.
    """
    line, judgement = result.ledger, result.judgement
    by_count = sorted(result.quarantine_reasons.items(), key=lambda item: (-item[1], item[0]))
    in_order = sorted(
        judgement.results,
        key=lambda found: (found.is_met, _SEVERITIES.index(found.severity), found.dimension),
    )
    return _render(
        "report.html.j2",
        line=line,
        judgement=judgement,
        hour=line.period,
        headline=headline(line),
        steps=[*derived_next_steps(result.tables), *next_steps(line)],
        bar=rows_bar(line),
        reasons=by_count,
        dimensions=sorted(judgement.dimension_scores.items()),
        trend=trend_chart(trend),
        results=in_order,
        tables=result.tables,
        index_link=_index_link(line.report),
    )


def render_tables_report(result: TablesResult) -> str:
    """The report of a run that derived tables."""
    return _render(
        "tables.html.j2",
        result=result,
        headline=tables_headline(result),
        steps=tables_next_steps(result),
        index_link=_index_link(result.report),
    )


def render_index(lines: Sequence[LedgerLine], days: Sequence[TableRun] = ()) -> str:
    """The index of runs, newest first.

    Args:
        lines: one of each run of an hour, a later run of an hour after an earlier one.
        days: what runs did to the tables of a whole day, in any order.
    """
    newest_first = sorted(lines, key=lambda line: line.period, reverse=True)
    last_of_hour = {line.period: line for line in lines}
    points = [TrendPoint(hour, line.score, line.verdict) for hour, line in last_of_hour.items()]
    if points:
        since = max(last_of_hour) - TREND_HOURS
        points = [point for point in points if point.hour > since]
    return _render(
        "index.html.j2",
        runs=[(line, line.period, _link_from_index(line.report)) for line in newest_first],
        days=[
            (run, _link_from_index(run.report))
            for run in sorted(days, key=lambda run: run.date, reverse=True)
        ],
        trend=trend_chart(points),
    )


def _link_from_index(report: str) -> str:
    return f"./{report.partition(f'{ROOT}/')[2]}"


def _index_link(report: str) -> str:
    return "../" * report.partition(f"{ROOT}/")[2].count("/") + "index.html"


def _hour_text(hour: Hour) -> str:
    return f"{hour.start:%Y-%m-%d %H:%M} to {(hour + 1).start:%H:%M} UTC"


def _percent_text(share: float) -> str:
    return "less than 0.01 %" if 0 < share < 0.0001 else f"{100 * share:.2f} %"


def _source(name: str) -> str:
    file = resources.files("flightlake.quality").joinpath("templates", name)
    return file.read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_source),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "hour": _hour_text,
        "number": "{:,}".format,
        "percent": _percent_text,
        "score": score_text,
        "value": text_of,
    }
    style = _source("style.css")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    environment.globals |= {
        "style": style,
        "policy": f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; "
        "form-action 'none'",
        "icons": {"pass": "✓", "warning": "!", "rejected": "✕", "no_data": "∅"},
        "verdicts": {
            "pass": "Pass",
            "warning": "Warning",
            "rejected": "Rejected",
            "no_data": "No data",
        },
    }
    return environment


def _render(template: str, **values: object) -> str:
    return _environment().get_template(template).render(**values)
