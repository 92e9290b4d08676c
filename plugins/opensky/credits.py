"""What polls cost and when they must stop: OpenSky's tiers, areas and prices as pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from opensky.area import BoundingBox
from opensky.errors import CreditFloorError

_WORLD_PRICE = 4

RECHECK = timedelta(hours=1)
"""How long a reading below the floor stands. Credits return at a moment of OpenSky's choice (seen
at 15 UTC, not at midnight) and only a poll tells, so one is spent an hour, out of the reserve."""


@dataclass(frozen=True)
class Tier:
    """An account's size in credits, refilled once a day or once an hour."""

    credits: int
    refill: timedelta

    @property
    def credit_floor(self) -> int:
        """Credits that polling leaves for filling gaps: 200, or a tenth of a small account."""
        return min(200, self.credits // 10)


TIERS = {
    "anonymous": Tier(400, timedelta(days=1)),
    "standard": Tier(4_000, timedelta(days=1)),
    "active": Tier(8_000, timedelta(days=1)),
    "licensed": Tier(14_400, timedelta(hours=1)),
}


def credits_for(box: BoundingBox | None) -> int:
    """The price of one poll, the same in every tier; no box is the whole world.

    An area across the antimeridian is two ``/states/all`` calls, and each is paid for.
    """
    return sum(_price(part.area_sq_deg) for part in box.parts) if box else _WORLD_PRICE


def _price(area_sq_deg: float) -> int:
    for limit_sq_deg, price in ((25, 1), (100, 2), (400, 3)):
        if area_sq_deg <= limit_sq_deg:
            return price
    return _WORLD_PRICE


def seconds_between_polls(tier: Tier, price: int) -> float:
    """How far apart polls of one price must lie for the tier's credits to last."""
    return tier.refill.total_seconds() * price / tier.credits


def ensure_credits(
    credits_left: int, read_at: datetime, *, price: int, floor: int, now: datetime
) -> None:
    """Let a poll go ahead only where it leaves the floor untouched, or the reading is too old.

    Args:
        credits_left: the credits that were left when an answer last told.
        read_at: when that was.
        price: what the next poll costs.
        floor: the credits that polling must leave.
        now: the moment of the next poll.

    Raises:
        CreditFloorError: with the moment from which one poll may look again.
    """
    retry_at = read_at + RECHECK
    if credits_left - price >= floor or now >= retry_at:
        return
    raise CreditFloorError(
        f"OpenSky said at {read_at:%H:%M:%S} UTC that {credits_left:,} credits are left; a poll "
        f"costs {price} and must leave {floor:,} (the connection's credit floor). Nothing was "
        f"asked. Polling looks again at {retry_at:%Y-%m-%d %H:%M:%S} UTC.",
        retry_at,
    )
