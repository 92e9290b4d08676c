"""The reference files: published columns and quotes, the world's own aircraft."""

import csv

import pytest
from opensky_simulator.datasets import (
    AIRPORTS_PATH,
    DOUBLE_QUOTED_PATH,
    RUNWAYS_PATH,
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


def test_airports_and_runways_are_those_of_ourairports(api):
    rows = {row["ident"]: row for row in read(api.get(AIRPORTS_PATH).text, '"')}
    assert len(rows) > 70_000
    assert (rows["FYWH"]["iso_country"], rows["FYWH"]["continent"]) == ("NA", "AF")
    assert (rows["KORD"]["gps_code"], rows["KORD"]["iata_code"]) == ("KORD", "ORD")
    brussels = rows["EBBR"]
    assert float(brussels["latitude_deg"]) == pytest.approx(50.90, abs=0.01)
    assert float(brussels["longitude_deg"]) == pytest.approx(4.48, abs=0.01)
    runways = read(api.get(RUNWAYS_PATH).text, '"')
    zurich = {row["le_ident"] for row in runways if row["airport_ident"] == "LSZH"}
    assert zurich == {"10", "14", "16"}


@pytest.mark.parametrize(("kind", "status"), [("html", 200), ("403", 403), ("redirect", 302)])
def test_a_file_can_be_made_to_fail(api, kind, status):
    api.control("faults", kind=kind, target="datasets")
    assert api.get(AIRPORTS_PATH).status_code == status
    assert api.get(AIRPORTS_PATH).headers["Content-Type"].startswith("text/csv")
