"""ref.runways: the runways of the world's airports, with where their ends are."""

from __future__ import annotations

from flightlake.schemas import Column


def _end(end: str, which: str) -> tuple[Column, ...]:
    return (
        Column(f"{end}_end", "string", f"name of the {which} end, such as 14 or 32L"),
        Column(f"{end}_latitude_deg", "double", f"of the centre of the {which} end, WGS 84"),
        Column(f"{end}_longitude_deg", "double", f"of the centre of the {which} end, WGS 84"),
        Column(f"{end}_elevation_m", "double", f"of the {which} end above mean sea level"),
        Column(f"{end}_heading_deg", "double", f"true heading of a landing at the {which} end"),
    )


COLUMNS = (
    Column("airport", "string", "the airport, as in ref.airports"),
    Column("runway", "string", "names of its ends, such as 14/32; H1 is a helipad"),
    Column("airport_ident", "string", "what OurAirports calls the airport"),
    *_end("low", "lower-numbered"),
    *_end("high", "higher-numbered"),
    Column("length_m", "double", "full length, displaced thresholds included"),
    Column("width_m", "double", "width"),
    Column("surface", "string", "such as ASP, CON, GRS, as the source writes it"),
    Column("is_lighted", "boolean", "it has lights"),
    Column("is_closed", "boolean", "it is not in use"),
    Column(
        "position_source",
        "string",
        "file, or estimated from the airport's reference point, the length and the heading or the"
        " number; null where the ends are unknown",
    ),
    Column("source", "string", "where the row is from"),
)
