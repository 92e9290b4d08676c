"""The roles and the room of Spark jobs against what the code says of them."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import pytest
from flightlake.contracts.leases import FOLDER
from flightlake.contracts.tables import TABLES, derived_by, written_by

from tests.infra.terraform.made import Made, listed

REPO = Path(__file__).parents[3]
STEPS = ("states_hourly", "flights_daily", "reference_refresh")


@pytest.mark.parametrize("step", STEPS)
def test_a_job_writes_its_tables_and_no_others(step: str, made: Made) -> None:
    sources = [TABLES[name] for table in derived_by(step) for name in table.sources]
    # Tables of ref are born with rows, by whichever job needs them first.
    born = [table for table in sources if table.layer == "ref"]
    expected = {f"{table.path}/*" for table in [*written_by(step), *born]}
    found = objects_of(made, step, "s3:PutObject")
    assert {each for each in found if each.partition("/")[0] in LAYERS} == expected
    assert found - expected == {LEASE, "logs/emr/*", "reports/index.html", f"reports/{step}/*"}


@pytest.mark.parametrize("step", ["states_hourly", "flights_daily"])
def test_a_job_reads_what_its_tables_are_made_of(step: str, made: Made) -> None:
    sources = {f"{name.replace('.', '/')}/" for t in derived_by(step) for name in t.sources}
    found = objects_of(made, step, "s3:GetObject")
    assert not [each for each in sources if not any(each.startswith(f[:-1]) for f in found)]


def test_maintenance_removes_from_tables_and_nothing_else(made: Made) -> None:
    layers = {f"{layer}/*" for layer in LAYERS}
    assert objects_of(made, "lake_maintenance", "s3:DeleteObject") == layers
    written = objects_of(made, "lake_maintenance", "s3:PutObject")
    assert written - layers == {LEASE, "logs/emr/*", "reports/lake_maintenance/*"}


def test_who_writes_tables_may_take_the_lease_and_who_does_not_may_not(made: Made) -> None:
    writers = {
        step
        for step in (*STEPS, "export_table", "restore_table", "lake_maintenance")
        if LEASE in objects_of(made, step, "s3:PutObject")
    }
    assert writers == {*STEPS, "restore_table", "lake_maintenance"}
    # Nobody has to remove one: the bucket's lifecycle does.
    assert not any(LEASE in objects_of(made, step, "s3:DeleteObject") for step in writers)


def test_every_step_has_a_role(made: Made) -> None:
    steps = {path.stem for path in (REPO / "jobs/flightlake/steps").glob("*.py")}
    roles = {role["name"].partition("-job-")[2] for role in made.every("aws_iam_role")}
    dags = (REPO / "dags").glob("*.py")
    run = {path.stem for path in dags if "spark_step(" in path.read_text()}
    assert run <= steps
    assert {step.replace("_", "-") for step in run} <= roles


def test_the_application_has_room_for_every_profile(made: Made) -> None:
    [application] = made.every("aws_emrserverless_application")
    [most] = application["maximum_capacity"]
    for name, profile in json.loads((REPO / "dags/config/spark.json").read_text()).items():
        vcpu, memory_gb = room_of({key: item["value"] for key, item in profile.items()})
        assert vcpu <= number_of(most["cpu"]), name
        assert memory_gb <= number_of(most["memory"]), name


def test_a_warm_worker_is_as_large_as_the_hourly_job_asks_for() -> None:
    code = (REPO / "infra/terraform/modules/emr_serverless/application.tf").read_text()
    profile = json.loads((REPO / "dags/config/spark.json").read_text())["hour"]
    for role in ("Driver", "Executor"):
        warm = re.search(rf'{role} += \{{ .*cpu = "(\d+) vCPU", memory = "(\d+) GB" \}}', code)
        assert warm
        spark = {name: profile[f"spark.{role.lower()}.{name}"]["value"] for name in SIZES}
        assert warm[1] == spark["cores"]
        # The service adds the overhead of 10 % and rounds up to the next size, a whole GB.
        assert int(warm[2]) == math.ceil(1.1 * number_of(spark["memory"]))


LEASE = f"{FOLDER}/*"
SIZES = ("cores", "memory")
LAYERS = {table.layer for table in TABLES.values()}


def objects_of(made: Made, step: str, action: str) -> set[str]:
    """The keys in the lake that a job's role allows an action on."""
    [policy] = [
        statements
        for address, statements in made.policies().items()
        if address.endswith(f'aws_iam_role_policy.job["{step}"]')
    ]
    return {
        resource.partition("/")[2]
        for each in policy
        if action in listed(each["Action"])
        for resource in listed(each["Resource"])
        if "-lake-" in resource
    }


def room_of(conf: dict[str, str]) -> tuple[float, float]:
    """The vCPUs and the GB that a job takes with all of its executors."""
    executors = int(conf["spark.dynamicAllocation.maxExecutors"])
    vcpu = int(conf["spark.driver.cores"]) + executors * int(conf["spark.executor.cores"])
    overhead = conf.get("spark.driver.memoryOverhead")
    driver_gb = number_of(conf["spark.driver.memory"])
    driver_gb += number_of(overhead) if overhead else 0.1 * driver_gb
    return vcpu, driver_gb + executors * 1.1 * number_of(conf["spark.executor.memory"])


def number_of(text: str) -> float:
    """The number that a text begins with."""
    found = re.match(r"[\d.]+", text)
    assert found, text
    return float(found[0])
