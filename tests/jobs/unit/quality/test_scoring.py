import pytest
from flightlake.quality.scoring import judgement_of, score_of, verdict_of


@pytest.mark.parametrize(
    ("is_met", "unexpected_share", "score"),
    [(True, None, 100), (True, 0.02, 100), (False, 0.25, 75), (False, 1.0, 0), (False, None, 0)],
)
def test_an_expectation_scores_the_share_of_rows_that_meet_it(is_met, unexpected_share, score):
    assert score_of(is_met, unexpected_share) == score


@pytest.mark.parametrize(
    ("unmet", "verdict"),
    [
        ([], "pass"),
        (["info"], "warning"),
        (["warning"], "warning"),
        (["warning", "critical"], "rejected"),
    ],
)
def test_the_worst_unmet_severity_decides(found, unmet, verdict):
    results = [found(), *(found(severity=severity, is_met=False) for severity in unmet)]
    assert verdict_of(results) == verdict


def test_a_suite_that_decided_nothing_lets_nothing_pass():
    assert judgement_of([]).verdict == "rejected"
    assert judgement_of([]).score is None


def test_dimensions_weigh_alike_however_many_expectations_they_have(found):
    results = [
        *(found(dimension="validity", score=100.0) for _ in range(9)),
        found(dimension="validity", score=0.0),
        found(dimension="timeliness", score=50.0),
    ]

    judgement = judgement_of(results)

    assert judgement.dimension_scores == {"validity": 90.0, "timeliness": 50.0}
    assert judgement.score == 70.0
