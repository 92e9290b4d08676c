"""The lists on the page about SQL are those of the files."""

from __future__ import annotations

from pathlib import Path

from flightlake.contracts.views import views
from flightlake_local.analyses import analyses, page

PAGE = Path(__file__).parents[2] / "docs/athena.md"


def test_the_page_lists_every_view_and_analysis_as_make_docs_does():
    text = PAGE.read_text()
    assert text == page(text), "docs/athena.md is old: run `make docs`"
    for analysis in analyses():
        assert analysis.question in text
    for name in views():
        assert f"`{name}`" in text
