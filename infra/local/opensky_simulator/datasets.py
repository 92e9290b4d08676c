"""Reference files as they are published: OurAirports' airports, OpenSky's aircraft in two dialects.

The columns and quote characters are those of the published files, the rows are made here.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from functools import cache

import airportsdata

from opensky_simulator.countries import COUNTRIES
from opensky_simulator.register import Airframe

AIRPORTS_PATH = "/datasets/airports.csv"
DOUBLE_QUOTED_PATH = "/datasets/metadata/aircraftDatabase.csv"
SINGLE_QUOTED_PATH = "/datasets/metadata/aircraft-database-complete.csv"

_DOUBLE_QUOTED = (
    "icao24,registration,manufacturericao,manufacturername,model,typecode,serialnumber,linenumber,"
    "icaoaircrafttype,operator,operatorcallsign,operatoricao,operatoriata,owner,testreg,registered,"
    "reguntil,status,built,firstflightdate,seatconfiguration,engines,modes,adsb,acars,notes,"
    "categoryDescription"
)
_SINGLE_QUOTED = (
    "icao24,timestamp,acars,adsb,built,categoryDescription,country,engines,firstFlightDate,"
    "firstSeen,icaoAircraftClass,lineNumber,manufacturerIcao,manufacturerName,model,modes,nextReg,"
    "notes,operator,operatorCallsign,operatorIata,operatorIcao,owner,prevReg,regUntil,registered,"
    "registration,selCal,serialNumber,status,typecode,vdl"
)
_OURAIRPORTS = (
    "id,ident,type,name,latitude_deg,longitude_deg,elevation_ft,continent,iso_country,iso_region,"
    "municipality,scheduled_service,icao_code,iata_code,gps_code,local_code,home_link,"
    "wikipedia_link,keywords"
)
_HUBS = {code for country in COUNTRIES for code in country.hubs}
_SOUTH_AMERICA = {
    *("AR", "BO", "BR", "CL", "CO", "EC", "FK"),
    *("GF", "GY", "PE", "PY", "SR", "UY", "VE"),
}
# By the first part of the name of its time zone; the Atlantic's islands are nearest to Europe.
_CONTINENTS = {
    "Africa": "AF",
    "America": "NA",
    "Antarctica": "AN",
    "Arctic": "EU",
    "Asia": "AS",
    "Atlantic": "EU",
    "Australia": "OC",
    "Europe": "EU",
    "Indian": "AF",
    "Pacific": "OC",
}


@cache
def airports_csv() -> bytes:
    """Return the airports of the package airportsdata in OurAirports' columns."""
    rows = [
        _airport(number, row)
        for number, (_, row) in enumerate(sorted(airportsdata.load("ICAO").items()), 1)
    ]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, _OURAIRPORTS.split(","), restval="", quoting=csv.QUOTE_NONNUMERIC)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def double_quoted_csv(fleet: Iterable[Airframe]) -> bytes:
    """Return ``aircraftDatabase.csv``: double quotes, lower case."""
    return _aircraft_csv(fleet, _DOUBLE_QUOTED, '"')


def single_quoted_csv(fleet: Iterable[Airframe]) -> bytes:
    """Return ``aircraft-database-complete.csv``: single quotes, camelCase."""
    return _aircraft_csv(fleet, _SINGLE_QUOTED, "'")


def _aircraft_csv(fleet: Iterable[Airframe], header: str, quote: str) -> bytes:
    def line(values: Iterable[str]) -> str:
        # As published: a quote character inside a field is not doubled.
        return ",".join(f"{quote}{value}{quote}" for value in values)

    names = header.split(",")
    lines = [line(names)]
    for airframe in fleet:
        values = _values(airframe)
        lines.append(line(values.get(name.lower(), "") for name in names))
    return "\n".join([*lines, ""]).encode()


def _values(airframe: Airframe) -> Mapping[str, str]:
    """What is known of an aircraft by the names of both dialects, in lower case."""
    return {
        "icao24": airframe.icao24,
        "registration": airframe.registration,
        "typecode": airframe.type.code,
        "icaoaircrafttype": airframe.type.aircraft_class,
        "icaoaircraftclass": airframe.type.aircraft_class,
        "manufacturername": airframe.type.manufacturer,
        "model": airframe.type.model,
        "serialnumber": airframe.serial_number,
        "operatoricao": airframe.operator_icao,
        "owner": airframe.owner,
        "categorydescription": airframe.category,
        "built": airframe.built,
    }


def _airport(number: int, row: airportsdata.Airport) -> dict[str, object]:
    continent = _CONTINENTS.get(row["tz"].partition("/")[0], "")
    return {
        "id": number,
        "ident": row["icao"],
        "type": _type(row),
        "name": row["name"],
        "latitude_deg": row["lat"],
        "longitude_deg": row["lon"],
        "elevation_ft": round(row["elevation"]),
        "continent": "SA" if row["country"] in _SOUTH_AMERICA else continent,
        "iso_country": row["country"],
        # What OurAirports writes where it does not know the region.
        "iso_region": f"{row['country']}-U-A",
        "municipality": row["city"],
        "scheduled_service": "yes" if row["iata"] else "no",
        "icao_code": row["icao"] if row["icao"].isalpha() else "",
        "iata_code": row["iata"],
        "gps_code": row["icao"],
        "local_code": row["lid"],
    }


def _type(row: airportsdata.Airport) -> str:
    if "Heli" in row["name"]:
        return "heliport"
    if row["iata"] in _HUBS:
        return "large_airport"
    return "medium_airport" if row["iata"] else "small_airport"
