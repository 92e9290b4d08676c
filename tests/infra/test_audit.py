"""``make audit``: what counts as found, as harmless, and as not looked at."""

from __future__ import annotations

import importlib.util
import subprocess
import sys

import pytest
from flightlake_local.settings import ROOT

SECRET = {"type": "Secret Keyword", "hashed_secret": "0" * 40, "line_number": 7}
KEY = SECRET | {"type": "AWS Access Key"}


@pytest.fixture
def audit(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "infra/local")
    spec = importlib.util.spec_from_file_location("audit", ROOT / "infra/local/audit.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def locked(name, *weaknesses):
    return {
        "name": name,
        "version": "1.0",
        "vulns": [{"id": each, "fix_versions": ["1.1"]} for each in weaknesses],
    }


UNKNOWN = {"name": "unknown", "skip_reason": "Dependency not found"}


def test_a_weakness_names_the_package_and_what_mends_it(audit):
    found = audit.weaknesses_of([locked("fine"), locked("weak", "CVE-1"), UNKNOWN])
    assert found == ["weak 1.0: CVE-1, mended in 1.1"]


def test_a_weakness_that_is_accepted_is_none(audit, monkeypatch):
    monkeypatch.setitem(audit.ACCEPTED, "CVE-1", "MWAA dictates the version")
    assert audit.weaknesses_of([locked("weak", "CVE-1", "CVE-2")]) == [
        "weak 1.0: CVE-2, mended in 1.1"
    ]


def test_an_index_that_knows_nothing_is_no_clean_bill(audit):
    with pytest.raises(audit.SkippedError, match="knows nothing about 2 packages"):
        audit.weaknesses_of([UNKNOWN, UNKNOWN])


def test_a_made_up_login_is_harmless_in_tests_only_and_a_key_nowhere(audit):
    found = {"tests/a.py": [SECRET, KEY], "dags/b.py": [SECRET]}
    places = [line.split(" (")[0] for line in audit.secrets_of(found)]
    assert places == ["dags/b.py:7: Secret Keyword", "tests/a.py:7: AWS Access Key"]


def test_what_was_judged_to_be_no_secret_stays_judged(audit):
    known = next(iter(audit.NOT_SECRET))
    assert audit.secrets_of({"dags/b.py": [SECRET | {"hashed_secret": known}]}) == []


@pytest.mark.parametrize(("options", "code"), [([], 0), (["--strict"], 1)])
def test_what_cannot_be_looked_at_is_said_and_fails_only_where_it_must(
    audit, monkeypatch, capsys, options, code
):
    def unreachable():
        raise audit.SkippedError("the index is down")

    monkeypatch.setattr(sys, "argv", ["audit.py", *options])
    monkeypatch.setattr(audit, "install_programs", unreachable)
    assert audit.main() == code
    assert capsys.readouterr().out.count("Skipped") == len(audit.CHECKS)


@pytest.fixture
def clone(audit, monkeypatch, tmp_path):
    """A repository that the real tools look at."""
    tools = audit.FOLDER / "bin"
    if not (tools / "zizmor").exists():
        pytest.skip("the tools are not installed: `make audit`")
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    monkeypatch.setattr(audit, "ROOT", tmp_path)
    monkeypatch.setattr(audit, "WORKFLOWS", tmp_path / ".github/workflows")

    def add(name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        subprocess.run(["git", "add", name], cwd=tmp_path, check=True)
        return tools

    return add


def test_a_key_that_is_tracked_is_found_and_not_shown(audit, clone):
    # In two parts, so that this file holds none.
    key = "AKIA" + "Z7QH2LMN4RSTUVWX"
    found = audit.find_secrets(clone("dags/config/prices.json", f'{{"key": "{key}"}}\n'))
    assert [line.split(" (")[0] for line in found] == ["dags/config/prices.json:1: AWS Access Key"]
    assert key not in str(found)


def test_a_script_that_a_stranger_can_write_into_is_found(audit, clone):
    workflow = """\
on: issues
permissions: {}
jobs:
  greet:
    runs-on: ubuntu-24.04
    steps:
      - run: echo "${{ github.event.issue.title }}"
"""
    found = audit.find_careless_workflows(clone(".github/workflows/greet.yaml", workflow))
    assert any(line.startswith("template-injection") for line in found)
