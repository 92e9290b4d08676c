"""The runbooks are of one form, are all linked, and name only what there is."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session
import pytest
import sqlglot
from airflow.api_fastapi.core_api.datamodels.backfills import BackfillPostBody
from airflow.api_fastapi.core_api.datamodels.dag_run import TriggerDAGRunPostBody
from airflow.api_fastapi.core_api.datamodels.dags import DAGPatchBody
from airflow.api_fastapi.core_api.datamodels.task_instances import ClearTaskInstancesBody
from airflow.models import DagBag
from botocore import xform_name
from flightlake.contracts.leases import Lease
from flightlake.contracts.tables import REFERENCES, TABLES
from flightlake.contracts.views import views
from flightlake.quality.suites import load_suite
from flightlake.schemas import columns_of
from flightlake_dags.settings import Settings
from sqlglot.optimizer.qualify import qualify

REPO = Path(__file__).parents[2]
ON_CALL = REPO / "docs/on-call.md"
RUNBOOKS = sorted((REPO / "docs/runbooks").glob("*.md"))
NAMES = {
    "backlog",
    "credits-gone",
    "delta-commit-conflict",
    "gate-red",
    "job-failed",
    "lake-busy",
    "mwaa-update-stuck",
    "poll-blocked",
    "restore-a-table",
    "restore-the-lake",
    "rotate-credentials",
    "upgrade",
}
HEADINGS = [
    "What you see",
    "What it means",
    "What was done already",
    "What to do",
    "How to check it is well again",
]
GLOBAL_OPTIONS = {"query", "output", "region", "profile"}
# What the CLI has beyond the services' own operations.
S3_COMMANDS = {"cp", "ls", "sync"}
pages = pytest.mark.parametrize("page", [*RUNBOOKS, ON_CALL], ids=lambda page: page.stem)


@pytest.fixture(scope="module")
def dag_bag() -> DagBag:
    return DagBag(dag_folder=str(REPO / "dags"), include_examples=False)


def blocks(page: Path) -> Iterator[tuple[str, str]]:
    """Each fenced block: its language and its text."""
    pattern = r"^( *)```(\w+)\n(.*?)^\1```$"
    for _, language, text in re.findall(pattern, page.read_text(), re.MULTILINE | re.DOTALL):
        yield language, text


def commands(page: Path, program: str) -> list[list[str]]:
    """Every command line of a program, in words."""
    lines = [
        line.strip() for kind, text in blocks(page) if kind == "sh" for line in text.splitlines()
    ]
    return [shlex.split(line) for line in lines if line.split(" ")[0] == program]


def statements(page: Path) -> list[str]:
    asked = [text for kind, text in blocks(page) if kind == "sql"]
    return [sql for text in asked for sql in text.split(";") if sql.strip()]


@cache
def parser_of_airflow() -> Any:
    from airflow.cli import cli_parser

    return cli_parser.get_parser()


@cache
def schema() -> dict[str, dict[str, dict[str, str]]]:
    found: dict[str, dict[str, dict[str, str]]] = {}
    for table in TABLES.values():
        columns = {column.name: column.type for column in columns_of(table)}
        found.setdefault(table.layer, {})[table.name] = columns
    for view in views().values():
        names = sqlglot.parse_one(view.select, dialect="duckdb").named_selects
        found.setdefault(view.layer, {})[view.name] = dict.fromkeys(names, "string")
    return found


def test_there_are_exactly_these_runbooks_and_all_are_linked():
    assert {page.stem for page in RUNBOOKS} == NAMES
    linked = set(re.findall(r"\]\(runbooks/([a-z-]+)\.md", ON_CALL.read_text()))
    assert linked == NAMES


@pytest.mark.parametrize("page", RUNBOOKS, ids=lambda page: page.stem)
def test_a_runbook_has_the_headings_in_order_and_something_below_each(page):
    title, *sections = re.split(r"^## ", page.read_text(), flags=re.MULTILINE)
    assert title.startswith("# ")
    assert [section.partition("\n")[0] for section in sections] == HEADINGS
    assert all(len(section.partition("\n")[2].strip()) > 40 for section in sections)


@pages
def test_a_link_leads_to_a_page_and_to_a_heading_of_it(page):
    for target in re.findall(r"\]\(([^):]+)\)", page.read_text()):
        name, _, anchor = target.partition("#")
        linked = (page.parent / name) if name else page
        assert linked.exists(), target
        titles = re.findall(r"^#+ (.*)$", linked.read_text(), re.MULTILINE)
        anchors = {re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in titles}
        assert not anchor or anchor in anchors, target


@pages
def test_every_language_of_a_block_is_one_that_is_checked(page):
    assert {kind for kind, _ in blocks(page)} <= {"sh", "sql", "text", "json"}
    programs = {
        line.split()[0]
        for kind, text in blocks(page)
        if kind == "sh"
        for line in text.splitlines()
        if line.strip()
    }
    assert programs <= {"make", "aws", "airflow"}


@pages
def test_a_make_command_is_a_target_of_the_makefile(page):
    targets = set(re.findall(r"^([a-z-]+):", (REPO / "Makefile").read_text(), re.MULTILINE))
    named = {words[1] for words in commands(page, "make")}
    named |= set(re.findall(r"`make ([a-z-]+)", page.read_text()))
    assert named <= targets


@pages
def test_an_airflow_command_is_one_that_its_parser_takes_for_a_dag_that_is_there(page, dag_bag):
    for _, *words in commands(page, "airflow"):
        asked = parser_of_airflow().parse_args(words)
        if dag_id := getattr(asked, "dag_id", None):
            assert dag_id in dag_bag.dags, words
        if task_regex := getattr(asked, "task_regex", None):
            assert any(re.search(task_regex, task) for task in dag_bag.dags[dag_id].task_ids)
            # A gate that failed with its job is not asked again by itself.
            assert asked.downstream, words
        if conf := getattr(asked, "conf", None):
            assert set(json.loads(conf)) <= set(dag_bag.dags[dag_id].params), words
        if pool := getattr(asked, "pool", None):
            assert pool in json.loads((REPO / "dags/config/pools.json").read_text())


@pages
def test_an_aws_command_is_an_operation_with_its_own_options(page):
    session = botocore.session.get_session()
    for _, service, operation, *words in commands(page, "aws"):
        options = {word[2:] for word in words if word.startswith("--")} - GLOBAL_OPTIONS
        if service == "s3":
            assert operation in S3_COMMANDS
            continue
        model = session.get_service_model(service.removesuffix("api"))
        names = {xform_name(name, "-"): name for name in model.operation_names}
        assert operation in names, f"{service} {operation}"
        shape = model.operation_model(names[operation]).input_shape
        known = {xform_name(name, "-") for name in shape.members}
        # The CLI makes up a token itself.
        required = {
            xform_name(name, "-")
            for name in shape.required_members
            if not shape.members[name].metadata.get("idempotencyToken")
        }
        assert options <= known, options - known
        assert required <= options, required - options


@pages
def test_a_call_of_airflows_api_is_one_that_it_takes(page, dag_bag):
    bodies = {
        ("POST", "dagRuns"): TriggerDAGRunPostBody,
        ("POST", "clearTaskInstances"): ClearTaskInstancesBody,
        ("POST", "backfills"): BackfillPostBody,
        ("PATCH", "dags"): DAGPatchBody,
    }
    for words in commands(page, "aws"):
        if "invoke-rest-api" not in words:
            continue
        given = {word: words[i + 1] for i, word in enumerate(words) if word.startswith("--")}
        parts, body = given["--path"].strip("/").split("/"), json.loads(given["--body"])
        verb = parts[0] if given["--method"] == "PATCH" else parts[-1]
        bodies[given["--method"], verb].model_validate(body)
        dag = dag_bag.dags[parts[1] if parts[0] == "dags" else body["dag_id"]]
        assert set(body.get("task_ids", ())) <= set(dag.task_ids)
        assert set(body.get("conf", ())) <= set(dag.params)


@pages
def test_every_statement_is_of_tables_and_columns_that_are_there(page):
    for sql in statements(page):
        parsed = sqlglot.parse_one(sql, dialect="duckdb")
        qualify(parsed, schema=schema(), dialect="duckdb")
        for table in parsed.find_all(sqlglot.exp.Table):
            assert not table.db or f"{table.db}.{table.name}" in {*TABLES, *views()}


@pages
def test_every_table_task_column_and_setting_in_the_text_is_there(page, dag_bag):
    text = re.sub(r"^( *)```.*?^\1```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    code = re.findall(r"`([^`\n]+)`", text)
    dotted = {name for name in code if re.fullmatch(r"(silver|gold|ref|ops)\.\w+", name)}
    assert dotted <= set(TABLES) | set(views())
    settings = {name for name in code if re.fullmatch(r"FLIGHTLAKE_[A-Z_]+", name)}
    assert settings <= {f"FLIGHTLAKE_{name.upper()}" for name in Settings.model_fields}
    known = {column for layer in schema().values() for table in layer.values() for column in table}
    known |= set(dag_bag.dags) | {
        task for dag in dag_bag.dags.values() for task in [*dag.task_ids, *dag.params]
    }
    known |= {"opensky_default", *json.loads((REPO / "dags/config/pools.json").read_text())}
    known |= {field.name for field in fields(Lease)}
    known |= {"source_is_readable", "records_set_aside_are_listed", *PLACES} | expectations()
    words = {name for name in code if re.fullmatch(r"[a-z]+(_[a-z]+)+", name)}
    assert words <= known, words - known


PLACES = ("no_country_has_moved", "airports_are_where_aircraft_stood")


def expectations() -> set[str]:
    """The names of what tables must be."""
    names = [*TABLES, *(f"{table.full_name}_seen" for table in REFERENCES)]
    suites = map(load_suite, names)
    return {entry["meta"]["name"] for suite in suites for entry in suite["expectations"]}
