"""From the lines of published files to rows: both dialects, broken lines, NA."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flightlake.transforms.ref import aircraft, airlines, airports, countries
from flightlake.transforms.ref.lines import (
    BROKEN,
    ODD_KEY,
    REPEATED,
    WITHOUT_KEY,
    Reading,
    UnknownHeaderError,
)

SHARED = Path(__file__).parents[5] / "shared/data/reference"

DOUBLE = (
    '"icao24","registration","manufacturericao","manufacturername","model","typecode",'
    '"serialnumber","linenumber","icaoaircrafttype","operator","operatorcallsign","operatoricao",'
    '"operatoriata","owner","testreg","registered","reguntil","status","built","firstflightdate",'
    '"seatconfiguration","engines","modes","adsb","acars","notes","categoryDescription"'
)
SINGLE = (
    "'icao24','timestamp','acars','adsb','built','categoryDescription','country','engines',"
    "'firstFlightDate','firstSeen','icaoAircraftClass','lineNumber','manufacturerIcao',"
    "'manufacturerName','model','modes','nextReg','notes','operator','operatorCallsign',"
    "'operatorIata','operatorIcao','owner','prevReg','regUntil','registered','registration',"
    "'selCal','serialNumber','status','typecode','vdl'"
)
A_PLANE = {
    "icao24": "3C6444",
    "registration": "D-AIBD",
    "typecode": "A319",
    "model": "A319 112",
    "manufacturerName": "Airbus",
    "operatorIcao": "dlh",
    "icaoAircraftClass": "L2J",
}
OURAIRPORTS = (
    '"id","ident","type","name","latitude_deg","longitude_deg","elevation_ft","continent",'
    '"iso_country","iso_region","municipality","scheduled_service","icao_code","iata_code",'
    '"gps_code","local_code","home_link","wikipedia_link","keywords"'
)

Read = Callable[[Iterator[str], str, Reading], Iterator[dict[str, Any]]]


def read(parser: Read, lines: Iterable[str]) -> tuple[list[dict[str, Any]], Reading]:
    reading = Reading()
    return list(parser(iter([f"{line}\r\n" for line in lines]), "there", reading)), reading


def line_of(header: str, **values: str) -> str:
    """A line under a header, by the names in it, whatever their case."""
    quote = header[0]
    known = {name.lower(): value for name, value in values.items()}
    if quote == '"':
        known["icaoaircrafttype"] = known.pop("icaoaircraftclass", "")
    names = [name.strip(quote).lower() for name in header.split(",")]
    return ",".join(f"{quote}{known.get(name, '')}{quote}" for name in names)


def airport(**changes: str) -> str:
    values = {
        "ident": "FYWH",
        "type": "large_airport",
        "name": "Hosea Kutako International Airport",
    }
    values |= {"latitude_deg": "-22.48", "longitude_deg": "17.47", "elevation_ft": "5640"}
    values |= {"continent": "AF", "iso_country": "NA", "iso_region": "NA-KH", "icao_code": "FYWH"}
    values |= {"iata_code": "WDH", "scheduled_service": "yes", "municipality": "Windhoek"}
    return line_of(OURAIRPORTS, **(values | changes))


@pytest.mark.parametrize("header", [DOUBLE, SINGLE], ids=["double quotes", "single quotes"])
def test_both_dialects_of_the_aircraft_database_give_the_same_rows(header):
    rows, reading = read(aircraft.read, [header, line_of(header, **A_PLANE)])
    assert rows == [
        {
            "icao24": "3c6444",
            "registration": "D-AIBD",
            "typecode": "A319",
            "aircraft_class": "L2J",
            "manufacturer": "Airbus",
            "model": "A319 112",
            "serial_number": None,
            "operator": None,
            "operator_icao": "DLH",
            "owner": None,
            "category": None,
            "built": None,
            "source": "there",
        }
    ]
    assert (reading.records, reading.rows) == (1, 1)


@pytest.mark.parametrize(
    ("parser", "header", "why"),
    [
        (aircraft.read, DOUBLE.replace('"icao24"', '"hex"'), "misses icao24; it has hex, regis"),
        (aircraft.read, SINGLE.replace("operatorIcao", "operator_icao"), "misses operatorIcao"),
        (aircraft.read, DOUBLE.replace('"', "'"), "misses manufacturerName, serialNumber"),
        (aircraft.read, DOUBLE.replace('"', ""), "its names are in no quotes; it has icao24, reg"),
        (airports.read, OURAIRPORTS.replace("elevation_ft", "elevation_m"), "misses elevation_ft"),
        (countries.read, "first,last,country", "misses first_icao24, last_icao24"),
        (airports.read, "<!DOCTYPE html>", "misses ident, .* it has <!DOCTYPE html>"),
        (airports.read, "", "it has nothing"),
    ],
)
def test_a_header_that_is_not_known_is_an_error_that_names_the_columns(parser, header, why):
    with pytest.raises(UnknownHeaderError, match=why):
        read(parser, [header])


def test_an_address_of_another_form_costs_its_own_record_and_is_listed():
    odd = [line_of(SINGLE, icao24=icao24) for icao24 in ("4ca7b", "4ca7bx", "~4ca7b")]
    rows, reading = read(aircraft.read, [SINGLE, *odd, line_of(SINGLE, **A_PLANE)])
    assert [row["icao24"] for row in rows] == ["3c6444"]
    assert reading.set_aside == {ODD_KEY: 3}
    assert "'4ca7b'" in reading.samples[0]


def test_rows_in_other_quotes_than_their_header_have_no_addresses():
    rows, reading = read(aircraft.read, [SINGLE, line_of(SINGLE, **A_PLANE).replace("'", '"')])
    assert (rows, reading.set_aside) == ([], {ODD_KEY: 1})


def test_quotes_may_be_round_some_fields_only_and_type_codes_are_in_capitals():
    names = [name.strip("'") for name in SINGLE.split(",")]
    values = {"icao24": "a6c641", "manufacturerIcao": "'VAN''S'", "typecode": "rv7", "vdl": "0"}
    line = ",".join(values.get(name, "''") for name in names)
    [row], _ = read(aircraft.read, [SINGLE, line])
    assert (row["icao24"], row["typecode"], row["registration"]) == ("a6c641", "RV7", None)


def test_a_record_may_be_on_several_lines_and_never_takes_a_record_after_it():
    two = line_of(SINGLE, icao24="000002", owner="Flying Club\nHangar 4", typecode="C172")
    cut = line_of(SINGLE, icao24="000003", owner="Never closed")[:-20]
    lines = [
        line_of(SINGLE, icao24="000001"),
        *two.split("\n"),
        cut,
        line_of(SINGLE, icao24="000004"),
        "'000005','and no more",
    ]
    rows, reading = read(aircraft.read, [SINGLE, *lines])
    assert [(row["icao24"], row["owner"]) for row in rows] == [
        ("000001", None),
        ("000002", "Flying Club Hangar 4"),
        ("000004", None),
    ]
    assert reading.set_aside == {BROKEN: 2}
    assert reading.records == len(lines) - 1


def test_a_stray_quote_costs_at_most_its_own_line_and_every_record_is_accounted_for():
    lines = [
        line_of(SINGLE, icao24="000001", owner="O'Brien's"),
        line_of(SINGLE, icao24="000002", owner="O''Brien"),
        line_of(SINGLE, icao24="000003")[:-1],
        line_of(SINGLE, icao24="000004") + ",'one too many'",
        line_of(SINGLE, icao24="000005"),
        line_of(SINGLE, icao24="000005", owner="again"),
        line_of(SINGLE, owner="nobody knows which"),
        "'0000",
    ]
    rows, reading = read(aircraft.read, [SINGLE, *lines])
    assert [(row["icao24"], row["owner"]) for row in rows] == [
        ("000001", "O'Brien's"),
        ("000002", "O'Brien"),
        ("000005", None),
    ]
    assert reading.set_aside == {BROKEN: 3, REPEATED: 1, WITHOUT_KEY: 1}
    assert reading.records == len(lines) == reading.rows + reading.set_aside.total()
    assert reading.samples[0].startswith("broken: '000003',''")


def test_an_airport_of_namibia_keeps_its_na_and_feet_become_metres():
    [row], _ = read(airports.read, [OURAIRPORTS, airport()])
    assert row["elevation_m"] == pytest.approx(1719.072)
    del row["elevation_m"]
    assert row == {
        "airport": None,
        "ident": "FYWH",
        "icao": "FYWH",
        "iata": "WDH",
        "name": "Hosea Kutako International Airport",
        "municipality": "Windhoek",
        "country_code": "NA",
        "region_code": "NA-KH",
        "continent_code": "AF",
        "type": "large_airport",
        "has_scheduled_service": True,
        "latitude_deg": -22.48,
        "longitude_deg": 17.47,
        "elevation_source": "file",
        "source": "there",
    }


def test_an_airport_may_have_no_elevation_but_not_a_word_for_a_latitude():
    rows, reading = read(
        airports.read,
        [
            OURAIRPORTS,
            airport(ident="00AK", icao_code="", elevation_ft=""),
            airport(ident="BAD1", latitude_deg="north"),
            airport(ident="BAD2", latitude_deg="nan"),
        ],
    )
    assert [(row["ident"], row["icao"], row["elevation_m"]) for row in rows] == [
        ("00AK", None, None)
    ]
    assert reading.set_aside == {BROKEN: 2}


def test_files_of_before_2025_have_no_icao_code():
    header = OURAIRPORTS.replace('"icao_code",', "")
    line = line_of(header, ident="US-0001", gps_code="KABC", latitude_deg="1", longitude_deg="2")
    [row], _ = read(airports.read, [header, line])
    assert (row["ident"], row["icao"]) == ("US-0001", "KABC")


def test_a_designator_is_the_flying_airlines_and_what_is_not_known_is_null():
    rows, reading = read(
        airlines.read,
        [
            r'1,"Old Air",\N,"XX","DLH","OLD","Germany","N"',
            r'2,"Lufthansa",\N,"LH","DLH","LUFTHANSA","Germany","Y"',
            r'3,"Air Namibia",\N,"SW","NMB","NAMIBIA","Namibia","Y"',
            r'4,"Someone",\N,"&T","T&O",\N,\N,"Y"',
            r'5,"Far Air",\N,"-","FAR",\N,"Utopia","Y"',
        ],
    )
    by_code = {row["airline_icao"]: row for row in rows}
    assert by_code["DLH"]["name"] == "Lufthansa"
    assert by_code["NMB"]["country_code"] == "NA"
    far = by_code["FAR"]
    assert (far["airline_iata"], far["telephony"], far["country_code"]) == (None, None, None)
    assert reading.set_aside == {REPEATED: 1, WITHOUT_KEY: 1}


def test_a_name_that_was_cut_at_its_comma_is_put_together_again():
    rows, _ = read(
        airlines.read,
        [
            r'1,"Alaska Airlines",\N,"AS","ASA"," Inc.","ALASKA","Y"',
            r'2,"Far Fisheries",\N,"","FFF"," Farming"," and Food","Y"',
            r'3,"Air Blank",\N,"","BLK"," ","Germany","Y"',
        ],
    )
    told = ("name", "telephony", "country_code")
    assert {row["airline_icao"]: tuple(row[name] for name in told) for row in rows} == {
        # The country is that of the embedded airline of this designator.
        "ASA": ("Alaska Airlines, Inc.", "ALASKA", "US"),
        "FFF": ("Far Fisheries, Farming, and Food", None, None),
        "BLK": ("Air Blank", None, "DE"),
    }


@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/data/reference is not here")
def test_the_real_file_of_airlines_is_read_to_its_last_line():
    reading = Reading()
    with gzip.open(SHARED / "airlines.dat.gz", "rt", encoding="utf-8") as lines:
        rows = list(airlines.read(lines, "openflights", reading))
    assert (reading.records, reading.set_aside[BROKEN]) == (6162, 0)
    assert len(rows) > 5_700
    assert sum(row["country_code"] is None for row in rows) < 150


@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/data/reference is not here")
def test_a_real_file_of_another_kind_is_refused():
    with (
        gzip.open(SHARED / "countries.csv.gz", "rt", encoding="utf-8") as lines,
        pytest.raises(UnknownHeaderError, match=r"misses ident, .* it has id, code, name"),
    ):
        list(airports.read(lines, "ourairports", Reading()))
