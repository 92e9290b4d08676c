"""Where the aircraft of a fleet fly to."""

import numpy as np

from opensky_simulator.airports import Airports
from opensky_simulator.fleet import KINDS, PRIVATE, Fleet, Ints
from opensky_simulator.hashing import Bools, Floats


def draw_destinations(
    fleet: Fleet, airports: Airports, pairs: int, rng: np.random.Generator
) -> tuple[Ints, Bools, Floats]:
    """Draw ``pairs`` destinations per aircraft by distance and weight.

    Returns the airport, whether the flight is a loop that ends at home, and its length in m if so.
    """
    shape = (len(fleet), pairs)
    destination = np.broadcast_to(fleet.home[:, None], shape).copy()
    loop = np.zeros(shape, dtype=bool)
    loop_m = np.zeros(shape)
    for number, kind in enumerate(KINDS):
        members = np.flatnonzero(fleet.kind == number)
        weight = airports.private_weight if number in PRIVATE else airports.airline_weight
        median_km, sigma, longest_km = kind.leg_km
        loop[members] = rng.random((len(members), pairs)) < kind.loops
        length_km = median_km * np.exp(sigma * rng.standard_normal((len(members), pairs)))
        loop_m[members] = 1000 * length_km.clip(0.3 * median_km, longest_km)
        for home in np.unique(fleet.home[members]).tolist():
            here = members[fleet.home[members] == home]
            km = airports.distances_km(home)
            appeal = weight * np.exp(-((np.log(km.clip(1) / median_km) / sigma) ** 2) / 2)
            appeal[(km < 0.25 * median_km) | (km > longest_km)] = 0.0
            if appeal.sum() == 0.0:
                loop[here] = True
                continue
            drawn = rng.choice(len(km), size=(len(here), pairs), p=appeal / appeal.sum())
            destination[here] = np.where(loop[here], home, drawn)
    return destination, loop, loop_m
