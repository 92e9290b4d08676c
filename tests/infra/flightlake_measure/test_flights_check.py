"""make flights-check on a lake that another command has left."""

from __future__ import annotations

import pyarrow as pa
import pytest
from deltalake import write_deltalake
from flightlake.contracts.tables import TABLES
from flightlake.schemas import columns_of
from flightlake_local.errors import LocalError
from flightlake_measure.flights_check import main
from flightlake_measure.simulated_day import DAY, folder_of_day

ARROW = {
    "string": pa.string(),
    "timestamp": pa.timestamp("us", "UTC"),
    "double": pa.float64(),
    "int": pa.int32(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "array<string>": pa.list_(pa.string()),
}


@pytest.fixture
def lake(tmp_path, monkeypatch):
    """The lake of a day without states; the rows given are its flights."""
    monkeypatch.setenv("FLIGHTLAKE_LOCAL_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("AIRCRAFT", "5")
    monkeypatch.setenv("HOURS", "1")
    root = folder_of_day(tmp_path / "bench", 5, 1)

    def written(*flights):
        for name in ("silver.state_vectors", "ref.airports", "ref.runways", "gold.flights"):
            table = TABLES[name]
            schema = pa.schema([(c.name, ARROW[c.type]) for c in columns_of(table)])
            rows = flights if name == "gold.flights" else ()
            write_deltalake(root / table.path, pa.Table.from_pylist(list(rows), schema=schema))

    return written


def test_a_day_that_was_not_made_is_an_error_that_says_how_to_make_it(lake):
    with pytest.raises(LocalError, match="run `make bench-day AIRCRAFT=5 HOURS=1`"):
        main()


def test_a_day_on_which_both_agree_passes(lake, capsys):
    lake()
    main()
    assert "0 differences in 0 flights" in capsys.readouterr().out


def test_a_flight_that_only_one_of_them_has_is_named_and_fails(lake, capsys):
    lake({"flight_id": "3c6444-1", "icao24": "3c6444", "date": DAY.date})
    with pytest.raises(LocalError, match="Rows that only one of Spark and SQL has: 1"):
        main()
    printed = capsys.readouterr().out
    assert "only in gold.flights" in printed
    assert "3c6444-1" in printed
