"""What a job tells people while it works and at its end."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence

from flightlake.contracts.results import (
    JudgedRecords,
    JudgedTable,
    Judgement,
    RunResult,
    TablesResult,
)

_LABEL_WIDTH = 15

log = logging.getLogger(__name__)


class Progress:
    """Lines with the seconds since the job began, in the form that ``io/logs.py`` gives them."""

    def __init__(self, title: str) -> None:
        self._started = time.monotonic()
        self.say(title)

    @property
    def seconds(self) -> float:
        """Seconds since the job began."""
        return round(time.monotonic() - self._started, 1)

    def say(self, text: str) -> None:
        """Log what was just done."""
        log.info("%s", text, extra={"seconds": self.seconds})

    def end(self, text: str) -> None:
        """Log what became of the run, in as many lines as that takes."""
        log.info("%s", text)


def describe(result: RunResult) -> str:
    """A run in a dozen lines of at most 100 columns: where its rows went, and why."""
    line, judgement = result.ledger, result.judgement
    score = "no score" if line.score is None else f"score {line.score:.1f}"
    lines = [
        f"{line.step} {line.date}T{line.hour:02d} · {line.verdict.upper()} · {score}",
        _row("rows read", line.rows_read),
        _row("= published", line.rows_published, line.rows_read),
        _row("+ withheld", line.rows_withheld, line.rows_read),
        _row("+ quarantined", line.rows_quarantined, line.rows_read),
        _row("+ repeats", line.rows_repeated, line.rows_read),
        f"  {'answers':<{_LABEL_WIDTH}} {line.answers_read:>11,}   of {line.answers_expected:,}"
        f" expected; {line.answers_quarantined:,} unreadable",
    ]
    lines += _reasons(result.quarantine_reasons)
    lines += [f"  unreadable: {a.raw_object}\n    {a.reason}" for a in line.quarantined_answers]
    lines += _unmet(judgement)
    lines += _tables(result.tables)
    return "\n".join([*lines, f"  report: {line.report}"])


def describe_tables(result: TablesResult) -> str:
    """A run in lines of at most 100 columns: what became of each table, and why."""
    title = f"{result.step} {result.date} · {result.verdict.upper()} · {result.seconds:.0f} s"
    lines = [title, *_tables(result.tables), *_records(result.records)]
    return "\n".join([*lines, f"  report: {result.report}"])


def _tables(tables: Sequence[JudgedTable]) -> list[str]:
    lines = []
    for table in tables:
        run = table.run
        rows = run.rows_published or run.rows_withheld
        what = "not published" if run.verdict == "rejected" else run.verdict
        lines.append(f"  {run.table_name:<26} {rows:>9,} rows  {run.seconds:6.1f} s  {what}")
        lines += _unmet(table.judgement)
    return lines


def _records(judged: Sequence[JudgedRecords]) -> list[str]:
    lines = []
    for records in judged:
        verdict = records.judgement.verdict
        what = "not as it must be" if verdict == "rejected" else verdict
        lines.append(f"  {records.table_name:<26} {records.rows:>9,} rows  (recorded)  {what}")
        lines += _unmet(records.judgement)
    return lines


def _unmet(judgement: Judgement) -> list[str]:
    return [
        f"  {found.severity} {found.dimension}: {found.description}\n"
        f"    expected {found.expected}, observed {found.observed}"
        for found in judgement.failed
    ]


def _row(label: str, rows: int, of: int | None = None) -> str:
    share = f"  {rows / of:6.2%}" if of else ""
    return f"  {label:<{_LABEL_WIDTH}} {rows:>11,}{share}"


def _reasons(reasons: Mapping[str, int]) -> list[str]:
    by_count = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    return [f"    {rows:>11,} {reason.replace('_', ' ')}" for reason, rows in by_count]
