"""What is known of real tracks, and how far derived flights agree with it: pure functions."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from flightlake_local.errors import LocalError

from flightlake_measure.flight_match import DerivedFlight

Subject = Literal["flights", "departure", "arrival"]
Outcome = Literal["right", "too many", "too few", "wrong", "null"]

UNKNOWN = "null"
NO_FLIGHT = "no flight"


@dataclass(frozen=True)
class TrackTruth:
    """What an aircraft of a recording did.

    An airport is a code, ``null`` where it must stay unknown, and empty where it is not judged;
    ``flights`` is None where their number is not judged.
    """

    recording: str
    icao24: str
    flights: int | None
    departure: str
    arrival: str


@dataclass(frozen=True)
class Finding:
    """One thing judged of one aircraft."""

    truth: TrackTruth
    subject: Subject
    expected: str
    got: str
    outcome: Outcome


def read_truth(file: Path) -> list[TrackTruth]:
    """The lines of a ``truth.csv``.

    Raises:
        LocalError: a line of it cannot be read.
    """
    found = []
    with file.open(encoding="utf-8", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines), 2):
            try:
                found.append(_truth_of(row))
            except (KeyError, TypeError, ValueError) as error:
                raise LocalError(f"{file}, line {number}: {error!r}") from None
    return found


def _truth_of(row: Mapping[str, str]) -> TrackTruth:
    flights = int(row["flights"]) if row["flights"] else None
    ends = row["departure_airport"], row["arrival_airport"]
    return TrackTruth(row["track"], row["icao24"], flights, *ends)


def judge(truth: TrackTruth, flights: Iterable[DerivedFlight]) -> list[Finding]:
    """Hold the flights of an aircraft against the truth.

    The track's departure is that of its first flight, its arrival that of its last.
    """
    in_order = sorted(flights, key=lambda flight: flight.first_seen_s)
    found = []
    if truth.flights is not None:
        outcome = _of_number(truth.flights, len(in_order))
        found.append(
            Finding(truth, "flights", str(truth.flights), str(len(in_order)), outcome),
        )
    departure = (in_order[0].departure or UNKNOWN) if in_order else NO_FLIGHT
    arrival = (in_order[-1].arrival or UNKNOWN) if in_order else NO_FLIGHT
    if truth.departure:
        outcome = _of_airport(truth.departure, departure)
        found.append(Finding(truth, "departure", truth.departure, departure, outcome))
    if truth.arrival:
        outcome = _of_airport(truth.arrival, arrival)
        found.append(Finding(truth, "arrival", truth.arrival, arrival, outcome))
    return found


def _of_number(expected: int, got: int) -> Outcome:
    if got == expected:
        return "right"
    return "too many" if got > expected else "too few"


def _of_airport(expected: str, got: str) -> Outcome:
    if got == expected:
        return "right"
    return "null" if got in (UNKNOWN, NO_FLIGHT) else "wrong"


def judge_all(
    truth_of_address: Mapping[str, TrackTruth], flights: Iterable[DerivedFlight]
) -> list[Finding]:
    """Judge every aircraft that the truth is known of, by the address of its derived flights."""
    of_address: dict[str, list[DerivedFlight]] = defaultdict(list)
    for flight in flights:
        of_address[flight.icao24].append(flight)
    return [
        finding
        for address, truth in truth_of_address.items()
        for finding in judge(truth, of_address[address])
    ]


def counts(findings: Sequence[Finding], subject: Subject) -> Counter[Outcome]:
    """How often each outcome is there."""
    return Counter(finding.outcome for finding in findings if finding.subject == subject)
