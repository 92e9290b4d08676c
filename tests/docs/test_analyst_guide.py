"""The analyst's guide says what its statements answer on its lake."""

from __future__ import annotations

from pathlib import Path

import pytest
from flightlake.contracts.storage import Lake
from flightlake_local.guide import PAGE, guide, questions
from flightlake_local.guide_lake import fill
from flightlake_local.settings import LakeKind, LocalSettings

REPO = Path(__file__).parents[2]


def test_a_question_is_a_heading_words_and_a_statement_that_fits_into_a_shells_quotes():
    asked = questions()
    assert len(asked) >= 12
    assert all(each.title.endswith("?") for each in asked)
    assert all(each.sql.startswith("SELECT") for each in asked)
    assert [each.title for each in asked if set('"$`\\') & set(each.sql)] == []


@pytest.fixture
def settings(spark, tmp_path):
    """A state folder whose lake is filled by the real steps."""
    settings = LocalSettings(state_dir=tmp_path, lake=LakeKind.FILE)
    fill(spark, Lake(settings.lake_url))
    return settings


def test_the_guide_is_as_make_guide_writes_it(settings):
    assert (REPO / PAGE).read_text() == guide(settings), f"{PAGE} is old: run `make guide`"
