"""gold.traffic_density: every aircraft counts once in each cell, at the place that it was."""

from __future__ import annotations

import pytest
from flightlake.transforms.gold.traffic_density import derive

FRANKFURT, NEXT_TO_IT = "841faebffffffff", "841fae7ffffffff"
AT_FRANKFURT = {"latitude_deg": 50.03, "longitude_deg": 8.57}


@pytest.fixture
def density(states, hour):
    """The rows of the table by cell, from states."""

    def derived(*rows):
        found = derive({"silver.state_vectors": states(*rows)}, hour).collect()
        return {row["h3_cell"]: row.asDict() for row in found}

    return derived


def test_an_aircraft_is_one_in_each_of_its_cells(density, on_ground, surface_objects):
    found = density(
        AT_FRANKFURT | {"at_s": 0, "baro_altitude_m": 1000.0},
        AT_FRANKFURT | {"at_s": 90, "baro_altitude_m": 2000.01},
        AT_FRANKFURT | on_ground | {"icao24": "aaaaaa"},
        {"at_s": 180, "latitude_deg": 49.6, "longitude_deg": 8.57},
        *(AT_FRANKFURT | row for row in surface_objects),
    )
    counts = ("aircraft", "airborne_aircraft", "states", "mean_baro_altitude_m")
    assert {cell: tuple(row[name] for name in counts) for cell, row in found.items()} == {
        FRANKFURT: (2, 1, 3, 1500.005),
        NEXT_TO_IT: (1, 1, 1, 11_000.0),
    }


def test_the_cell_is_where_the_position_is_and_what_has_none_is_nowhere(density):
    found = density(
        {"latitude_deg": 90.0, "longitude_deg": 0.0},
        {"latitude_deg": 0.0, "longitude_deg": 180.0},
        {"at_s": 1, "latitude_deg": 0.0, "longitude_deg": -180.0},
        {"latitude_deg": None, "longitude_deg": None, "position_age_s": None},
        AT_FRANKFURT | {"position_age_s": 61},
    )
    pole, date_line = found["8403263ffffffff"], found["847eb57ffffffff"]
    assert pole["latitude_deg"] == pytest.approx(90, abs=0.3)
    assert abs(date_line["longitude_deg"]) == pytest.approx(180, abs=0.3)
    assert (date_line["aircraft"], date_line["states"]) == (1, 2)
    assert len(found) == 2


def test_an_hour_without_a_position_is_empty(density):
    assert density({"position_age_s": None, "latitude_deg": None, "longitude_deg": None}) == {}
