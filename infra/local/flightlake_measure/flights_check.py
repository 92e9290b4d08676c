"""``make flights-check``: gold.flights of a simulated day, held against the same rules in SQL."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
from deltalake import DeltaTable
from flightlake.contracts.storage import Lake
from flightlake.contracts.tables import TABLES
from flightlake.schemas import columns_of
from flightlake_local import show
from flightlake_local.cli import run
from flightlake_local.errors import LocalError
from flightlake_local.settings import load_settings

from flightlake_measure.flight_sources import VIEWS, register
from flightlake_measure.simulated_day import DAY, folder_of_day

if TYPE_CHECKING:
    import pyarrow as pa
    from flightlake.transforms.sources import Sources

RULES = Path(__file__).with_name("flights.sql")
MAX_SHOWN = 10

COLUMNS = [column.name for column in columns_of(TABLES["gold.flights"])]
_COLUMNS = ", ".join(COLUMNS)
_DIFFERENCES = f"""
    SELECT 'only in gold.flights' AS difference, * FROM (
        SELECT {_COLUMNS} FROM derived EXCEPT ALL SELECT {_COLUMNS} FROM flights
    )
    UNION ALL
    SELECT 'only by the SQL', * FROM (
        SELECT {_COLUMNS} FROM flights EXCEPT ALL SELECT {_COLUMNS} FROM derived
    )
    ORDER BY flight_id, difference
"""  # noqa: S608


def main() -> None:
    """Check the day that ``make bench-day`` has left: AIRCRAFT (11500), HOURS (24).

    Raises:
        LocalError: there is no such day, or the two disagree.
    """
    aircraft, hours = int(os.environ.get("AIRCRAFT", "11500")), int(os.environ.get("HOURS", "24"))
    folder = folder_of_day(load_settings().state_dir / "bench", aircraft, hours)
    lake, steps = Lake(folder.as_uri()), show.steps()
    if not lake.exists(f"{TABLES['gold.flights'].path}/_delta_log"):
        raise LocalError(
            f"{folder} holds no flights: run `make bench-day AIRCRAFT={aircraft} HOURS={hours}`"
        )
    spill: dict[str, Any] = {"temp_directory": str(folder / "spill")}
    with steps.live(), duckdb.connect(config=spill) as connection:
        with steps.step("the same rules in SQL") as step:
            for table, view in {**VIEWS, "gold.flights": "derived"}.items():
                path = folder / TABLES[table].path
                connection.register(view, DeltaTable(path).to_pyarrow_dataset())
            flights = derive(connection, DAY.date, step.update)
            step.outcome = f"{flights:,} flights of {aircraft:,} aircraft by the same rules in SQL"
        found = differences(connection)
    for difference in found[:MAX_SHOWN]:
        steps.say(str(difference))
    if found:
        raise LocalError(f"Rows that only one of Spark and SQL has: {len(found):,}.")
    steps.say(f"0 differences in {flights:,} flights")


def derive(
    connection: duckdb.DuckDBPyConnection,
    day: date,
    on_progress: Callable[[str], None] = lambda _: None,
) -> int:
    """Make the table ``flights`` from the views of its sources; how many it has."""
    connection.execute("SET timezone = 'UTC'")
    connection.execute("SET VARIABLE day = $1", [day])
    statements = connection.extract_statements(RULES.read_text())
    for done, statement in enumerate(statements, 1):
        connection.execute(statement)
        on_progress(f"{done} of {len(statements)} statements")
    [(flights,)] = connection.execute("SELECT count(*) FROM flights").fetchall()
    return int(flights)


def compare(sources: Sources, derived: pa.Table, day: date) -> tuple[int, list[dict[str, Any]]]:
    """Hold a day's derived flights against the same rules in SQL, on the same sources.

    Returns:
        How many flights the SQL derives, and the rows that only one of both has.
    """
    with duckdb.connect() as connection:
        register(connection, sources)
        connection.register("derived", derived)
        flights = derive(connection, day)
        return flights, differences(connection)


def differences(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """The rows that only one of ``flights`` and ``derived`` has, and which."""
    found = connection.execute(_DIFFERENCES)
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


if __name__ == "__main__":
    raise SystemExit(run(main))
