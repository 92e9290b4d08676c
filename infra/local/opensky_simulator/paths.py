"""The way of an aircraft over the ground, from gate to gate, as a chain of lines and turns."""

from dataclasses import dataclass
from functools import reduce
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from opensky_simulator.geodesy import Places, advance, towards
from opensky_simulator.hashing import Bools, Floats
from opensky_simulator.runways import RunwayEnds

# Taxi out, runway and straight out, turn, line, turn at the fix, line, turn, final and runway,
# taxi in.
_PIECES = 9
_ROUNDS = 4


class Ends(NamedTuple):
    """Columns: the runway ends and the gates of a leg, and how much runway it needs in m."""

    departure: RunwayEnds
    arrival: RunwayEnds
    first_gate: Places
    last_gate: Places
    roll_m: Floats
    touch_down_m: Floats


class Manners(NamedTuple):
    """Columns: how a leg is flown. Lengths and radii in m, ``laps`` full turns at the fix."""

    straight_m: Floats
    final_m: Floats
    first_radius_m: Floats
    fix_radius_m: Floats
    last_radius_m: Floats
    laps: Floats


@dataclass(frozen=True)
class Paths:
    """Rows are pieces, columns are legs. ``begin_m`` is counted from lift-off.

    ``airborne_m`` is the way from lift-off to the (first) touch-down.
    """

    begin_m: Floats
    lat: Floats
    lon: Floats
    track_deg: Floats
    bend_deg_per_m: Floats
    airborne_m: Floats
    end_m: Floats

    def place(self, leg: npt.NDArray[np.int64], along_m: Floats) -> Places:
        """Return where each ``leg`` is ``along_m`` after lift-off; it waits at both gates."""
        along_m = np.minimum(np.maximum(along_m, self.begin_m[0, leg]), self.end_m[leg])
        piece = (self.begin_m[1:, leg] <= along_m).sum(axis=0)
        start = Places(self.lat[piece, leg], self.lon[piece, leg], self.track_deg[piece, leg])
        return advance(start, self.bend_deg_per_m[piece, leg], along_m - self.begin_m[piece, leg])

    def take(self, chosen: Any) -> "Paths":
        """Return the paths of the chosen legs, by index or by mask."""
        return Paths(
            self.begin_m[:, chosen],
            self.lat[:, chosen],
            self.lon[:, chosen],
            self.track_deg[:, chosen],
            self.bend_deg_per_m[:, chosen],
            self.airborne_m[chosen],
            self.end_m[chosen],
        )


class _Piece(NamedTuple):
    start: Places
    bend_deg_per_m: Floats
    length_m: Floats


def routes(ends: Ends, manners: Manners, fix: Places) -> Paths:
    """Return the paths of legs that fly by a fix; what a loop circles is its fix."""
    lift_off, touch_down, final = _runway_places(ends, manners)
    straight = _zeros(final)
    turn_out = advance(lift_off, straight, manners.straight_m)
    wanted_deg, _, _ = towards(turn_out, fix)
    side = _side(turn_out.track_deg, wanted_deg)
    leave, bend, turned_m = turn_out, straight, straight
    for _ in range(_ROUNDS):
        bend, turned_m = _bend(_turn_deg(turn_out, wanted_deg, side), manners.first_radius_m)
        leave = advance(turn_out, bend, turned_m)
        wanted_deg, arriving_deg, to_fix_m = towards(leave, fix)
    at_fix = Places(fix.lat, fix.lon, arriving_deg)
    onward_deg, inbound_deg, onward_m = towards(at_fix, final)
    fix_side, last_side = _side(arriving_deg, onward_deg), _side(inbound_deg, final.track_deg)
    for _ in range(_ROUNDS):
        # Each of the two turns ends on the line to the other, so they are found step by step.
        turn_deg = _turn_deg(at_fix, onward_deg, fix_side) + 360 * manners.laps * fix_side
        fix_bend, fix_m = _bend(turn_deg, manners.fix_radius_m)
        onward = advance(at_fix, fix_bend, fix_m)
        inbound = Places(final.lat, final.lon, inbound_deg)
        turn_deg = _turn_deg(inbound, final.track_deg, last_side)
        last_bend, last_m = _bend(turn_deg, manners.last_radius_m)
        turn_in = _backwards(final, last_bend, last_m)
        onward_deg, inbound_deg, onward_m = towards(onward, turn_in)
    airborne = [
        _Piece(lift_off, straight, manners.straight_m),
        _Piece(turn_out, bend, turned_m),
        _Piece(_heading(leave, wanted_deg), straight, to_fix_m),
        _Piece(at_fix, fix_bend, fix_m),
        _Piece(_heading(onward, onward_deg), straight, onward_m),
        _Piece(turn_in, last_bend, last_m),
        _Piece(final, straight, manners.final_m),
    ]
    return _chained(ends, touch_down, airborne)


def circuits(ends: Ends, manners: Manners, left_hand: Bools) -> Paths:
    """Return the paths of one lap round the departure runway: straight out, back and final.

    After touch-down the aircraft may roll on to lift-off and fly the same lap again.
    """
    ends = ends._replace(arrival=ends.departure)
    lift_off, touch_down, final = _runway_places(ends, manners)
    straight = _zeros(lift_off)
    turn_deg = np.where(left_hand, -180.0, 180.0)
    bend, turned_m = _bend(turn_deg, manners.first_radius_m)
    turn_out = advance(lift_off, straight, manners.straight_m)
    downwind = advance(turn_out, bend, turned_m)
    back_m = manners.straight_m + ends.roll_m - ends.touch_down_m + manners.final_m
    turn_in = advance(downwind, straight, back_m)
    nothing = _Piece(turn_in, straight, straight)
    airborne = [
        _Piece(lift_off, straight, manners.straight_m),
        _Piece(turn_out, bend, turned_m),
        _Piece(downwind, straight, back_m),
        nothing,
        nothing,
        _Piece(turn_in, bend, turned_m),
        _Piece(final, straight, manners.final_m),
    ]
    return _chained(ends, touch_down, airborne)


def merged(first: Paths, second: Paths, is_second: Bools) -> Paths:
    """Return ``second`` where ``is_second``, else ``first``."""
    names = Paths.__dataclass_fields__
    return Paths(
        **{name: np.where(is_second, getattr(second, name), getattr(first, name)) for name in names}
    )


def _runway_places(ends: Ends, manners: Manners) -> tuple[Places, Places, Places]:
    """Return where the aircraft lifts off, where it touches down and where final begins."""
    departure, arrival = _threshold(ends.departure), _threshold(ends.arrival)
    straight = _zeros(departure)
    touch_down = advance(arrival, straight, ends.touch_down_m)
    final = _backwards(touch_down, straight, manners.final_m)
    return advance(departure, straight, ends.roll_m), touch_down, final


def _chained(ends: Ends, touch_down: Places, airborne: list[_Piece]) -> Paths:
    """Add the runways and the taxiways to the airborne pieces and count the way."""
    threshold = _threshold(ends.departure)
    straight = _zeros(threshold)
    rolled_out = advance(touch_down, straight, ends.roll_m)
    out_deg, _, out_m = towards(ends.first_gate, threshold)
    in_deg, _, in_m = towards(rolled_out, ends.last_gate)
    first, *turns, last = airborne
    pieces = [
        _Piece(_heading(ends.first_gate, out_deg), straight, out_m),
        _Piece(threshold, straight, ends.roll_m + first.length_m),
        *turns,
        _Piece(last.start, straight, last.length_m + ends.roll_m),
        _Piece(_heading(rolled_out, in_deg), straight, in_m),
    ]
    length_m = np.stack([piece.length_m for piece in pieces])
    begin_m = np.cumsum(length_m, axis=0) - length_m - out_m - ends.roll_m
    return Paths(
        begin_m=begin_m,
        lat=np.stack([piece.start.lat for piece in pieces]),
        lon=np.stack([piece.start.lon for piece in pieces]),
        track_deg=np.stack([piece.start.track_deg for piece in pieces]),
        bend_deg_per_m=np.stack([piece.bend_deg_per_m for piece in pieces]),
        airborne_m=reduce(np.add, (piece.length_m for piece in airborne)),
        end_m=begin_m[-1] + in_m,
    )


def _side(from_deg: Floats, to_deg: Floats) -> Floats:
    """Return 1 where the shorter turn is to the right, else -1."""
    return np.where((to_deg - from_deg) % 360 < 180, 1.0, -1.0)


def _turn_deg(start: Places, to_deg: Floats, side: Floats) -> Floats:
    """Return the turn to that ``side``, unless a small one to the other side does.

    The side must not change from round to round where the target lies behind.
    """
    turn_deg = ((to_deg - start.track_deg) * side) % 360
    return side * np.where(turn_deg > 270, turn_deg - 360, turn_deg)


def _bend(turn_deg: Floats, radius_m: Floats) -> tuple[Floats, Floats]:
    """Return the signed bend in degrees per m and the length in m of a turn."""
    per_m = np.degrees(1 / radius_m)
    return np.sign(turn_deg) * per_m, np.abs(turn_deg) / per_m


def _backwards(end: Places, bend_deg_per_m: Floats, length_m: Floats) -> Places:
    """Return the place from which ``length_m`` along the bend lead to ``end``."""
    reverse = Places(end.lat, end.lon, end.track_deg + 180)
    start = advance(reverse, -bend_deg_per_m, length_m)
    return Places(start.lat, start.lon, (start.track_deg + 180) % 360)


def _threshold(end: RunwayEnds) -> Places:
    return Places(end.lat, end.lon, end.heading_deg)


def _heading(place: Places, track_deg: Floats) -> Places:
    return Places(place.lat, place.lon, track_deg)


def _zeros(like: Places) -> Floats:
    return np.zeros(len(like.lat))
