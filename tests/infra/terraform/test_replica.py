"""What the runbook of a lost lake and the page of costs say, against the replica that is made."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flightlake_local.cost.assumptions import parse_tfvars, read_assumptions

from infra.terraform.check import TERRAFORM, Outcome
from tests.infra.terraform.made import Made

REPO = Path(__file__).parents[3]
# Wherever its lines break.
RUNBOOK = " ".join((REPO / "docs/runbooks/restore-the-lake.md").read_text().split())
REPLICATED = ("staging", "prod")

MakeEnvironment = Callable[[str], Made]


@pytest.fixture(scope="session")
def make(tested: Callable[[str], Outcome]) -> MakeEnvironment:
    return lambda name: Made(tested(f"envs/{name}").states[name])


def test_dev_replicates_nothing(make: MakeEnvironment) -> None:
    assert make("dev").none("aws_s3_bucket_replication_configuration")
    assert "dev replicates nothing" in RUNBOOK


@pytest.mark.parametrize("name", REPLICATED)
def test_the_recovery_point_is_what_is_configured(name: str, make: MakeEnvironment) -> None:
    said = re.search(
        r"\*\*Recovery point\*\*: (\d+) minutes in staging and prod.*"
        r" every (\d+) s that is (\d+) answers",
        RUNBOOK,
    )
    assert said
    minutes, poll_s, answers = map(int, said.groups())
    destinations = [rule["destination"][0] for rule in rules_of(make(name))]
    assert {each["replication_time"][0]["time"][0]["minutes"] for each in destinations} == {minutes}
    assert {each["replication_time"][0]["status"] for each in destinations} == {"Enabled"}
    assert values_of(name)["poll"]["seconds"] == poll_s
    assert minutes * 60 / poll_s == answers


@pytest.mark.parametrize("name", REPLICATED)
def test_what_the_runbook_replicates_is_replicated(name: str, make: MakeEnvironment) -> None:
    made = make(name)
    assert {rule["filter"][0]["prefix"] for rule in rules_of(made)} == {"raw/", "costs/"}
    alarms = alarms_of(made)
    assert len(alarms) == 2 * len(rules_of(made)) == 4
    assert "Two alarms for each of the two rules" in RUNBOOK
    assert {alarm["threshold"] for alarm in alarms} == {0, 15 * 60}


def test_the_runbook_names_the_replica_of_prod(make: MakeEnvironment) -> None:
    values, made = values_of("prod"), make("prod")
    named = re.search(r"`(flightlake-prod-replica-)<account>` in `([a-z0-9-]+)`", RUNBOOK)
    assert named
    assert f"{named[1]}{values['account_id']}" in {b["bucket"] for b in made.every("aws_s3_bucket")}
    assert named[2] == values["storage"]["replica_region"]
    assert set(re.findall(r"--region ([a-z0-9-]+)", RUNBOOK)) == {named[2]}
    aliases = {alias["name"] for alias in made.every("aws_kms_alias")}
    assert set(re.findall(r"--key-id (\S+)", RUNBOOK)) <= aliases


def test_the_new_environment_takes_over_what_an_account_has_once(
    tested: Callable[[str], Outcome],
) -> None:
    planned = tested("envs/prod").planned["the_replica_goes_on_as_the_lake"]
    assert "module.stack.module.delivery.aws_iam_role.deployer" in planned
    assert not [each for each in planned if "aws_iam_openid_connect_provider" in each]
    assert "`github.has_provider = true`" in RUNBOOK


@pytest.mark.parametrize("name", REPLICATED)
def test_the_costs_count_the_rules_and_alarms_that_are_made(
    name: str, make: MakeEnvironment
) -> None:
    known, made = read_assumptions(REPO), make(name)
    assert known.environments[name].is_replicated
    assert known["replication_rules"] == len(rules_of(made))
    assert known["replication_alarms_a_rule"] == len(alarms_of(made)) / len(rules_of(made))


def rules_of(made: Made) -> list[dict[str, Any]]:
    """The rules that an environment replicates by."""
    [configuration] = made.every("aws_s3_bucket_replication_configuration")
    return list(configuration["rule"])


def alarms_of(made: Made) -> list[dict[str, Any]]:
    """The alarms of an environment that look at S3's own metrics."""
    alarms = made.every("aws_cloudwatch_metric_alarm")
    return [alarm for alarm in alarms if alarm["namespace"] == "AWS/S3"]


def values_of(name: str) -> dict[str, Any]:
    """The values of an environment."""
    return parse_tfvars((TERRAFORM / f"envs/{name}/terraform.tfvars").read_text())
