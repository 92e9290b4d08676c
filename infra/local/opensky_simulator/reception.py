"""What the receivers on the ground hear: when each aircraft was last heard, if it was at all.

Everything an answer says about an aircraft is a function of the moment of its last contact, so a
state whose aircraft was not heard again is repeated unchanged, as in the real feed.
"""

import numpy as np

from opensky_simulator.airports import Airports, ReceiverMap
from opensky_simulator.hashing import Bools, Floats, mix, uniform
from opensky_simulator.legs import Legs
from opensky_simulator.motion import Motion
from opensky_simulator.schedule import LONGEST_CONTACT_AGE_S, Flights

# Silences are drawn once for each slot of a flight; one slot back must reach the oldest contact.
_SLOT_S = LONGEST_CONTACT_AGE_S + 6
# Of the flights at an airport with a receiver, the share that is heard on the ground.
_SEES_GROUND = 0.75
# Flights that one receiver near one end hears only there: on final, or just after take-off
# (assumed; 3 of the 10 aircraft of the recording of Zürich, a poll of one airport, are so).
ONLY_FINAL_SHARE = ONLY_TAKE_OFF_SHARE = 0.02
_ON_FINAL_S, _AFTER_TAKE_OFF_S = (70.0, 200.0), (90.0, 300.0)
_SILENCE_SHARE = 0.19
_LASTS_TO_END_SHARE = 0.5
_RANGE_AT_GROUND_KM = 50.0
# Line of sight over a round earth is 4.12 km times the root of the height in m.
_RANGE_KM_PER_ROOT_M = 3.7

# (length in s, share): of so many slots of this length only the first second is heard.
_CONTACT_SLOTS = ((2, 0.24), (16, 0.07))
_POSITION_SLOTS = ((8, 0.14), (64, 0.02))
_FROZEN_SHARE = 0.04
_FROZEN_MEAN_S = 1_500.0


class Reception:
    """Contact times of flights: seconds since lift-off, whole in unix time."""

    def __init__(self, legs: Legs, airports: Airports, motion: Motion) -> None:
        self._legs = legs
        self._motion = motion
        self._map = ReceiverMap(airports)
        has = airports.has_receiver
        self._hears_start = has[legs.departure] & ~legs.short_stop
        self._hears_end = has[legs.arrival] & ~np.append(legs.short_stop[1:], False)

    def last_contact(self, flights: Flights, since_s: Floats) -> tuple[Floats, Bools]:
        """Return when each was last heard at or before ``since_s``, and whether it ever was."""
        first_s, last_s = self._heard_interval(flights)
        heard_s = np.minimum(since_s, np.floor(last_s))
        # A second counts only if no rule silences it, so each rule may send us back to the others.
        open_rows = np.arange(len(flights))
        while open_rows.size:
            some = flights.take(open_rows)
            earlier_s = _thinned(some, heard_s[open_rows])
            earlier_s = self._before_silence(some, first_s[open_rows], earlier_s)
            moved = earlier_s < heard_s[open_rows]
            heard_s[open_rows] = earlier_s
            recent = since_s[open_rows] - earlier_s <= LONGEST_CONTACT_AGE_S
            open_rows = open_rows[moved & recent & (earlier_s >= first_s[open_rows])]
        ever = (heard_s >= first_s) & (since_s - heard_s <= LONGEST_CONTACT_AGE_S)
        return heard_s, ever

    def position_time(self, flights: Flights, contact_s: Floats) -> Floats:
        """Return when the position known at ``contact_s`` was heard; some freeze for long."""
        position_s = contact_s
        for slot_s, share in _POSITION_SLOTS:
            position_s = _sparse(flights, position_s, slot_s, share)
        airborne_s = self._legs.airborne_s[flights.leg]
        freezes = uniform(flights.key, "freezes") < _FROZEN_SHARE
        begin_s = np.floor(0.9 * airborne_s * uniform(flights.key, "freeze begins"))
        lasts_s = -_FROZEN_MEAN_S * np.log(1 - uniform(flights.key, "freeze lasts"))
        frozen = freezes & (position_s > begin_s) & (position_s < begin_s + lasts_s)
        return np.where(frozen, begin_s, position_s)

    def _before_silence(self, flights: Flights, first_s: Floats, heard_s: Floats) -> Floats:
        """Return ``heard_s``, or the last second before the silence that it falls into."""
        slot = np.floor((heard_s - first_s) / _SLOT_S).clip(0, None)
        begin_s, end_s = self._silence(flights, first_s, slot)
        within_s = heard_s - first_s - slot * _SLOT_S
        silent = (within_s >= begin_s) & (within_s < end_s)
        before_begin, before_end = self._silence(flights, first_s, slot - 1)
        last_before = np.where(before_end < _SLOT_S, _SLOT_S, before_begin) - _SLOT_S
        resumed = np.where(begin_s > 0, begin_s, last_before)
        return np.where(silent, np.ceil(first_s + slot * _SLOT_S + resumed) - 1, heard_s)

    def _heard_interval(self, flights: Flights) -> tuple[Floats, Floats]:
        """Return from when to when the aircraft is above the horizon of the airports' receivers.

        Some receivers see the gates, some only the runway, and without one an aircraft appears
        and disappears at some hundred metres.
        """
        legs, leg = self._legs, flights.leg
        airborne_s = legs.airborne_s[leg]
        begins, ends = uniform(flights.key, "heard from"), uniform(flights.key, "heard until")
        roll_s = legs.roll_s[leg]
        from_ground_s = -roll_s - (legs.before_s[leg] - roll_s) * (1 - begins / _SEES_GROUND)
        until_ground_s = airborne_s + roll_s
        until_ground_s += (legs.after_s[leg] - roll_s) * (1 - ends / _SEES_GROUND)
        first_s = np.where(begins < _SEES_GROUND, from_ground_s, 150 * (begins - _SEES_GROUND))
        last_s = np.where(
            ends < _SEES_GROUND, until_ground_s, airborne_s - 180 * (ends - _SEES_GROUND)
        )
        first_s = np.where(self._hears_start[leg], first_s, 60 + 200 * begins)
        last_s = np.where(self._hears_end[leg], last_s, airborne_s - 60 - 300 * ends)
        side = uniform(flights.key, "only one end")
        on_final = airborne_s - _between(_ON_FINAL_S, begins)
        first_s = np.where(side < ONLY_FINAL_SHARE, np.maximum(first_s, on_final), first_s)
        out = _between(_AFTER_TAKE_OFF_S, ends)
        last_s = np.where(side > 1 - ONLY_TAKE_OFF_SHARE, np.minimum(last_s, out), last_s)
        return np.floor(first_s), last_s

    def _silence(self, flights: Flights, first_s: Floats, slot: Floats) -> tuple[Floats, Floats]:
        """Return the interval of a slot in which nothing is heard; [0, slot) beyond all range."""
        middle_s = first_s + (slot + 0.5) * _SLOT_S
        lat, lon = self._motion.rough_places(flights, middle_s)
        height_m = self._motion.heights_m(flights, middle_s).clip(0, None)
        range_km = _RANGE_AT_GROUND_KM + _RANGE_KM_PER_ROOT_M * np.sqrt(height_m)
        far = self._map.distance_km(lat, lon) / range_km
        key = mix(flights.key.view(np.int64), slot)
        share = _SILENCE_SHARE + (0.7 * far**4).clip(0, 0.7)
        silent = uniform(key, "silent") < share
        begin_s = _SLOT_S * uniform(key, "silence begins")
        lasts_s = _SLOT_S * uniform(key, "silence lasts")
        to_end = uniform(key, "silence lasts to the end") < _LASTS_TO_END_SHARE
        end_s = np.where(to_end, _SLOT_S, np.minimum(begin_s + lasts_s, _SLOT_S))
        beyond = far > 1
        begin_s = np.where(beyond, 0.0, np.where(silent, begin_s, _SLOT_S))
        return begin_s, np.where(beyond | silent, np.where(beyond, _SLOT_S, end_s), _SLOT_S)


def _between(bounds: tuple[float, float], share: Floats) -> Floats:
    return bounds[0] + (bounds[1] - bounds[0]) * share


def _thinned(flights: Flights, heard_s: Floats) -> Floats:
    """Take away single messages: many are a second late, some aircraft are heard rarely."""
    for slot_s, share in _CONTACT_SLOTS:
        heard_s = _sparse(flights, heard_s, slot_s, share)
    return heard_s


def _sparse(flights: Flights, heard_s: Floats, slot_s: int, share: float) -> Floats:
    """In a ``share`` of the slots only the first second is heard."""
    slot = np.floor(heard_s / slot_s)
    sparse = uniform(mix(flights.key.view(np.int64), slot), f"sparse {slot_s}") < share
    return np.where(sparse, slot * slot_s, heard_s)
