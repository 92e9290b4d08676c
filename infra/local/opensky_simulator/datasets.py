"""Reference files as they are published: OurAirports' files, OpenSky's aircraft in two dialects.

The columns and quote characters of the aircraft are those of the published files, the rows are made
here.
"""

from collections.abc import Iterable, Mapping

from opensky_simulator.ourairports import published
from opensky_simulator.register import Airframe

AIRPORTS_PATH = "/datasets/airports.csv"
RUNWAYS_PATH = "/datasets/runways.csv"
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


def airports_csv() -> bytes:
    """Return OurAirports' airports."""
    return published("airports.csv")


def runways_csv() -> bytes:
    """Return OurAirports' runways."""
    return published("runways.csv")


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
