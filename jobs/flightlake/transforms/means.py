"""Means that do not hang on the order of rows: a run again must leave the same digits."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

_PARTS = 100
"""OpenSky sends two decimals."""


def parts(measure: str) -> Column:
    """A measure in whole hundredths: unlike a sum of doubles, a sum of integers is exact."""
    # Not F.round: that takes every double through a decimal.
    return F.rint(F.col(measure) * _PARTS).cast("bigint")


def mean(sum_of_parts: str, count: str) -> Column:
    """The mean of a group from partial sums of ``parts`` and counts; null where none counts."""
    return F.round(F.try_divide(F.sum(sum_of_parts), F.sum(count)) / _PARTS, 3)
