"""export_table around its Spark job: what is asked, and what becomes of the run."""

from __future__ import annotations

import copy
import json
from types import ModuleType
from typing import Any

import pytest
from airflow.models import DagBag
from flightlake.contracts.exports import ExportRequest, Manifest, Part, manifest_key
from flightlake.contracts.json_codec import to_json
from flightlake.contracts.storage import Lake
from flightlake_dags.compat import AirflowFailException
from flightlake_dags.exports import require_delivery, require_request

ASKED: dict[str, Any] = {
    "table": "silver.state_vectors",
    "from": "2025-12-28T02",
    "to": "2025-12-28T03",
    "area": None,
    "columns": "icao24,callsign",
    "format": "csv",
}
REQUEST = ExportRequest.parse(ASKED)


@pytest.fixture
def params(dag_bag: DagBag) -> Any:
    """The params of the DAG, as a run by hand has them."""
    # Resolving a param changes it.
    return copy.deepcopy(dag_bag.dags["export_table"].params)


def leave(lake: Lake, **changes: Any) -> None:
    """The manifest that the job would leave."""
    parts = [Part("part-2025-12-28T02-0001.csv", "2025-12-28T02", 1234, 4096, "0")]
    manifest = Manifest(REQUEST.export_id, REQUEST.fields, parts=parts, **changes)
    lake.write(manifest_key(REQUEST.export_id), to_json(manifest))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("table", "silver.nope"),
        ("from", "28.12.2025"),
        ("to", "2025-12-28T02:30"),
        ("area", "45.8 5.9 47.9 10.6"),
        ("columns", "icao24; DROP TABLE x"),
        ("format", "xlsx"),
    ],
)
def test_a_param_that_is_not_of_its_form_is_refused_by_airflow(
    params: Any, name: str, value: str
) -> None:
    param = params.get_param(name)
    assert param.resolve(ASKED[name]) == ASKED[name]
    with pytest.raises(Exception, match=f"Invalid input for param|{value}"):
        param.resolve(value)


def test_the_job_is_told_what_was_asked(dag_bag: DagBag, load_dags: ModuleType) -> None:
    dag = dag_bag.dags["export_table"]
    context = load_dags.context_of(dag)
    context["params"] |= ASKED
    fields = load_dags.rendered(dag.get_task("export_table"), context)
    step, *arguments = fields["job_driver"]["sparkSubmit"]["entryPointArguments"]
    options = dict(zip(arguments[::2], arguments[1::2], strict=True))
    assert (step, options["--run-id"]) == ("export_table", context["run_id"])
    assert ExportRequest.parse(json.loads(options["--request"])) == REQUEST


def test_an_export_reads_only_so_it_waits_for_no_writer(dag_bag: DagBag) -> None:
    task = dag_bag.dags["export_table"].get_task("export_table")
    assert task.pool == "default_pool"
    assert task.upstream_task_ids == {"request"}
    assert task.downstream_task_ids == {"delivery"}


def test_what_cannot_be_exported_fails_before_spark_starts(lake: Lake) -> None:
    with pytest.raises(AirflowFailException, match=r"say from and to.* Nothing was exported"):
        require_request({**ASKED, "from": None})
    with pytest.raises(AirflowFailException, match=r"has not been written yet.* run states_hourly"):
        require_request(ASKED)
    lake.write("silver/state_vectors/_delta_log/00000000000000000000.json", b"{}")
    assert require_request(ASKED) == REQUEST.export_id


def test_the_log_ends_with_where_the_export_lies_and_how_much_it_is(
    lake: Lake, caplog: pytest.LogCaptureFixture
) -> None:
    leave(lake, is_complete=True)
    place = lake.url_of(f"exports/{REQUEST.export_id}")
    with caplog.at_level("INFO"):
        found = require_delivery(ASKED)
    assert found == {"url": place, "rows": 1234, "size_bytes": 4096}
    assert caplog.messages[-1] == f"1,234 rows, 4.0 kB, 1 file: {place}"


def test_an_export_that_was_stopped_fails_with_its_reason_and_is_not_tried_again(
    lake: Lake,
) -> None:
    leave(lake, stopped="It is too large. Ask for an area.")
    with pytest.raises(AirflowFailException, match="It is too large"):
        require_delivery(ASKED)
    leave(lake)
    with pytest.raises(AirflowFailException, match="left no complete export"):
        require_delivery(ASKED)
