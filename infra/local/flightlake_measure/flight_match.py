"""Which derived flight is which true one, and how often they agree: pure functions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from math import nan

import numpy as np

MIN_OVERLAP_S = 60
"""Two flights that share less time do not touch; no derived flight is shorter."""
COVERED_WITHIN_S = 60
"""A flight starts inside coverage if it was heard by so long after lift-off, ends likewise."""


@dataclass(frozen=True)
class TrueFlight:
    """What was really flown and when it was heard; times in Unix seconds, airports by ICAO code.

    ``heard_airborne_s`` is from the first to the last contact in the air.
    """

    icao24: str
    callsign: str
    take_off_s: int
    landing_s: int
    departure: str
    arrival: str
    first_heard_s: int
    last_heard_s: int
    heard_airborne_s: int
    is_address_shared: bool = False

    @property
    def begins_in_coverage(self) -> bool:
        """It was heard on the ground, or soon after it had lifted off."""
        return self.first_heard_s <= self.take_off_s + COVERED_WITHIN_S

    @property
    def ends_in_coverage(self) -> bool:
        """It was heard on the ground, or until shortly before it touched down."""
        return self.last_heard_s >= self.landing_s - COVERED_WITHIN_S

    @property
    def is_observable(self) -> bool:
        """It was heard in the air for as long as a derived flight must last."""
        return self.heard_airborne_s >= MIN_OVERLAP_S


@dataclass(frozen=True)
class DerivedFlight:
    """What gold.flights says; times in Unix seconds."""

    icao24: str
    callsign: str | None
    first_seen_s: int
    last_seen_s: int
    take_off_s: int | None = None
    landing_s: int | None = None
    departure: str | None = None
    arrival: str | None = None


Pair = tuple[TrueFlight, DerivedFlight]


@dataclass(frozen=True)
class Matching:
    """Every pair that touches, and the pairs that are one flight."""

    touching: Sequence[Pair]
    pairs: Sequence[Pair]


@dataclass(frozen=True)
class Airports:
    """Shares of the true flights whose end lies inside coverage."""

    covered: int
    right: float
    wrong: float

    @property
    def unknown(self) -> float:
        """No airport was named, or the flight was not found."""
        return 1 - self.right - self.wrong


@dataclass(frozen=True)
class TimeError:
    """Derived minus true, in seconds: median and interquartile range of the ``timed`` share."""

    timed: float
    median_s: float
    iqr_s: float


@dataclass(frozen=True)
class Accuracy:
    """How derived flights agree with the true ones."""

    true_flights: int
    derived_flights: int
    recall: float
    precision: float
    fragmented: float
    merged: float
    departure: Airports
    arrival: Airports
    take_off: TimeError
    landing: TimeError


def overlap_s(true: TrueFlight, derived: DerivedFlight) -> int:
    """How long the derived flight was seen with the true one in the air; not above 0: never."""
    begin_s = max(true.take_off_s, derived.first_seen_s)
    return min(true.landing_s, derived.last_seen_s) - begin_s


def touches(true: TrueFlight, derived: DerivedFlight) -> bool:
    """The derived flight holds a part of the true one.

    Where two aircraft share an address, time alone cannot tell: the callsign must be the same too.
    """
    is_named = not true.is_address_shared or true.callsign == derived.callsign
    same_aircraft = true.icao24 == derived.icao24 and is_named
    return same_aircraft and overlap_s(true, derived) >= MIN_OVERLAP_S


def match(truth: Iterable[TrueFlight], derived: Iterable[DerivedFlight]) -> Matching:
    """Pair each derived flight with the true one that it shares most time with, one to one.

    Of several derived flights of one true flight, the one that shares most time is its pair; the
    others are fragments.
    """
    of_address: dict[str, tuple[list[TrueFlight], list[DerivedFlight]]]
    of_address = defaultdict(lambda: ([], []))
    for true in truth:
        of_address[true.icao24][0].append(true)
    for found in derived:
        of_address[found.icao24][1].append(found)
    touching = [pair for both in of_address.values() for pair in product(*both) if touches(*pair)]
    # The last of equals wins in both directions, so sorted by data no order of arrival shows.
    by_overlap = sorted(touching, key=lambda pair: (overlap_s(*pair), _times(*pair)))
    best_true = {pair[1]: pair for pair in by_overlap}
    mutual = {pair[0]: pair for pair in by_overlap if best_true[pair[1]] == pair}
    return Matching(touching, list(mutual.values()))


def _times(true: TrueFlight, derived: DerivedFlight) -> tuple[int, int, int]:
    return true.take_off_s, derived.first_seen_s, derived.last_seen_s


def accuracy(
    truth: Sequence[TrueFlight], derived: Sequence[DerivedFlight], begin_s: int, end_s: int
) -> Accuracy:
    """Measure the observable true flights that landed in [begin_s, end_s).

    The derived flights are those last seen in it. Their counterparts may lie outside.
    """
    matching = match(truth, derived)
    flown = [t for t in truth if t.is_observable and begin_s <= t.landing_s < end_s]
    found = [d for d in derived if begin_s <= d.last_seen_s < end_s]
    pair_of = dict(matching.pairs)
    true_of = {d: t for t, d in matching.pairs}
    parts: dict[TrueFlight, int] = defaultdict(int)
    wholes: dict[DerivedFlight, int] = defaultdict(int)
    for true, one in matching.touching:
        parts[true] += 1
        wholes[one] += 1
    pairs = [(true, pair_of[true]) for true in flown if true in pair_of]
    return Accuracy(
        true_flights=len(flown),
        derived_flights=len(found),
        recall=len(pairs) / len(flown),
        precision=sum(one in true_of for one in found) / len(found),
        fragmented=sum(parts[true] > 1 for true in flown) / len(flown),
        merged=sum(wholes[one] > 1 for one in found) / len(found),
        departure=_airports(
            (true.departure, _departure(pair_of.get(true)))
            for true in flown
            if true.begins_in_coverage
        ),
        arrival=_airports(
            (true.arrival, _arrival(pair_of.get(true))) for true in flown if true.ends_in_coverage
        ),
        take_off=time_error((true.take_off_s, one.take_off_s) for true, one in pairs),
        landing=time_error((true.landing_s, one.landing_s) for true, one in pairs),
    )


def time_error(times_s: Iterable[tuple[int, int | None]]) -> TimeError:
    """The spread of the error, from pairs of the true time and the derived one."""
    times = list(times_s)
    errors_s = [derived_s - true_s for true_s, derived_s in times if derived_s is not None]
    if not errors_s:
        return TimeError(0.0, nan, nan)
    lower, middle, upper = np.percentile(errors_s, (25, 50, 75)).tolist()
    return TimeError(len(errors_s) / len(times), middle, upper - lower)


def _airports(named: Iterable[tuple[str, str | None]]) -> Airports:
    """From pairs of the true airport and the derived one."""
    ends = list(named)
    right = sum(true == derived for true, derived in ends)
    wrong = sum(derived not in (None, true) for true, derived in ends)
    return Airports(len(ends), right / len(ends), wrong / len(ends))


def _departure(one: DerivedFlight | None) -> str | None:
    return one.departure if one else None


def _arrival(one: DerivedFlight | None) -> str | None:
    return one.arrival if one else None
