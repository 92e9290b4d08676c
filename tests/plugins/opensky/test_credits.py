"""Prices, tiers, the floor, and how often to poll."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from opensky.area import BoundingBox
from opensky.credits import RECHECK, TIERS, credits_for, ensure_credits, seconds_between_polls
from opensky.errors import CreditFloorError
from opensky.schedule import every

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("box", "price"),
    [
        (None, 4),
        (BoundingBox(-90, -180, 90, 180), 4),
        (BoundingBox(0, 0, 5, 5), 1),
        (BoundingBox(0, 0, 5, 5.1), 2),
        (BoundingBox(0, 0, 10, 10), 2),
        (BoundingBox(0, 0, 10, 10.1), 3),
        (BoundingBox(0, 0, 20, 20), 3),
        (BoundingBox(0, 0, 20, 20.1), 4),
        (BoundingBox(-20, 176, -15, -178), 2),
        (BoundingBox(-20, 160, -15, -178), 3),
        (BoundingBox(-90, 1, 90, 0), 8),
        (BoundingBox(-20, 180, -15, -178), 1),
    ],
)
def test_a_poll_costs_by_its_area(box, price):
    assert credits_for(box) == price


@pytest.mark.parametrize(
    "corners",
    [
        (5, 0, 5, 1),
        (0, 1, 1, 1),
        (-91, 0, 0, 1),
        (0, 170, 1, 190),
        (0, 180, 1, -180),
        (float("nan"), 0, 1, 1),
        (0, float("nan"), 1, 1),
    ],
)
def test_what_is_no_area_is_refused(corners):
    with pytest.raises(ValueError, match="is no area"):
        BoundingBox(*corners)


@pytest.mark.parametrize(
    ("box", "parts"),
    [
        ((-20, 5, -15, 8), [(-20, 5, -15, 8)]),
        ((-20, 176, -15, -178), [(-20, 176, -15, 180), (-20, -180, -15, -178)]),
        ((-20, 180, -15, -178), [(-20, -180, -15, -178)]),
        ((-20, 176, -15, -180), [(-20, 176, -15, 180)]),
    ],
)
def test_an_area_across_the_antimeridian_has_a_part_on_each_side(box, parts):
    assert BoundingBox(*box).parts == tuple(BoundingBox(*part) for part in parts)


def test_a_standard_account_affords_a_world_poll_every_86_seconds():
    assert seconds_between_polls(TIERS["standard"], 4) == pytest.approx(86.4)


def test_the_floor_is_200_and_a_tenth_of_small_accounts():
    floors = {name: tier.credit_floor for name, tier in TIERS.items()}
    assert floors == {"anonymous": 40, "standard": 200, "active": 200, "licensed": 200}


def test_a_poll_that_leaves_exactly_the_floor_goes_ahead():
    ensure_credits(204, NOW, price=4, floor=200, now=NOW)


def test_a_poll_that_would_eat_into_the_floor_stops_and_says_until_when():
    with pytest.raises(CreditFloorError, match="203 credits are left") as caught:
        ensure_credits(203, NOW, price=4, floor=200, now=NOW + timedelta(minutes=59))
    assert caught.value.retry_at == NOW + RECHECK


def test_a_reading_an_hour_old_no_longer_stops_a_poll():
    ensure_credits(0, NOW, price=4, floor=200, now=NOW + RECHECK)


@pytest.mark.parametrize(
    ("seconds", "schedule"),
    [
        (5, "* * * * * */5"),
        (15, "* * * * * */15"),
        (30, "* * * * * */30"),
        (60, "* * * * *"),
        (7, timedelta(seconds=7)),
        (45, timedelta(seconds=45)),
        (90, timedelta(seconds=90)),
        (3600, timedelta(hours=1)),
    ],
)
def test_an_interval_becomes_the_schedule_that_keeps_it(seconds, schedule):
    assert every(seconds) == schedule


@pytest.mark.parametrize("seconds", [5, 6, 10, 12, 15, 20, 30, 60])
def test_a_schedule_on_the_beat_fires_exactly_that_often(seconds):
    from croniter import croniter

    beats = croniter(every(seconds), NOW)
    fired = [beats.get_next(datetime) for _ in range(20)]
    gaps = {after - before for before, after in pairwise(fired)}
    assert gaps == {timedelta(seconds=seconds)}
