"""ref.airports: the airports of the world."""

from __future__ import annotations

from flightlake.schemas import Column

COLUMNS = (
    Column("airport", "string", "identifier: the ICAO code where there is one, else the ident"),
    Column("ident", "string", "what OurAirports calls it; may be an ICAO code of before"),
    Column("icao", "string", "ICAO code, four letters"),
    Column("iata", "string", "IATA code, three letters"),
    Column("name", "string", "official name"),
    Column("municipality", "string", "town that it serves"),
    Column("country_code", "string", "ISO 3166-1 alpha-2; NA is Namibia"),
    Column("region_code", "string", "ISO 3166-2"),
    Column("continent_code", "string", "AF, AN, AS, EU, NA, OC, SA; NA is North America"),
    Column("type", "string", "large_airport, medium_airport, small_airport, heliport, closed, …"),
    Column("has_scheduled_service", "boolean", "airlines call there"),
    Column("latitude_deg", "double", "WGS 84, north is positive"),
    Column("longitude_deg", "double", "WGS 84, east is positive"),
    Column("elevation_m", "double", "height of the field above mean sea level; null if unknown"),
    Column(
        "elevation_source",
        "string",
        "file, runway (mean of the ends of its runways) or nearest_field (at most 10 km away)",
    ),
    Column("source", "string", "where the row is from"),
)
