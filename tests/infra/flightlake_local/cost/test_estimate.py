"""The arithmetic of an estimate, from files that people change."""

from __future__ import annotations

import json
import shutil
from io import StringIO
from pathlib import Path

import pytest
from flightlake_dags.metrics import UNITS
from flightlake_local.cost.assumptions import (
    billed_s,
    environment_of,
    first_workers,
    parse_tfvars,
    read_assumptions,
)
from flightlake_local.cost.estimate import monthly_lines, stored_gb
from flightlake_local.cost.lines import number, total_usd
from flightlake_local.cost.show import show_cost
from flightlake_local.errors import LocalError
from rich.console import Console

REPO = Path(__file__).parents[4]
TFVARS = """\
# A comment. "quoted" = no value
region = "us-east-1" # and one behind a value

network = {
  availability_zones = ["a", "b", "c"]
  has_nat            = false
  interface_services = ["sts", "kms"]
}
storage = {
  replica_region = "us-west-2"
  lifecycle_days = {
    raw_infrequent_access = 40
    raw_glacier           = 50
  }
}
airflow               = { environment_class = "mw1.large" }
poll                  = {
  seconds = 60
}
log_retention_days    = 7
athena_max_scanned_gb = 3
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of what an estimate reads, with no Terraform code."""
    for name in ("infra/cost/assumptions.json", "dags/config/prices.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPO / name, tmp_path / name)
    return tmp_path


def change(root: Path, *keys: str, value: object) -> None:
    path = root / "infra/cost/assumptions.json"
    content = json.loads(path.read_text())
    place = content
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    path.write_text(json.dumps(content))


def month(root: Path, name: str) -> dict[tuple[str, str], float]:
    known = read_assumptions(root)
    lines = monthly_lines(environment_of(known, name), known)
    return {(line.service, line.item): line.usd for line in lines}


def test_an_hourly_job_costs_its_workers_for_the_seconds_that_are_billed(root):
    known = read_assumptions(root)
    workers, seconds = first_workers("hour"), billed_s(known, "hour")
    assert (workers.vcpus, workers.memory_gb) == (3, 12)
    found = month(root, "prod")
    hours = 24 * 365 / 12 * seconds / 3600
    assert found["EMR Serverless", "states_hourly, vCPU"] == round(hours * 3 * 0.052624, 2)
    assert found["EMR Serverless", "states_hourly, memory"] == round(hours * 12 * 0.0057785, 2)


def test_a_short_job_is_billed_for_a_minute(root):
    change(root, "measured", "hour_job_s", "value", value=0)
    change(root, "assumed", "job_start_s", "value", value=5)
    assert billed_s(read_assumptions(root), "hour") == 60


def test_raw_data_move_to_cheaper_storage_with_their_age(root):
    known = read_assumptions(root)
    prod = environment_of(known, "prod")
    a_day = 960 * 11_500 * 40.1 / 1e9
    for day, standard, cool, cold in ((10, 10, 0, 0), (60, 30, 30, 0), (365, 30, 60, 275)):
        stored = stored_gb(prod, known, day)
        assert stored["raw, Standard"] == pytest.approx(standard * a_day)
        assert stored["raw, Infrequent Access"] == pytest.approx(cool * a_day)
        assert stored["raw, Glacier Instant Retrieval"] == pytest.approx(cold * a_day)


def test_every_metric_that_the_dags_send_is_paid_for_and_no_other(root):
    assert month(root, "prod")["CloudWatch", "metrics"] == round(len(UNITS) * 0.3, 2)


def test_flow_logs_are_paid_for_when_they_come_and_while_they_are_kept(root):
    found = month(root, "prod")
    assert found["CloudWatch", "flow logs"] == 2 * 0.5
    assert found["CloudWatch", "kept flow logs"] == round(2 * 12 * 90 / 365 * 0.03, 2)


def test_an_environment_without_endpoints_pays_for_none_and_goes_out_through_nat(root):
    items = month(root, "dev")
    assert ("Network", "endpoints") not in items
    assert ("Network", "AWS's calls through NAT") in items
    assert month(root, "staging")["Network", "endpoints"] == round(12 * 2 * 730 * 0.01, 2)


def test_a_replica_is_paid_for_once_more_and_its_way_where_there_is_one(root):
    known, items = read_assumptions(root), month(root, "prod")
    for name in ("Standard", "Infrequent Access", "Glacier Instant Retrieval"):
        assert items["S3", f"replica, {name}"] == items["S3", f"raw, {name}"]
    gb_a_month = 960 * 11_500 * 40.1 * 365 / 12 / 1e9
    assert items["S3", "replica, transfer"] == round(gb_a_month * 0.02, 2)
    assert items["S3", "replica, within 15 minutes"] == round(gb_a_month * 0.015, 2)
    assert items["CloudWatch", "metrics of the replica"] == 2 * 4 * 0.3
    change(root, "environments", "prod", "is_replicated", value=False)
    without = month(root, "prod")
    assert {item for _, item in set(items) - set(without)} == {
        item for _, item in items if "replica" in item
    }
    assert not any("replica" in item for _, item in without)
    assert known["replication_rules"] == 2


def test_the_sizes_are_those_of_the_terraform_code_where_it_is_there(root):
    before = environment_of(read_assumptions(root), "dev")
    folder = root / "infra/terraform/envs/dev"
    folder.mkdir(parents=True)
    (folder / "terraform.tfvars").write_text(TFVARS)
    found = environment_of(read_assumptions(root), "dev")
    assert (found.mwaa_class, found.poll_seconds, found.has_nat) == ("mw1.large", 60, False)
    assert (found.zones, found.endpoints, found.athena_max_scanned_gb) == (3, 2, 3)
    assert (found.infrequent_access_after_days, found.glacier_after_days) == (40, 50)
    assert (before.is_replicated, found.is_replicated) == (False, True)
    assert found.athena_queries_a_day == before.athena_queries_a_day
    assert environment_of(read_assumptions(root), "prod").zones == 2


def test_an_environment_that_names_no_endpoints_has_those_of_the_code():
    values = parse_tfvars(TFVARS)
    assert values["network"]["availability_zones"] == ["a", "b", "c"]
    assert values["region"] == "us-east-1"
    assert parse_tfvars("a = []\nb = true\n") == {"a": [], "b": True}


def test_an_environment_that_is_not_there_is_an_error_that_lists_those_that_are(root):
    with pytest.raises(
        LocalError, match=r"no environment 'test'; there are dev, staging, prod: make"
    ):
        environment_of(read_assumptions(root), "test")


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_what_is_printed_fits_and_has_every_line_the_total_and_the_assumptions(name):
    stream = StringIO()
    show_cost(name, REPO, Console(file=stream, width=100))
    text = stream.getvalue()
    assert max(map(len, text.splitlines())) <= 100
    known = read_assumptions(REPO)
    lines = monthly_lines(environment_of(known, name), known)
    assert f"${total_usd(lines):,.2f} a month" in text
    for line in lines:
        assert f"{line.usd:,.2f}" in text
    for assumption in known.assumed:
        assert assumption.replace("_", " ") in text


def test_a_number_keeps_the_digits_that_a_reader_needs():
    assert number(0.0057785) == "0.0057785"
    assert number(1_000_000_000) == "1,000,000,000"
    assert (number(0.1), number(40), number(0)) == ("0.1", "40", "0")
