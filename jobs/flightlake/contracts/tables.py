"""The registry of tables: one entry each; everything else about a table is found by its name.

``schemas/<layer>/<table>.py`` has its columns, ``transforms/<layer>/<table>.py`` how a derived one
comes about, ``expectations/<layer>/<table>.json`` what its rows must be.
"""

from __future__ import annotations

from dataclasses import dataclass

OWNER = "data-engineering"

READER_VERSION = 1
"""Of Delta's protocol, for every table: Athena reads no newer one for certain."""


@dataclass(frozen=True)
class Table:
    """A Delta table of the lake.

    ``step`` is the step that writes it (``""`` where all do), ``keys`` name one row, and
    ``sources`` are the tables that a derived table is made of.
    """

    layer: str
    name: str
    step: str
    keys: tuple[str, ...]
    partitions: tuple[str, ...]
    description: str
    sources: tuple[str, ...] = ()
    owner: str = OWNER

    @property
    def full_name(self) -> str:
        """The name in SQL, such as ``silver.state_vectors``."""
        return f"{self.layer}.{self.name}"

    @property
    def path(self) -> str:
        """The folder in the lake, such as ``silver/state_vectors``."""
        return f"{self.layer}/{self.name}"


_STATES = "silver.state_vectors"
_HOUR, _HOUR_REGION = ("date", "hour"), ("date", "hour", "region")
_STATE = ("icao24", "snapshot_time")

STATE_VECTORS = Table(
    "silver",
    "state_vectors",
    "states_hourly",
    _STATE,
    _HOUR_REGION,
    "One row per aircraft and new contact. A response that repeats a state adds no row: the number"
    " of aircraft in each response is in ops.api_credits (column states).",
)
STATE_VECTORS_WITHHELD = Table(
    "silver",
    "state_vectors_withheld",
    "states_hourly",
    _STATE,
    _HOUR_REGION,
    "The staged states of hours whose verdict was a rejection, kept for a decision.",
)
QUARANTINE = Table(
    "silver",
    "quarantine",
    "states_hourly",
    ("raw_object", "row_index"),
    _HOUR_REGION,
    "Rows that broke a row rule, with every reason and where their raw bytes are.",
)
DERIVED_QUARANTINE = Table(
    "gold",
    "quarantine",
    "",
    ("date", "hour", "table_name", "row_key"),
    ("date",),
    "Rows of derived tables that broke a row rule of their suite, with every reason.",
)
RUN_LEDGER = Table(
    "ops",
    "run_ledger",
    "states_hourly",
    ("date", "hour", "run_id"),
    ("date",),
    "One balanced line a run: where every row of the hour went, verdict, score, seconds.",
)
TABLE_RUNS = Table(
    "ops",
    "table_runs",
    "",
    ("date", "hour", "run_id", "table_name"),
    ("date",),
    "One line a derived table and run: rows written, verdict, score, seconds.",
)
QUALITY_RESULTS = Table(
    "ops",
    "quality_results",
    "",
    ("date", "hour", "run_id", "table_name", "expectation_id"),
    ("date",),
    "One line an expectation and run: what was expected, observed and decided.",
)
API_CREDITS = Table(
    "ops",
    "api_credits",
    "states_hourly",
    ("raw_object",),
    _HOUR,
    "What each answer cost in API credits, and what was left.",
)
JOB_COSTS = Table(
    "ops",
    "job_costs",
    "flights_daily",
    ("job_run_id",),
    ("date",),
    "What each Spark job run, and each query of the pipeline, was billed for.",
)
AIRPORTS = Table(
    "ref", "airports", "reference_refresh", ("airport",), (), "The airports of the world."
)
RUNWAYS = Table(
    "ref",
    "runways",
    "reference_refresh",
    ("airport", "runway"),
    (),
    "The runways of the world's airports, and where their ends are.",
)
AIRLINES = Table(
    "ref",
    "airlines",
    "reference_refresh",
    ("airline_icao",),
    (),
    "Who flies under which designator.",
)
COUNTRIES = Table(
    "ref",
    "countries",
    "reference_refresh",
    ("first_icao24",),
    (),
    "Which 24-bit address blocks belong to which state of registry.",
)
AIRCRAFT = Table(
    "ref",
    "aircraft",
    "reference_refresh",
    ("icao24",),
    (),
    "Which airframe has which 24-bit address.",
)

REFERENCES = (AIRPORTS, RUNWAYS, AIRLINES, COUNTRIES, AIRCRAFT)
"""The tables to join with: each is born with rows of the project's and replaced as a whole."""

RECORDS = (
    STATE_VECTORS_WITHHELD,
    QUARANTINE,
    DERIVED_QUARANTINE,
    RUN_LEDGER,
    TABLE_RUNS,
    QUALITY_RESULTS,
    API_CREDITS,
    JOB_COSTS,
)
"""The tables that record what happened: a day of theirs is judged after it was written."""

DERIVED = (
    Table(
        "gold",
        "traffic_hourly",
        "states_hourly",
        ("date", "hour", "region"),
        _HOUR,
        "How much flew in each region, and in the world, each hour.",
        (_STATES,),
    ),
    Table(
        "gold",
        "traffic_density",
        "states_hourly",
        ("date", "hour", "h3_cell"),
        _HOUR,
        "Where it flew, in H3 cells, each hour.",
        (_STATES,),
    ),
    Table(
        "gold",
        "airport_hourly",
        "states_hourly",
        ("date", "hour", "airport"),
        _HOUR,
        "Departures, arrivals, aircraft on the ground and overflights of each airport, each hour.",
        (_STATES, "ref.airports", "ref.runways"),
    ),
    Table(
        "gold",
        "country_hourly",
        "states_hourly",
        ("date", "hour", "country_code"),
        _HOUR,
        "How many aircraft of each state of registry flew each hour.",
        (_STATES, "ref.countries"),
    ),
    Table(
        "gold",
        "events",
        "states_hourly",
        ("date", "hour", "event_id"),
        _HOUR,
        "What was out of the ordinary: emergencies, conflicts, jumps, interference, anomalies.",
        (_STATES, "gold.traffic_hourly"),
    ),
    Table(
        "gold",
        "flights",
        "flights_daily",
        ("date", "flight_id"),
        ("date",),
        "One row a flight, on the UTC day on which it was last seen.",
        (_STATES, "ref.airports", "ref.runways"),
    ),
    Table(
        "gold",
        "route_daily",
        "flights_daily",
        ("date", "departure_airport", "arrival_airport"),
        ("date",),
        "Flights between each two airports, each UTC day.",
        ("gold.flights", "ref.airports"),
    ),
    Table(
        "gold",
        "airline_daily",
        "flights_daily",
        ("date", "airline_icao"),
        ("date",),
        "What each airline flew, each UTC day.",
        ("gold.flights", "ref.airlines"),
    ),
    Table(
        "gold",
        "aircraft_type_daily",
        "flights_daily",
        ("date", "typecode"),
        ("date",),
        "What each type of aircraft flew, each UTC day.",
        ("gold.flights", "ref.aircraft"),
    ),
)
"""The tables that are made of other tables, each after its sources."""

TABLES = {
    table.full_name: table
    for table in (
        STATE_VECTORS,
        STATE_VECTORS_WITHHELD,
        QUARANTINE,
        *DERIVED,
        DERIVED_QUARANTINE,
        *REFERENCES,
        RUN_LEDGER,
        TABLE_RUNS,
        QUALITY_RESULTS,
        API_CREDITS,
        JOB_COSTS,
    )
}


def derived_by(step: str) -> list[Table]:
    """The derived tables that a step writes, each after its sources."""
    return [table for table in DERIVED if table.step == step]


def read_by(step: str) -> list[Table]:
    """The tables that a step makes others of and does not write itself."""
    names = dict.fromkeys(name for table in derived_by(step) for name in table.sources)
    return [TABLES[name] for name in names if TABLES[name] not in written_by(step)]


def written_by(step: str) -> list[Table]:
    """Every table that a step writes; only one with derived tables quarantines rows of them."""
    written = [table for table in TABLES.values() if table.step in (step, "")]
    return [each for each in written if each is not DERIVED_QUARANTINE or derived_by(step)]
