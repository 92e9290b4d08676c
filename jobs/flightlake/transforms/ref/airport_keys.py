"""The key of each airport: its ICAO code where it has one, and one airport per code.

OurAirports' ``ident`` is an ICAO code that often is out of date, so it only names airports that
have no ICAO code, or whose code belongs to another one.
"""

from __future__ import annotations

import pandas as pd
import pyarrow as pa

from flightlake.transforms.ref.arrow import with_columns

_CLOSED = "closed"
_TYPES = ("large_airport", "medium_airport", "small_airport", "seaplane_base", "heliport")
"""The larger first; every other type comes after them."""


def with_keys(airports: pa.Table) -> pa.Table:
    """Set ``airport``; ``icao`` becomes null where the code belongs to another airport.

    Several airports may claim a code. It goes to an open one before a closed one, then to one that
    has it as its ICAO code before one that has it as its ident, then to one with scheduled
    service, then to the larger type, then to the one whose ident is the code, then by ident. The
    others have their ident, or where that is the key of another airport, their country and ident,
    such as ``MX-MMPE``.
    """
    claims = _claims(airports)
    best = claims.sort_values(
        ["code", "is_closed", "is_by_ident", "is_unscheduled", "size", "is_other_ident", "ident"]
    ).drop_duplicates("code")
    is_owner = pd.Series(False, index=claims.index)
    is_owner[best.index] = True
    owned = claims["code"].where(is_owner)
    is_ident_free = ~claims["ident"].isin(set(owned.dropna()))
    unique = claims["country_code"].fillna("ZZ") + "-" + claims["ident"]
    keys = owned.fillna(claims["ident"].where(is_ident_free)).fillna(unique)
    icao = claims["icao"].where(claims["icao"] == keys, None)
    return with_columns(airports, airport=keys, icao=icao)


def _claims(airports: pa.Table) -> pd.DataFrame:
    names = ["ident", "icao", "country_code", "type", "has_scheduled_service"]
    claims = airports.select(names).to_pandas()
    claims["code"] = claims["icao"].fillna(claims["ident"])
    claims["is_closed"] = claims["type"] == _CLOSED
    claims["is_by_ident"] = claims["icao"].isna()
    claims["is_unscheduled"] = claims["has_scheduled_service"] != True  # noqa: E712
    sizes = {name: size for size, name in enumerate(_TYPES)}
    claims["size"] = claims["type"].map(sizes).fillna(len(_TYPES))
    claims["is_other_ident"] = claims["ident"] != claims["code"]
    return claims
