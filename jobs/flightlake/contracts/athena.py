"""The lake in Athena: the statements that register it, and how Glue describes its columns.

Athena takes nothing but the place of a Delta table: its columns come from Delta's log. The
statements are therefore the same for every table, and what the schemas say about the columns goes
into Glue, where people and Lake Formation look for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flightlake.contracts.days import Period
from flightlake.contracts.tables import TABLES, Table
from flightlake.contracts.views import View, views
from flightlake.schemas import columns_of

# What Glue tells about a table and takes back; the rest is its own, and it refuses that.
_TAKEN_BACK = (
    "Name",
    "Description",
    "Owner",
    "Retention",
    "TableType",
    "Parameters",
    "StorageDescriptor",
    "PartitionKeys",
)


def create_database(layer: str, prefix: str) -> str:
    """The statement that makes the database of a layer where there is none."""
    return f"CREATE DATABASE IF NOT EXISTS {prefix}{layer}"


def create_table(table: Table, lake_url: str, prefix: str) -> str:
    """The statement that registers a table where it is not; a clause more, and Athena refuses."""
    return (
        f"CREATE EXTERNAL TABLE IF NOT EXISTS {prefix}{table.full_name}\n"
        f"LOCATION '{lake_url}/{table.path}/'\n"
        "TBLPROPERTIES ('table_type'='DELTA')"
    )


def create_view(view: View, prefix: str) -> str:
    """The statement that makes a view, or brings it up to date."""
    return f"CREATE OR REPLACE VIEW {prefix}{view.full_name} AS\n{with_prefix(view.select, prefix)}"


def count_rows(table: Table, period: Period, prefix: str) -> str:
    """The query that counts the rows of one period, reading no other partition."""
    # All of it is ours, or checked by the settings.
    return f"SELECT count(*) FROM {prefix}{table.full_name} WHERE {period.predicate}"  # noqa: S608


def with_prefix(sql: str, prefix: str) -> str:
    """SQL with the tables and views of the lake under the databases of a prefix."""
    names = "|".join(re.escape(name) for name in [*TABLES, *views()])
    return re.sub(rf"\b(?:{names})\b", lambda found: f"{prefix}{found[0]}", sql)


def glue_columns(table: Table) -> list[dict[str, str]]:
    """The columns of a table in the words of Glue's API."""
    return [
        {"Name": column.name, "Type": column.type, "Comment": column.comment}
        for column in columns_of(table)
    ]


def table_input(found: Mapping[str, Any]) -> dict[str, Any]:
    """The part of Glue's answer about a table that it takes back."""
    return {name: found[name] for name in _TAKEN_BACK if name in found}


def described(table: Table, found: Mapping[str, Any]) -> dict[str, Any]:
    """What Glue should say about a table, given what it says: the input of its UpdateTable.

    The columns are those of the schema, with their comments; those that Glue has as partition keys
    stay that. The provider and the path are where Spark on EMR looks.
    """
    storage = found["StorageDescriptor"]
    serde = storage.get("SerdeInfo", {})
    path = {"path": storage["Location"]}
    keys = {column["Name"] for column in found.get("PartitionKeys", [])}
    columns = glue_columns(table)
    return {
        **table_input(found),
        "Description": table.description,
        "Parameters": {**found.get("Parameters", {}), "spark.sql.sources.provider": "delta"},
        "StorageDescriptor": {
            **storage,
            "Columns": [column for column in columns if column["Name"] not in keys],
            "SerdeInfo": {**serde, "Parameters": {**serde.get("Parameters", {}), **path}},
        },
        "PartitionKeys": [column for column in columns if column["Name"] in keys],
    }
