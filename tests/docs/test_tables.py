"""The table dictionary is what the registry, the schemas and the suites say."""

from __future__ import annotations

from pathlib import Path

from flightlake.contracts.tables import TABLES
from flightlake_local.dictionary import dictionary

PAGE = Path(__file__).parents[2] / "docs/tables.md"


def test_the_dictionary_is_as_make_docs_writes_it():
    assert PAGE.read_text() == dictionary(TABLES.values()), "docs/tables.md is old: run `make docs`"


def test_every_table_has_a_page_and_every_link_leads_to_one():
    page = PAGE.read_text()
    pages = {line.removeprefix("## ") for line in page.splitlines() if line.startswith("## ")}
    assert pages == set(TABLES)
    links = {part.split(")")[0] for part in page.split("](#")[1:]}
    assert links == {name.replace(".", "") for name in TABLES}
