"""The data of a Spark step as OpenLineage names it; needs Airflow's OpenLineage provider."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import unquote, urlparse

from airflow.providers.common.compat.openlineage.facet import (
    Dataset,
    DatasetFacet,
    Identifier,
    SymlinksDatasetFacet,
)
from airflow.providers.openlineage.extractors import OperatorLineage
from flightlake.contracts.tables import TABLES


def lineage_of(
    lake_url: str | None, reads: Sequence[str], writes: Sequence[str]
) -> OperatorLineage | None:
    """The inputs and outputs of a step.

    Args:
        lake_url: ``file:///…`` or ``s3://bucket/…``; None: nothing is told.
        reads: tables by their names, such as ``silver.state_vectors``, and folders of the lake.
        writes: the same.
    """
    if lake_url is None:
        return None
    return OperatorLineage(
        inputs=[dataset_of(lake_url, name) for name in reads],
        outputs=[dataset_of(lake_url, name) for name in writes],
    )


def dataset_of(lake_url: str, name: str) -> Dataset:
    """A table or a folder by where it lies, as the naming of OpenLineage wants it for storage; a
    table has its name in SQL as a symlink."""
    table = TABLES.get(name)
    url = urlparse(f"{lake_url}/{table.path if table else name}")
    path = unquote(url.path)
    is_s3 = url.scheme == "s3"
    facets: dict[str, DatasetFacet] = {}
    if table:
        in_sql = Identifier(namespace=lake_url, name=table.full_name, type="TABLE")
        facets["symlinks"] = SymlinksDatasetFacet(identifiers=[in_sql])
    return Dataset(
        namespace=f"s3://{url.netloc}" if is_s3 else "file",
        name=path.lstrip("/") if is_s3 else path,
        facets=facets,
    )
