"""What a judged hour leaves behind for people and for the DAG's gate: one JSON a run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from flightlake.contracts.days import Day, Period
from flightlake.contracts.hours import Hour
from flightlake.contracts.json_codec import from_json
from flightlake.contracts.storage import Lake, short_digest

Verdict = Literal["pass", "warning", "rejected", "no_data"]
Severity = Literal["critical", "warning", "info"]

PUBLISHED: tuple[Verdict, ...] = ("pass", "warning")
"""The verdicts of what readers see."""

ROOT = "reports"
INDEX_KEY = f"{ROOT}/index.html"


@dataclass(frozen=True)
class ExpectationResult:
    """One expectation of a suite, held against the staged rows."""

    expectation_id: str
    expectation: str
    column: str | None
    dimension: str
    severity: Severity
    description: str
    is_met: bool
    expected: str
    observed: str
    unexpected_rows: int | None = None
    unexpected_share: float | None = None
    score: float = 100.0
    exception: str | None = None
    sample_rows: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Judgement:
    """The outcome of a suite: verdict, score (0 to 100) overall and per dimension, results."""

    verdict: Verdict
    score: float | None
    dimension_scores: dict[str, float]
    results: list[ExpectationResult]

    @property
    def failed(self) -> list[ExpectationResult]:
        """What is not met, critical ones first."""
        unmet = (result for result in self.results if not result.is_met)
        return sorted(unmet, key=lambda result: (result.severity != "critical", result.description))


@dataclass(frozen=True)
class QuarantinedAnswer:
    """A raw object that could not be read as an answer; its bytes stay where they are."""

    raw_object: str
    reason: str


@dataclass(frozen=True)
class LedgerLine:
    """Where every row of an hour went: one line a run of ``ops.run_ledger``."""

    date: str
    hour: int
    run_id: str
    step: str
    rows_read: int
    rows_published: int
    rows_withheld: int
    rows_quarantined: int
    rows_repeated: int
    answers_expected: int
    answers_read: int
    answers_quarantined: int
    quarantined_answers: list[QuarantinedAnswer]
    verdict: Verdict
    score: float | None
    seconds: float
    report: str
    recorded_at: str | None = None
    """In UTC; the last of an hour's runs is the one that counts. An older release did not tell."""
    rows_unaccounted: int | None = None
    """Rows read of which no table nor any other count knows; below 0, rows too many."""
    raw_objects: int | None = None
    """Of the hour, readable or not, when the run listed them."""
    raw_before: str | None = None
    """The newest raw object of the hour before: its last answer tells which states are repeats."""
    suite: str | None = None
    """A digest of the expectations that judged the hour."""

    @property
    def period(self) -> Hour:
        """The hour that the line is of."""
        return Hour.parse(f"{self.date}T{self.hour:02d}")

    @property
    def rows_accounted(self) -> int:
        """The rows whose outcome is known; equals ``rows_read`` in a balanced line."""
        return self.rows_published + self.rows_withheld + self.rows_quarantined + self.rows_repeated


@dataclass(frozen=True)
class HourRead:
    """A published hour that a day was made of, such as ``2025-12-28T02``, and its version.

    The version is ``recorded_at`` of the hour's ledger line, empty where an older release wrote it.
    """

    hour: str
    recorded_at: str


@dataclass(frozen=True)
class TableRun:
    """What one run did to one derived table: a line of ``ops.table_runs``."""

    date: str
    hour: int | None
    run_id: str
    step: str
    table_name: str
    rows_published: int
    rows_withheld: int
    verdict: Verdict
    score: float | None
    seconds: float
    report: str
    recorded_at: str | None = None
    """As in a ``LedgerLine``."""
    hours_read: list[HourRead] | None = None
    """Of a table by the day: the published hours of its window; see ``contracts.windows``."""
    rows_derived: int | None = None
    """Counted before judging; None in lines of an older release, as in the next two."""
    rows_quarantined: int | None = None
    rows_unaccounted: int | None = None
    """Derived rows that are neither published, nor withheld, nor quarantined: 0 in a good line."""


@dataclass(frozen=True)
class JudgedTable:
    """What a run did to a table, and why."""

    run: TableRun
    judgement: Judgement

    @property
    def table_name(self) -> str:
        """The table, such as ``gold.flights``."""
        return self.run.table_name


@dataclass(frozen=True)
class JudgedRecords:
    """What a day of a table of records is worth, judged after it was written."""

    table_name: str
    rows: int
    judgement: Judgement


@dataclass(frozen=True)
class RunResult:
    """All that one run of the hourly step says of its hour, and of the tables derived from it."""

    ledger: LedgerLine
    judgement: Judgement
    quarantine_reasons: dict[str, int]
    tables: list[JudgedTable] = field(default_factory=list)


@dataclass(frozen=True)
class TablesResult:
    """All that one run of a step says of the tables that it derived, and of the day's records."""

    step: str
    date: str
    run_id: str
    seconds: float
    report: str
    tables: list[JudgedTable]
    records: list[JudgedRecords] = field(default_factory=list)

    @property
    def verdict(self) -> Verdict:
        """The worst of all verdicts."""
        judged: list[JudgedTable | JudgedRecords] = [*self.tables, *self.records]
        found = {each.judgement.verdict for each in judged}
        order: tuple[Verdict, ...] = ("rejected", "warning", "pass")
        return next((verdict for verdict in order if verdict in found), "no_data")


def result_key(step: str, period: Period, run_id: str) -> str:
    """Where a run's result lies; its report lies beside it with the ending ``.html``."""
    hour = "" if period.hour is None else f"hour={period.hour:02d}/"
    return f"{ROOT}/{step}/date={period.date}/{hour}{short_digest(run_id)}.json"


def report_key(step: str, period: Period, run_id: str) -> str:
    """Where a run's report lies."""
    return result_key(step, period, run_id).removesuffix(".json") + ".html"


def read_result(lake: Lake, step: str, hour: Hour, run_id: str) -> RunResult:
    """What a run said of its hour.

    Raises:
        FileNotFoundError: the run left no result, so its job did not end.
    """
    return from_json(RunResult, lake.read(result_key(step, hour, run_id)))


def read_tables_result(lake: Lake, step: str, day: Day, run_id: str) -> TablesResult:
    """What a run said of the tables that it derived.

    Raises:
        FileNotFoundError: the run left no result, so its job did not end.
    """
    return from_json(TablesResult, lake.read(result_key(step, day, run_id)))
