"""ref.airports as it comes with the project: the package airportsdata (MIT)."""

from __future__ import annotations

import re
from typing import Any

import airportsdata

_FOOT_M = 0.3048
_ICAO = re.compile("[A-Z]{4}")


def embedded_rows() -> list[dict[str, Any]]:
    """One row an airport; the package tells neither type nor continent."""
    return [
        {
            "airport": row["icao"],
            "icao": row["icao"] if _ICAO.fullmatch(row["icao"]) else None,
            "iata": row["iata"] or None,
            "name": row["name"],
            "municipality": row["city"] or None,
            "country_code": row["country"],
            "region_code": None,
            "continent_code": None,
            "type": None,
            "has_scheduled_service": None,
            "latitude_deg": row["lat"],
            "longitude_deg": row["lon"],
            "elevation_m": row["elevation"] * _FOOT_M,
            "source": "airportsdata",
        }
        for row in airportsdata.load("ICAO").values()
    ]
