"""The documents name only what is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flightlake_dags.settings import Settings

REPO = Path(__file__).parents[2]
PAGES = [*sorted(REPO.glob("*.md")), *sorted((REPO / "docs").glob("*.md"))]
FOLDERS = ("dags", "jobs", "plugins", "expectations", "infra", "tests", "docs")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_on_a_page_exists(page):
    text = page.read_text()
    named = set(re.findall(r"`((?:{})/[^`\s<>…*]*)`".format("|".join(FOLDERS)), text))
    linked = set(re.findall(r"\]\(([^)#:]+)\)", text))
    missing = [path for path in named if not (REPO / path).exists()]
    missing += [link for link in linked if not (page.parent / link).exists()]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_on_a_page_is_a_target_of_the_makefile(page):
    targets = set(re.findall(r"^([a-z-]+):", (REPO / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:`|^)make ([a-z-]+)", page.read_text(), re.MULTILINE))
    assert named <= targets


def test_every_setting_is_on_the_aws_page_and_no_other():
    page = (REPO / "docs/aws.md").read_text()
    named = set(re.findall(r"`FLIGHTLAKE_([A-Z_]+)`", page))
    assert named == {name.upper() for name in Settings.model_fields}


def test_what_is_set_up_on_github_is_all_that_delivering_asks_for():
    workflow = (REPO / ".github/workflows/deploy.yaml").read_text()
    page = (REPO / "docs/releases.md").read_text()
    section = page.split("## GitHub, once")[1].split("\n## ")[0]
    asked = set(re.findall(r"vars\.(\w+)", workflow))
    assert asked == set(re.findall(r"`([A-Z]+(?:_[A-Z]+)*)`", section)) - {"FORWARD"}
    for environment in ("dev", "staging", "prod"):
        assert f"`{environment}`" in section
    for page in ("docs/deploy.md", "docs/threat-model.md"):
        assert "releases.md#github-once" in (REPO / page).read_text()
    assert "docs/releases.md" in workflow


def test_the_table_of_mwaas_versions_counts_the_dags():
    page = (REPO / "docs/releases.md").read_text()
    rows = re.findall(r"^\| (3\.\d+\.\d+) \| [^|]+ \| (\d+) \|", page, re.MULTILINE)
    dags = len(list((REPO / "dags").glob("*.py")))
    assert dict(rows) == dict.fromkeys(("3.0.6", "3.2.1", "3.3.1"), str(dags))
