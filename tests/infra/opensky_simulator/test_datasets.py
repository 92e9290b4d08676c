"""The reference files: published columns and quotes, the world's own aircraft."""

import csv

import pytest
from opensky_simulator.datasets import (
    AIRPORTS_PATH,
    DOUBLE_QUOTED_PATH,
    SINGLE_QUOTED_PATH,
    airports_csv,
)
from opensky_simulator.world import World

TIME_S = 1_766_888_059


def read(text: str, quote: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines(), quotechar=quote))


def test_both_dialects_tell_the_same_aircraft_under_their_own_names_and_quotes(api):
    double, single = (api.get(path).text for path in (DOUBLE_QUOTED_PATH, SINGLE_QUOTED_PATH))
    assert double.startswith('"icao24","registration","manufacturericao",')
    assert single.startswith("'icao24','timestamp','acars',")
    old, new = read(double, '"'), read(single, "'")
    assert [(r["icao24"], r["registration"], r["operatoricao"]) for r in old] == [
        (r["icao24"], r["registration"], r["operatorIcao"]) for r in new
    ]
    assert {row["icaoaircrafttype"] for row in old} == {row["icaoAircraftClass"] for row in new}
    assert any("'" in row["owner"] for row in old)


def test_the_database_knows_most_of_what_flies_once_and_who_flies_it(world):
    known = {airframe.icao24: airframe for airframe in world.airframes()}
    assert len(known) == len(world.airframes())
    states = world.states(TIME_S)
    found = [known[state[0]] for state in states if state[0] in known]
    assert 0.9 < len(found) / len(states) < 1
    assert 0.95 < sum(bool(airframe.type.code) for airframe in found) / len(found) < 1
    flown = {f["icao24"]: f["callsign"] for f in world.flights(TIME_S, TIME_S) if not f["ghost"]}
    for icao24, callsign in flown.items():
        if icao24 in known:
            operator = known[icao24].operator_icao
            assert callsign.startswith(operator or known[icao24].registration) or "HBAL" in callsign


def test_the_same_seed_gives_the_same_files_and_another_seed_another_fleet(api):
    assert World(seed=3, aircraft=300).airframes() == World(seed=3, aircraft=300).airframes()
    assert World(seed=3, aircraft=300).airframes() != World(seed=4, aircraft=300).airframes()
    assert api.get(AIRPORTS_PATH).content == airports_csv()


def test_airports_are_in_ourairports_columns_and_namibias_are_of_na():
    rows = {row["ident"]: row for row in read(airports_csv().decode(), '"')}
    assert len(rows) > 70_000
    windhoek, chicago = rows["FYWH"], rows["KORD"]
    assert (windhoek["iso_country"], windhoek["continent"]) == ("NA", "AF")
    assert (chicago["iso_country"], chicago["continent"]) == ("US", "NA")
    assert (chicago["type"], chicago["iata_code"], chicago["elevation_ft"]) == (
        "large_airport",
        "ORD",
        "672",
    )
    assert rows["SBGR"]["continent"] == "SA"


@pytest.mark.parametrize(("kind", "status"), [("html", 200), ("403", 403), ("redirect", 302)])
def test_a_file_can_be_made_to_fail(api, kind, status):
    api.control("faults", kind=kind, target="datasets")
    assert api.get(AIRPORTS_PATH).status_code == status
    assert api.get(AIRPORTS_PATH).headers["Content-Type"].startswith("text/csv")
