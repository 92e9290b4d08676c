"""Who may do what, and what is encrypted, over all that an environment is made of."""

from __future__ import annotations

import json

import pytest

from tests.infra.terraform.conftest import PLANTED
from tests.infra.terraform.made import (
    Made,
    Statement,
    listed,
    public_grants,
    unbounded_resources,
    wildcard_actions,
)
from tests.planted import places


def test_no_action_is_a_wildcard(made: Made) -> None:
    assert wildcard_actions(made.statements()) == []


def test_no_state_holds_a_secret_of_the_shell_that_it_was_made_in(made: Made) -> None:
    # The connection's secret is made empty: a person fills it in, past Terraform.
    assert made.none("aws_secretsmanager_secret_version")
    state = made.text()
    with_it = json.dumps([state, {"value": PLANTED}])
    texts = {"as it is": state.encode(), "with it": with_it.encode()}
    assert places(PLANTED, texts) == ["with it"]


def test_every_right_is_written_here(made: Made) -> None:
    # What AWS's own policies grant is more than anyone here needs, and changes without notice.
    assert made.none("aws_iam_role_policy_attachment")
    assert made.none("aws_iam_policy_attachment")
    assert made.none("aws_iam_user")


def test_nothing_is_granted_to_everyone(made: Made) -> None:
    assert public_grants(made.statements()) == []
    assert made.none("aws_s3_bucket_acl")
    assert all(
        block[name]
        for block in made.every("aws_s3_bucket_public_access_block")
        for name in (
            "block_public_acls",
            "block_public_policy",
            "ignore_public_acls",
            "restrict_public_buckets",
        )
    )
    assert len(made.every("aws_s3_bucket_public_access_block")) == len(made.every("aws_s3_bucket"))


def test_a_service_takes_a_role_for_this_account_only(made: Made) -> None:
    trusts = [each for each in made.statements() if "sts:AssumeRole" in listed(each["Action"])]
    services = [each for each in trusts if "Service" in each["Principal"]]
    assert services
    # S3 alone does not promise to say for whom it asks.
    kinds = {"s3.amazonaws.com": "StringEqualsIfExists"}
    for each in services:
        [kind] = {kinds.get(name, "StringEquals") for name in listed(each["Principal"]["Service"])}
        assert each["Condition"][kind]["aws:SourceAccount"]


def test_nothing_comes_in_from_outside(made: Made) -> None:
    rules = made.every("aws_vpc_security_group_ingress_rule")
    assert all(rule["cidr_ipv4"] is None and rule["cidr_ipv6"] is None for rule in rules)
    environments = made.every("aws_mwaa_environment")
    assert [each["webserver_access_mode"] for each in environments] == ["PRIVATE_ONLY"]


def test_what_allows_any_resource_has_a_condition(made: Made) -> None:
    assert unbounded_resources(made.statements()) == []


def test_every_store_is_encrypted_with_a_key_of_ours(made: Made) -> None:
    stores = {
        "aws_cloudwatch_log_group": "kms_key_id",
        "aws_mwaa_environment": "kms_key",
        "aws_secretsmanager_secret": "kms_key_id",
        "aws_sns_topic": "kms_master_key_id",
    }
    for kind, attribute in stores.items():
        assert all(store[attribute].startswith("arn:aws:kms:") for store in made.every(kind)), kind
    for group in made.every("aws_athena_workgroup"):
        [results] = group["configuration"][0]["result_configuration"]
        assert results["encryption_configuration"][0]["encryption_option"] == "SSE_KMS"


def test_every_bucket_is_encrypted(made: Made) -> None:
    encrypted = {
        each["bucket"]: each["rule"][0]["apply_server_side_encryption_by_default"][0]
        for each in made.every("aws_s3_bucket_server_side_encryption_configuration")
    }
    assert set(encrypted) == {bucket["bucket"] for bucket in made.every("aws_s3_bucket")}
    # S3 delivers access logs to no bucket with another key than its own.
    own = {name for name, rule in encrypted.items() if rule["sse_algorithm"] != "aws:kms"}
    assert {name.split("-")[2] for name in own} == {"logs"}
    assert {encrypted[name]["sse_algorithm"] for name in own} == {"AES256"}


def test_no_role_may_remove_raw_answers(made: Made) -> None:
    removing = [
        resource
        for each in made.statements()
        if each["Effect"] == "Allow"
        for action in listed(each["Action"])
        if action.startswith("s3:Delete")
        for resource in listed(each["Resource"])
    ]
    assert removing
    assert not [each for each in removing if "/raw" in each or each.endswith(":::*")]
    # A whole bucket or a lake from its root on would hold raw/ too.
    assert all(each.partition(":::")[2].count("/") == 2 for each in removing)


def test_only_airflow_writes_raw_answers(made: Made) -> None:
    writers = {
        address
        for address, statements in made.policies().items()
        for each in statements
        if each["Effect"] == "Allow" and "s3:PutObject" in listed(each["Action"])
        if any("-lake-" in r and "/raw/" in r for r in listed(each["Resource"]))
    }
    assert {address.rpartition("module.")[2] for address in writers} == {
        'security.aws_iam_role_policy.mwaa["lake"]'
    }


def test_a_role_is_handed_to_a_named_service_only(made: Made) -> None:
    passing = [each for each in made.statements() if "iam:PassRole" in listed(each["Action"])]
    assert passing
    assert all(each["Condition"]["StringEquals"]["iam:PassedToService"] for each in passing)


ALLOW: Statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"Action": "s3:*"},
        {"Action": ["s3:PutObject", "s3:Get*"]},
        {"Action": "*"},
        {"Sid": "RefuseWithoutTls", "Action": "s3:*"},
        {"Sid": "Else", "Effect": "Deny", "Action": "s3:*"},
    ],
)
def test_a_wildcard_would_be_seen(wrong: Statement) -> None:
    assert wildcard_actions([{**ALLOW, **wrong}])


@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}, {"AWS": ["arn:a", "*"]}])
def test_a_public_grant_would_be_seen(principal: str | Statement) -> None:
    assert public_grants([{**ALLOW, "Principal": principal}])
    assert not public_grants([{**ALLOW, "Effect": "Deny", "Principal": principal}])


def test_an_unbounded_resource_would_be_seen() -> None:
    assert unbounded_resources([{**ALLOW, "Resource": "*"}])
    assert not unbounded_resources([{**ALLOW, "Resource": "*", "Condition": {"Bool": {}}}])
