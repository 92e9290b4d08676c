"""The list of files that a new table needs is all that every table has, and all that names it."""

from __future__ import annotations

import re
import subprocess
from fnmatch import fnmatch
from pathlib import Path

import pytest
from flightlake.contracts.tables import DERIVED

REPO = Path(__file__).parents[2]
PAGE = (REPO / "docs/add-a-table.md").read_text()
REGISTRY = "jobs/flightlake/contracts/tables.py"
RIGHTS = "infra/terraform/modules/security/job_objects.tf"
LISTED = re.findall(r"^\d+\..*?(?=^\d+\.|^$)", PAGE, re.MULTILINE | re.DOTALL)
PATTERNS = re.findall(r"`([a-z][\w/.<>-]+\.\w+)`", "".join(LISTED))

# Documents are made of the registry, tests are about what they like, and these ask a table because
# somebody wanted to know something.
BY_CHOICE = (
    "*.md",
    "tests/*",
    ".github/*",
    "infra/athena/analyses/*.sql",
    "infra/local/flightlake_local/demo.py",
    "infra/local/flightlake_local/guide.sql",
    "jobs/flightlake/quality/facts.py",
    "jobs/flightlake/views/*.sql",
)
# A table that others are made of is named by them.
LEAVES = [
    table for table in DERIVED if not any(table.full_name in other.sources for other in DERIVED)
]
every_leaf = pytest.mark.parametrize("table", LEAVES, ids=lambda table: table.full_name)


def files_of(table):
    return {
        pattern.replace("<layer>", table.layer).replace("<table>", table.name)
        for pattern in PATTERNS
    }


def naming(name):
    found = subprocess.run(
        ["git", "grep", "-lE", name], cwd=REPO, capture_output=True, text=True, check=True
    )
    return set(found.stdout.splitlines())


def test_the_list_names_files():
    assert {REGISTRY, RIGHTS} < set(PATTERNS)
    assert len(PATTERNS) == 6


@pytest.mark.parametrize("table", DERIVED, ids=lambda table: table.full_name)
def test_every_table_has_every_file_of_the_list(table):
    assert [path for path in files_of(table) if not (REPO / path).exists()] == []
    assert f'"{table.name}"' in (REPO / REGISTRY).read_text()
    assert f'"{table.path}/*"' in (REPO / RIGHTS).read_text()


@every_leaf
def test_nothing_else_has_to_know_a_table(table):
    names = naming(rf"\b{table.layer}[./]{table.name}\b")
    others = {path for path in names if not any(fnmatch(path, choice) for choice in BY_CHOICE)}
    # The page of its DAG says what that writes.
    assert others - files_of(table) - {f"dags/{table.step}.py"} == set()
