"""What a judged hour leaves behind for people and for the DAG's gate: one JSON a run."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from flightlake.contracts.hours import Hour
from flightlake.contracts.storage import Lake

Verdict = Literal["pass", "warning", "rejected", "no_data"]
Severity = Literal["critical", "warning", "info"]

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

    @property
    def rows_accounted(self) -> int:
        """The rows whose whereabouts are known; equals ``rows_read`` in a balanced line."""
        return self.rows_published + self.rows_withheld + self.rows_quarantined + self.rows_repeated


@dataclass(frozen=True)
class RunResult:
    """All that one run of a step says of its hour."""

    ledger: LedgerLine
    judgement: Judgement
    quarantine_reasons: dict[str, int]

    def to_json(self) -> bytes:
        """The result as it is stored."""
        return json.dumps(asdict(self), indent=1, default=str).encode()

    @classmethod
    def from_json(cls, body: bytes) -> RunResult:
        """Parse a stored result."""
        content = json.loads(body)
        ledger, judgement = content["ledger"], content["judgement"]
        answers = [QuarantinedAnswer(**answer) for answer in ledger.pop("quarantined_answers")]
        results = [ExpectationResult(**result) for result in judgement.pop("results")]
        return cls(
            LedgerLine(**ledger, quarantined_answers=answers),
            Judgement(**judgement, results=results),
            content["quarantine_reasons"],
        )


def result_key(step: str, hour: Hour, run_id: str) -> str:
    """Where a run's result lies; its report lies beside it with the ending ``.html``."""
    # A run id holds characters that neither keys nor links like.
    digest = hashlib.sha256(run_id.encode()).hexdigest()[:12]
    return f"{ROOT}/{step}/date={hour.date}/hour={hour.hour:02d}/{digest}.json"


def report_key(step: str, hour: Hour, run_id: str) -> str:
    """Where a run's report lies."""
    return result_key(step, hour, run_id).removesuffix(".json") + ".html"


def read_result(lake: Lake, step: str, hour: Hour, run_id: str) -> RunResult:
    """What a run said of its hour.

    Raises:
        FileNotFoundError: the run left no result, so its job did not end.
    """
    return RunResult.from_json(lake.read(result_key(step, hour, run_id)))
