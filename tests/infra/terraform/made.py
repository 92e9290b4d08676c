"""What an environment is made of, as the state of a mocked apply tells."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Statement = Mapping[str, Any]

# The mock fills in the policy of everything else that could have one, with letters.
_POLICIES = {
    "aws_iam_policy": "policy",
    "aws_iam_role": "assume_role_policy",
    "aws_iam_role_policy": "policy",
    "aws_kms_key": "policy",
    "aws_s3_bucket_policy": "policy",
    "aws_sns_topic_policy": "policy",
}

# In a refusal a list would be the weaker choice: it leaves open what S3 will learn next.
_REFUSES_EVERYTHING = ("RefuseWithoutTls", "Deny", "s3:*")


class Made:
    """The resources of an environment."""

    def __init__(self, resources: Sequence[Mapping[str, Any]]) -> None:
        self._resources = resources

    def every(self, kind: str) -> list[dict[str, Any]]:
        """The values of every resource of a kind; there must be one at least."""
        found = [each["values"] for each in self._resources if each["type"] == kind]
        assert found, f"no {kind} is made"
        return found

    def none(self, kind: str) -> bool:
        """Whether there is no resource of a kind."""
        return all(each["type"] != kind for each in self._resources)

    def text(self) -> str:
        """All of it, as the state keeps it."""
        return json.dumps(list(self._resources))

    def policies(self) -> dict[str, list[Statement]]:
        """The statements of every policy, by the address of its resource."""
        return {
            each["address"]: json.loads(each["values"][_POLICIES[each["type"]]])["Statement"]
            for each in self._resources
            if each["type"] in _POLICIES
        }

    def statements(self) -> list[Statement]:
        """The statements of all policies."""
        return [each for policy in self.policies().values() for each in policy]


def listed(value: Any) -> list[str]:
    """One or many, as many."""
    return [value] if isinstance(value, str) else list(value)


def wildcard_actions(statements: Sequence[Statement]) -> list[str]:
    """Every action that is a pattern, but for the one refusal of everything."""
    return [
        action
        for each in statements
        for action in listed(each.get("Action", "*"))
        if "*" in action and (each.get("Sid"), each["Effect"], action) != _REFUSES_EVERYTHING
    ]


def public_grants(statements: Sequence[Statement]) -> list[Statement]:
    """Every statement that allows anyone anything."""
    return [
        each for each in statements if each["Effect"] == "Allow" and "*" in _principals_of(each)
    ]


def unbounded_resources(statements: Sequence[Statement]) -> list[Statement]:
    """Every statement of a role that allows something of any resource, with no condition."""
    return [
        each
        for each in statements
        if each["Effect"] == "Allow"
        and "Principal" not in each
        and "*" in listed(each["Resource"])
        and not each.get("Condition")
    ]


def _principals_of(statement: Statement) -> Iterator[str]:
    principal = statement.get("Principal", ())
    for each in principal.values() if isinstance(principal, Mapping) else [principal]:
        yield from listed(each)
