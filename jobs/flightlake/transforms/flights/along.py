"""Looking back and ahead along contacts, in one order of time for all."""

from __future__ import annotations

from pyspark.sql import Column, Window
from pyspark.sql import functions as F


class Along:
    """The rows of each ``keys`` in the order of their contacts; what is asked for is a column.

    ``known_*`` pass over nulls.
    """

    def __init__(self, *keys: str, order: tuple[str, ...] = ("contact_s",)) -> None:
        self._window = Window.partitionBy(*keys).orderBy(*order)
        # By rows: without a word on it Spark looks for rows of the same time, and there are none.
        self._so_far = self._window.rowsBetween(Window.unboundedPreceding, Window.currentRow)
        self._every = self._window.rowsBetween(Window.unboundedPreceding, Window.unboundedFollowing)
        # Spark has these in SQL only.
        self._over = f"over (partition by {', '.join(keys)} order by {', '.join(order)})"

    def before(self, name: str, rows: int = 1) -> Column:
        """The value one row before, or more."""
        return F.lag(name, rows).over(self._window)

    def after(self, name: str) -> Column:
        """The value one row after."""
        return F.lead(name).over(self._window)

    def known_before(self, name: str, rows: int = 1) -> Column:
        """The last known value before this row, or the one ``rows`` known values back."""
        return F.expr(f"lag({name}, {rows}) ignore nulls {self._over}")

    def known_after(self, name: str, rows: int = 1) -> Column:
        """The first known value after this row, or the one ``rows`` known values ahead."""
        return F.expr(f"lead({name}, {rows}) ignore nulls {self._over}")

    def known_here(self, name: str) -> Column:
        """The last known value up to this row."""
        return F.last(name, ignorenulls=True).over(self._so_far)

    def count(self, condition: Column) -> Column:
        """How many rows up to this one fulfil a condition."""
        return F.count_if(condition).over(self._so_far)

    def end(self, name: str) -> Column:
        """The greatest value of all rows."""
        return F.max(name).over(self._every)

    def count_all(self, condition: Column) -> Column:
        """How many of all rows fulfil a condition."""
        return F.count_if(condition).over(self._every)

    def any(self, condition: Column) -> Column:
        """Whether a row fulfils a condition."""
        return F.bool_or(condition).over(self._every)
