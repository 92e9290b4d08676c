"""One poll: ask OpenSky, check that the answer is the one asked for, land it as it came.

OpenSky has no box across the antimeridian. Such an area is two requests; their answers are checked
one by one and landed as one (``merge``), or not at all.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flightlake.contracts import raw
from flightlake.contracts.hours import Hour
from flightlake.contracts.storage import Lake

from opensky.area import BoundingBox
from opensky.client import Fetched, OpenSkyClient
from opensky.credits import credits_for, ensure_credits
from opensky.errors import UnusableAnswerError
from opensky.merge import merged

ASKED_TIME_TOLERANCE_S = 10
"""OpenSky rounds ``time`` down to 5 s, or 10 s for anonymous calls."""

LIVE_MAX_AGE_S = 60
LIVE_MAX_AHEAD_S = 10
"""How far two well-kept clocks may differ."""


def poll_once(
    client: OpenSkyClient,
    lake: Lake,
    source: str,
    now: datetime,
    *,
    box: BoundingBox | None = None,
    extended: bool = False,
    time_s: int | None = None,
    credit_floor: int = 0,
    max_age_s: int = LIVE_MAX_AGE_S,
) -> raw.Landed:
    """Poll once and land the answer with its manifest; the same answer twice is one object.

    Args:
        client: whom to ask.
        lake: where the answer goes.
        source: the name that it is landed under, such as ``opensky``.
        now: the moment of the poll, aware.
        box: the area; None is the whole world.
        extended: whether to ask for the aircraft's category.
        time_s: the moment to ask for, in Unix seconds; None is now.
        credit_floor: credits that this poll must leave.
        max_age_s: how old the answer to a live poll may be.

    Raises:
        CreditFloorError: nothing was asked, so as to leave the floor.
        RateLimitedError: OpenSky says when to come back.
        UnusableAnswerError: what came is no answer, or one for another time; it was kept as
            unreadable, byte for byte. Of an area in two parts the other part is not kept.
        OpenSkyError: no answer came.
    """
    price = credits_for(box)
    reading = last_credits(lake, source, now)
    if reading is not None:
        credits_left, read_at = reading
        ensure_credits(credits_left, read_at, price=price, floor=credit_floor, now=now)
    parts = [
        client.states(box=part, extended=extended, time_s=time_s)
        for part in (box.parts if box else (None,))
    ]
    reasons = [part.unreadable_reason or wrong_time(part, time_s, max_age_s) for part in parts]
    unusable = next((i for i, reason in enumerate(reasons) if reason), None)
    fetched = merged(parts) if unusable is None else parts[unusable]
    landed = raw.land(
        lake,
        fetched.body,
        source=source,
        fetched_at=fetched.fetched_at,
        meant_for=None if time_s is None else Hour.of(time_s),
        requested_time_s=time_s,
        unreadable_reason=None if unusable is None else reasons[unusable],
        credits_spent=price,
        credits_left=parts[-1].credits_left,
    )
    if landed.manifest.unreadable_reason is not None:
        raise UnusableAnswerError(
            f"OpenSky's answer cannot be used: {landed.manifest.unreadable_reason}. It was kept "
            f"byte for byte as {lake.url_of(landed.manifest.object)} and is not part of the data. "
            "Trying again asks anew; if that keeps failing, look into that object."
        )
    return landed


def summary(landed: raw.Landed) -> dict[str, Any]:
    """What the asset event of a landed answer says."""
    manifest = landed.manifest
    return {
        "object": manifest.object,
        "is_new": landed.is_new,
        "source": manifest.source,
        "time": manifest.time_s,
        "rows": manifest.rows,
        "credits_spent": manifest.credits_spent,
        "credits_left": manifest.credits_left,
    }


def wrong_time(fetched: Fetched, time_s: int | None, max_age_s: int) -> str | None:
    """Why an answer's own ``time`` is not what was asked for; None where it is."""
    if fetched.answer is None:
        return None
    got_s = fetched.answer.time_s
    if time_s is not None:
        if abs(got_s - time_s) <= ASKED_TIME_TOLERANCE_S:
            return None
        return f"`time` {_moment(got_s)} instead of the {_moment(time_s)} asked for"
    age_s = fetched.fetched_at.timestamp() - got_s
    if age_s > max_age_s:
        return f"`time` {_moment(got_s)} is {age_s:.0f} s old; a live answer has {max_age_s} s"
    if age_s < -LIVE_MAX_AHEAD_S:
        return f"`time` {_moment(got_s)} lies {-age_s:.0f} s ahead of our clock"
    return None


def _moment(time_s: int) -> str:
    return f"{datetime.fromtimestamp(time_s, UTC):%Y-%m-%d %H:%M:%S} UTC"


def last_credits(lake: Lake, source: str, now: datetime) -> tuple[int, datetime] | None:
    """The newest reading of the credits left, and its moment, out of this and the last hour."""
    for manifest in raw.newest_manifests(lake, source, now):
        if manifest.credits_left is not None:
            return manifest.credits_left, manifest.fetched_at
    return None
