"""What a job run may write where its role may write more, out of what the DAGs submit."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from airflow.models import DagBag
from flightlake.contracts.exports import ExportRequest, folder_of, manifest_key
from flightlake.contracts.restores import record_key
from flightlake.contracts.tables import TABLES
from flightlake_dags.session_policy import MAX_LENGTH
from flightlake_dags.settings import get_settings

LAKE = "flightlake-prod-lake-000000000003"
RESTORE = {"table": "gold.flights", "version": "41"}
EXPORT = {"table": "gold.flights", "from": "2025-12-28", "to": "2025-12-29", "format": "geojson"}
LOG = "logs/emr/applications/a/jobs/j/SPARK_DRIVER/stdout.gz"

Policies = Callable[[str, dict[str, str]], dict[str, Any]]


@pytest.fixture
def on_s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("FLIGHTLAKE_LAKE_URL", f"s3://{LAKE}")
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


@pytest.fixture
def config_of(root: Path, load_dags: ModuleType, on_s3: None) -> Policies:
    """What a step's job run is started with besides its code, for some params."""

    def rendered(step: str, params: dict[str, str]) -> dict[str, Any]:
        dag = DagBag(dag_folder=str(root / f"dags/{step}.py")).dags[step]
        context = load_dags.context_of(dag)
        context["params"] |= params
        fields = load_dags.rendered(dag.get_task(step), context)
        config: dict[str, Any] = fields["config"]
        return config

    return rendered


@pytest.fixture
def may(config_of: Policies) -> Callable[[str, dict[str, str]], Callable[[str, str], bool]]:
    """Whether the run of a step with some params may do an action to a key of the lake."""

    def of_run(step: str, params: dict[str, str]) -> Callable[[str, str], bool]:
        policy = json.loads(config_of(step, params)["executionIamPolicy"]["policy"])
        assert {each["Effect"] for each in policy["Statement"]} == {"Allow"}

        def may_do(action: str, key: str) -> bool:
            arn = f"arn:aws:s3:::{LAKE}/{key}"
            return any(
                fnmatchcase(arn, resource)
                for each in policy["Statement"]
                if action in each["Action"]
                for resource in (
                    [each["Resource"]] if each["Resource"] == "*" else each["Resource"]
                )
            )

        return may_do

    return of_run


def test_a_restore_writes_its_table_its_record_and_its_logs(may) -> None:
    may_do = may("restore_table", RESTORE)
    record = record_key(TABLES["gold.flights"], "manual__2025-12-29T02:00:00+00:00")
    for key in (
        "gold/flights/_delta_log/00000000000000000042.json",
        "gold/flights/_delta_log/_last_checkpoint",
        record,
        LOG,
    ):
        assert may_do("s3:PutObject", key), key


def test_a_restore_writes_nothing_of_another_table(may) -> None:
    may_do = may("restore_table", RESTORE)
    others = [table for table in TABLES.values() if table.full_name != "gold.flights"]
    keys = [f"{table.path}/_delta_log/00000000000000000042.json" for table in others]
    keys += [record_key(table, "another run") for table in others]
    keys += ["gold/flights_by_hand/a.parquet", "raw/states/a.json.gz", "reports/index.html"]
    assert len(others) > 10
    assert not [k for k in keys for action in ("Put", "Delete") if may_do(f"s3:{action}Object", k)]


def test_an_export_writes_its_own_folder_and_no_other(may) -> None:
    export_id = ExportRequest.parse(EXPORT).export_id
    another = ExportRequest.parse({**EXPORT, "format": "csv"}).export_id
    may_do = may("export_table", EXPORT)
    for action in ("s3:PutObject", "s3:DeleteObject"):
        assert may_do(action, manifest_key(export_id))
        assert may_do(action, f"{folder_of(export_id)}/part-all-0001.geojson")
        assert not may_do(action, manifest_key(another))
        assert not may_do(action, "gold/flights/_delta_log/00000000000000000042.json")
    assert may_do("s3:PutObject", LOG)


@pytest.mark.parametrize(("step", "params"), [("restore_table", RESTORE), ("export_table", EXPORT)])
def test_all_is_read_that_the_role_may_read(step: str, params: dict[str, str], may) -> None:
    may_do = may(step, params)
    for table in TABLES.values():
        assert may_do("s3:GetObject", f"{table.path}/a.parquet")
    for action in ("s3:ListBucket", "s3:GetBucketLocation", "kms:Decrypt", "kms:GenerateDataKey"):
        assert may_do(action, "")


def test_the_service_takes_the_longest_policy(config_of: Policies, monkeypatch) -> None:
    longest = max(TABLES, key=len)
    monkeypatch.setenv("FLIGHTLAKE_LAKE_URL", f"s3://{'b' * 63}")
    get_settings.cache_clear()
    times = {"from": "2025-12-28", "to": "2025-12-29"}
    tables = [name for name, table in TABLES.items() if "date" in table.partitions]
    for step, params in (
        ("restore_table", {"table": longest, "version": "41"}),
        ("export_table", {"table": max(tables, key=len), "format": "parquet", **times}),
    ):
        policy = config_of(step, params)["executionIamPolicy"]["policy"]
        assert len(policy) <= MAX_LENGTH
        # What the service's pattern allows: no line breaks.
        assert all(" " <= character <= "ÿ" for character in policy)


@pytest.mark.parametrize("step", ["lake_maintenance", "states_hourly"])
def test_a_step_that_may_write_what_it_writes_has_its_role_alone(
    step: str, config_of: Policies
) -> None:
    assert "executionIamPolicy" not in config_of(step, {})


def test_a_lake_in_local_files_has_no_policy(dag_bag: DagBag) -> None:
    for step in ("restore_table", "export_table"):
        assert "executionIamPolicy" not in dag_bag.dags[step].get_task(step).config
