"""The bill of materials follows CycloneDX 1.6 and names what runs."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import jsonschema
import pytest
from flightlake_release.build import build
from flightlake_release.pins import locked, needed_for, pins
from flightlake_release.tree import Tree
from referencing import Registry, Resource


@pytest.fixture
def bill(tree: Tree) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(build(tree)["sbom.cdx.json"])
    return found


def schema_of(name: str) -> dict[str, Any]:
    path = resources.files("cyclonedx.schema._res") / f"{name}.SNAPSHOT.schema.json"
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def validator() -> jsonschema.Draft7Validator:
    parts = {f"{name}.schema.json": schema_of(name) for name in ("spdx", "jsf-0.82")}
    kept = [(f"http://cyclonedx.org/schema/{uri}", part) for uri, part in parts.items()]
    kept += [(str(part.get("$id")), part) for part in parts.values()]
    registry: Registry[Any] = Registry().with_resources(
        [(uri, Resource.from_contents(part)) for uri, part in kept]
    )
    return jsonschema.Draft7Validator(schema_of("bom-1.6"), registry=registry)


def test_it_is_valid_by_the_schema_of_cyclonedx(bill: dict[str, Any]) -> None:
    assert bill["specVersion"] == "1.6"
    assert [error.message for error in validator().iter_errors(bill)] == []
    broken = bill | {"components": [{"name": "no type"}]}
    assert list(validator().iter_errors(broken))


def test_it_names_each_package_once_with_where_it_runs(bill: dict[str, Any], tree: Tree) -> None:
    ran = {
        (each["name"], each["version"]): {entry["value"] for entry in each["properties"]}
        for each in bill["components"]
    }
    assert len(ran) == len(bill["components"])
    for name, version in pins(tree.read("requirements.txt").decode().splitlines()).items():
        assert "mwaa" in ran[name, version]
    jobs = tree.read("infra/emr/requirements.txt").decode()
    for package in locked(jobs):
        assert "emr-serverless" in ran[package.name, package.version]
    assert ran["great-expectations", "1.24.1"] == {"emr-serverless"}
    # What only tests and laptops have is not deployed.
    assert not {"pytest", "moto", "duckdb", "pyspark"} & {name for name, _ in ran}


def test_the_bill_is_of_the_release(bill: dict[str, Any], tree: Tree) -> None:
    assert bill["metadata"]["component"]["version"] == tree.commit
    assert bill["metadata"]["timestamp"] == tree.committed_at.isoformat()


def test_who_needs_a_package_is_read_from_the_notes_of_the_lock() -> None:
    lock = """\
boto3==1.2.3 \\
    --hash=sha256:00
    # via
    #   -c constraints.txt
    #   Amazon_Provider
    #   flightlake (pyproject.toml)
botocore==1.2.4 ; python_version > '3' \\
    --hash=sha256:01
    # via boto3
pytest==9.0
    # via flightlake (pyproject.toml:dev)
"""
    found = locked(lock)
    assert [(each.name, each.version) for each in found] == [
        ("boto3", "1.2.3"),
        ("botocore", "1.2.4"),
        ("pytest", "9.0"),
    ]
    assert "amazon-provider" in found[0].needed_by
    assert found[1].needed_by == {"boto3"}
    assert [each.name for each in needed_for(["boto3"], found)] == ["boto3", "botocore"]
