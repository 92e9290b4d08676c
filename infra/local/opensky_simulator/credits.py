"""The API's credits: what a request costs, and buckets that are filled up again."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from opensky_simulator.world import BoundingBox

BUCKETS = ("states", "tracks", "flights")
# An account of 2026 was filled up between 15:12 and 15:37 UTC, not at midnight.
_REFILL_AT_S = 15 * 3600 + 20 * 60
_DAY_S, _HOUR_S = 86_400, 3_600
_LIVE_FLIGHTS_COST, _PAST_FLIGHTS_COST = 4, 30


@dataclass(frozen=True)
class Tier:
    """``credits`` in every ``period_s``."""

    credits: int
    period_s: int


TIERS = {
    "anonymous": Tier(400, _DAY_S),
    "standard": Tier(4_000, _DAY_S),
    "active": Tier(8_000, _DAY_S),
    "licensed": Tier(14_400, _HOUR_S),
}


class Bucket:
    """One account's credits for one group of endpoints."""

    def __init__(self, tier: Tier, clock: Callable[[], float]) -> None:
        self._tier = tier
        self._clock = clock
        self._remaining = tier.credits
        self._period = self._current_period()

    @property
    def remaining(self) -> int:
        """Credits that are left now."""
        self._refill()
        return self._remaining

    def set(self, remaining: int) -> None:
        """Leave exactly ``remaining`` credits until the next refill."""
        self._refill()
        self._remaining = remaining

    def take(self, cost: int) -> bool:
        """Spend ``cost`` credits and return True, or leave all as it is and return False."""
        if self.remaining < cost:
            return False
        self._remaining -= cost
        return True

    def retry_after_s(self) -> int:
        """Return whole seconds until the next refill, at least 1."""
        refill_s = (self._current_period() + 1) * self._tier.period_s + self._refill_at_s()
        return max(1, math.ceil(refill_s - self._clock()))

    def _refill(self) -> None:
        period = self._current_period()
        if period != self._period:
            self._period, self._remaining = period, self._tier.credits

    def _current_period(self) -> int:
        return int((self._clock() - self._refill_at_s()) // self._tier.period_s)

    def _refill_at_s(self) -> int:
        return _REFILL_AT_S % self._tier.period_s


class Accounts:
    """The three independent buckets of the anonymous visitor and of the one client."""

    def __init__(self, tier: str, clock: Callable[[], float]) -> None:
        self._buckets = {
            (authenticated, name): Bucket(TIERS[tier if authenticated else "anonymous"], clock)
            for authenticated in (False, True)
            for name in BUCKETS
        }

    def bucket(self, authenticated: bool, name: str) -> Bucket:
        """Return a bucket by its name: states, tracks or flights."""
        return self._buckets[authenticated, name]


def states_cost(bbox: BoundingBox | None) -> int:
    """Return the credits for /states/all: by area in square degrees, 4 for the world."""
    if bbox is None:
        return 4
    south, west, north, east = bbox
    area = abs(north - south) * abs(east - west)
    return 1 if area <= 25 else 2 if area <= 100 else 3 if area <= 400 else 4


def flights_cost(now_s: float, begin_s: int) -> int:
    """Return the credits for a window of at most two hours of /flights/all."""
    return _LIVE_FLIGHTS_COST if now_s - begin_s < _DAY_S else _PAST_FLIGHTS_COST
