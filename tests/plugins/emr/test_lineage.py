"""How the data of a step is named for OpenLineage."""

from __future__ import annotations

import pytest
from airflow.providers.openlineage import conf
from emr.lineage import dataset_of, lineage_of
from emr.operator import SparkStepOperator


@pytest.mark.parametrize(
    ("lake_url", "namespace", "folder"),
    [
        ("s3://lake-1", "s3://lake-1", ""),
        ("s3://lake-1/of/dev", "s3://lake-1", "of/dev/"),
        ("file:///tmp/a%20lake", "file", "/tmp/a lake/"),
    ],
)
def test_a_table_is_named_by_its_place_and_by_its_name_in_sql(
    lake_url: str, namespace: str, folder: str
) -> None:
    found = dataset_of(lake_url, "silver.state_vectors")
    assert (found.namespace, found.name) == (namespace, f"{folder}silver/state_vectors")
    assert found.facets is not None
    [name] = found.facets["symlinks"].identifiers  # type: ignore[attr-defined]
    assert (name.namespace, name.name, name.type) == (lake_url, "silver.state_vectors", "TABLE")


def test_a_folder_has_no_other_name() -> None:
    found = dataset_of("s3://lake-1", "raw/states")
    assert (found.name, found.facets) == ("raw/states", {})


def test_a_step_without_a_lake_tells_nothing() -> None:
    assert lineage_of(None, ["raw/states"], ["silver.state_vectors"]) is None


def test_what_the_provider_asks_for_is_a_method_of_the_operator() -> None:
    from airflow.providers.openlineage.extractors.base import OL_METHOD_NAME_COMPLETE

    assert callable(getattr(SparkStepOperator, OL_METHOD_NAME_COMPLETE))


def test_nothing_is_sent_where_nothing_says_to_whom() -> None:
    assert conf.is_disabled()
