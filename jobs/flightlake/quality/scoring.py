"""From results to a verdict and scores, by rules that fit on one page.

- An expectation that is met scores 100. One that is not scores 100 times the share of rows that
  meet it, or 0 where it is about the table as a whole or raised an exception.
- A dimension scores the mean of its expectations; the overall score is the mean of the dimensions,
  so that a dimension with few expectations weighs as much as one with many.
- The verdict comes from severities, never from the score: one repeated key among a million rows
  hardly moves the score, and still must not be published.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean

from flightlake.contracts.results import ExpectationResult, Judgement, Verdict


def score_of(is_met: bool, unexpected_share: float | None) -> float:
    """The score of one expectation, 0 to 100; the share (0 to 1) is None for a whole table."""
    if is_met:
        return 100.0
    return 0.0 if unexpected_share is None else 100.0 * (1.0 - unexpected_share)


def verdict_of(results: Sequence[ExpectationResult]) -> Verdict:
    """Rejected if anything critical is unmet, an exception included; warning if anything else is.

    A suite without results decided nothing, so its rows must not pass.
    """
    unmet = {result.severity for result in results if not result.is_met}
    if "critical" in unmet or not results:
        return "rejected"
    return "warning" if unmet else "pass"


def judgement_of(results: Sequence[ExpectationResult]) -> Judgement:
    """The judgement that a suite's results amount to."""
    dimensions = {result.dimension: None for result in results}
    scores = {
        dimension: mean(result.score for result in results if result.dimension == dimension)
        for dimension in dimensions
    }
    return Judgement(
        verdict=verdict_of(results),
        score=mean(scores.values()) if scores else None,
        dimension_scores=scores,
        results=list(results),
    )
