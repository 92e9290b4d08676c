"""The threat model: every threat has an answer, and every answer a file that is there."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

REPO = Path(__file__).parents[2]
PAGE = (REPO / "docs/threat-model.md").read_text()
DRAWING = REPO / "docs/images/trust-boundaries.svg"
THREATS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if line.startswith("| ") and not line.startswith("| threat")
]
KINDS = {"spoofing", "tampering", "repudiation", "disclosure", "denial of service", "elevation"}


@pytest.mark.parametrize("threat", THREATS, ids=lambda threat: threat[0])
def test_a_threat_has_a_kind_an_answer_and_proof_that_is_there(threat):
    what, answer, proof = threat
    assert re.search(r"\((.+)\)$", what)[1] in KINDS
    assert answer
    paths = re.findall(r"`([^`]+)`", proof)
    assert paths
    assert [path for path in paths if not (REPO / path).exists()] == []
    # Nothing is proved beside the paths, where no test would look.
    assert re.sub(r"`[^`]+`|[, ]", "", proof) == ""


def test_every_kind_of_threat_was_thought_of():
    assert {re.search(r"\((.+)\)$", what)[1] for what, *_ in THREATS} == KINDS


def test_the_drawing_has_the_boundaries_of_the_page_and_loads_nothing():
    boundaries = set(re.findall(r"^## (\d)\.", PAGE, re.MULTILINE))
    root = ElementTree.fromstring(DRAWING.read_text())  # noqa: S314 (it is ours)
    drawn = {text.text for text in root.iter() if text.get("class") == "number"}
    assert boundaries == drawn
    text = DRAWING.read_text().replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?:|@import|<script|<image|<foreignObject|url\((?!#)", text)


def test_security_says_where_to_report_and_what_is_not_promised():
    page = (REPO / "SECURITY.md").read_text()
    for heading in ("## Reporting", "## Supported versions", "## What is promised"):
        assert heading in page
    assert "docs/threat-model.md" in page
