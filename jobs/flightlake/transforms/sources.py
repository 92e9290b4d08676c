"""What a derived table is made of."""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import DataFrame

Sources = Mapping[str, DataFrame]
"""The tables that a derived table names as its sources, by their full names."""
