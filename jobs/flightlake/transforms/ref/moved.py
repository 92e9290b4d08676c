"""Airports that a new version of ref.airports has in another place than before.

Degrees and minutes that were read as decimals move every airport of a country by 20 km or more, and
all else about the file looks well.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
from scipy.spatial import KDTree

from flightlake.transforms.ref.sphere import EARTH_RADIUS_M, distance_m, unit_vectors

MOVED_M = 3_000.0
"""A correction moves an airport by less."""
FEWEST_MOVED, MAX_MOVED_SHARE = 3, 0.2
"""So many airports of a country, and so large a share of its large and medium ones, do not move.

Between two lists that were years apart, at most 0.09 of the large and medium ones of any country
were elsewhere, and 1.00 of those of the one that was wrong. Codes of small ones are given out
again: of Brazil's, 0.15 were elsewhere.
"""
MAX_DISTANCE_M = 10_000.0
"""From an airport to an aircraft on its ground."""
FEWEST_AIRCRAFT = 5
"""Fewer on the ground of an airport say nothing of it: positions can be wrong."""
_MAX_NAMED = 5
_NAMES = ("latitude", "longitude")
_SIZES, _SMALL = {"large_airport": 0, "medium_airport": 1}, 2
_NOT_FOR_MOST = ("heliport", "balloonport", "closed")


def countries_moved(airports: pa.Table, before: pa.Table) -> list[str]:
    """The countries of which a large share has moved, each with the airports that did most.

    Args:
        airports: the new version.
        before: the version that it is held against.
    """
    now, places = _places(airports), _places(before)
    both = now.assign(moved_m=_distance_m(now, places.reindex(now.index))).dropna(
        subset=["moved_m"]
    )
    found = []
    for country, of_country in both.groupby("country_code", sort=True):
        is_moved = of_country["moved_m"] > MOVED_M
        moved = of_country[is_moved]
        # Not a number where the country has no large and medium ones, and that is no large share.
        share = is_moved[of_country["size"] < _SMALL].mean()
        if len(moved) >= FEWEST_MOVED and share >= MAX_MOVED_SHARE:
            most = moved.sort_values(["size", "moved_m"], ascending=[True, False])
            found.append(
                f"{country}: {len(moved):,} of {len(of_country):,} airports, such as "
                + _named(most["moved_m"])
            )
    return found


def airports_left(airports: pa.Table, before: pa.Table, seen: pd.DataFrame) -> list[str]:
    """The airports that aircraft stood at and that are now elsewhere, with how far.

    Args:
        airports: the new version.
        before: the version that it is held against.
        seen: where aircraft were on the ground, see ``seen.found_in``.
    """
    places, now = _places(before), _places(airports)
    stood = _stood_at(places, seen)
    away_m = _distance_m(now.reindex(stood.index), stood)
    moved_m = _distance_m(now, places.reindex(now.index))
    # An airport of another key may be there, but not one that has come from elsewhere itself.
    has_another = _is_near_any(now[~(moved_m > MOVED_M)], stood)
    is_left = ~(away_m <= MAX_DISTANCE_M) & ~has_another
    return [_named(away_m[[airport]]) for airport in stood.index[is_left]]


def _places(airports: pa.Table) -> pd.DataFrame:
    """Open airports by key; heliports are many, and few of them are anybody's."""
    names = ["airport", "country_code", "type", "latitude_deg", "longitude_deg"]
    places = airports.select(names).to_pandas().dropna(subset=names[3:]).set_index("airport")
    return places[~places["type"].isin(_NOT_FOR_MOST)].assign(
        size=places["type"].map(_SIZES).fillna(_SMALL)
    )


def _stood_at(places: pd.DataFrame, seen: pd.DataFrame) -> pd.DataFrame:
    """Airports at which enough aircraft were on the ground, with the middle of their positions."""
    columns = {f"ground_{name}_deg": f"{name}_deg" for name in _NAMES}
    on_ground = seen.dropna(subset=list(columns))[list(columns)].rename(columns=columns)
    if on_ground.empty:
        return on_ground
    near = KDTree(_points(on_ground)).query_ball_point(
        _points(places), MAX_DISTANCE_M / EARTH_RADIUS_M
    )
    stood = {
        airport: on_ground.iloc[rows].median()
        for airport, rows in zip(places.index, near, strict=True)
        if len(rows) >= FEWEST_AIRCRAFT
    }
    return pd.DataFrame.from_dict(stood, orient="index", columns=list(on_ground.columns))


def _is_near_any(places: pd.DataFrame, stood: pd.DataFrame) -> np.ndarray:
    """Whether one of the airports is where aircraft stood."""
    if places.empty or stood.empty:
        return np.zeros(len(stood), dtype=bool)
    chord, _ = KDTree(_points(places)).query(_points(stood))
    is_near: np.ndarray = chord <= MAX_DISTANCE_M / EARTH_RADIUS_M
    return is_near


def _distance_m(places: pd.DataFrame, others: pd.DataFrame) -> pd.Series:
    """From each place to that of the same row of the others, NaN where one is unknown."""
    metres = distance_m(
        *(frame[f"{n}_deg"].to_numpy() for frame in (places, others) for n in _NAMES)
    )
    return pd.Series(metres, index=places.index)


def _points(places: pd.DataFrame) -> np.ndarray:
    return unit_vectors(places["latitude_deg"].to_numpy(), places["longitude_deg"].to_numpy())


def _named(away_m: pd.Series) -> str:
    shown = away_m.head(_MAX_NAMED).items()
    return ", ".join(
        f"{airport} (gone)" if np.isnan(metres) else f"{airport} ({metres / 1000:,.0f} km)"
        for airport, metres in shown
    )
