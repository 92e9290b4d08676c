"""A simulated day of answers in a lake of its own, made once."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from flightlake.contracts import raw
from flightlake.contracts.days import Day
from flightlake.contracts.hours import Hour
from flightlake.contracts.storage import Lake
from opensky_simulator.world import World

DAY = Day(date(2025, 12, 28))
SEED = 7
ANSWER_EVERY_S = 90
ANSWERS_AN_HOUR = 3600 // ANSWER_EVERY_S

_LANDED = "landed"


def lake_of_day(
    folder: Path, aircraft: int, hours: int, on_progress: Callable[[str], None]
) -> tuple[Lake, list[Hour]]:
    """A lake that holds the answers of a day's first hours and nothing else.

    Args:
        folder: where lakes are kept; the answers stay there, tables of an earlier run do not.
        aircraft: how many states an answer has on average.
        hours: how many hours of the day, at most 24.
        on_progress: told how many hours are landed.
    """
    root = folder_of_day(folder, aircraft, hours)
    root.mkdir(parents=True, exist_ok=True)
    for old in root.iterdir():
        if old.is_dir() and old.name != raw.ROOT.partition("/")[0]:
            shutil.rmtree(old)
    first = Hour(DAY.start)
    wanted = [first + offset for offset in range(hours)]
    if not (root / _LANDED).exists():
        with ProcessPoolExecutor(os.cpu_count()) as pool:
            landing = [pool.submit(_land, root.as_uri(), aircraft, hour) for hour in wanted]
            for done, landed in enumerate(as_completed(landing), 1):
                landed.result()
                on_progress(f"{done} of {hours} hours landed")
        (root / _LANDED).touch()
    return Lake(root.as_uri()), wanted


def folder_of_day(folder: Path, aircraft: int, hours: int) -> Path:
    """Where the lake of such a day lies among the lakes of a folder."""
    return folder / f"day-{aircraft}-aircraft-{hours}-hours"


def _land(lake_url: str, aircraft: int, hour: Hour) -> None:
    lake, world = Lake(lake_url), _world(aircraft)
    for moment_s in range(hour.start_s, hour.end_s, ANSWER_EVERY_S):
        fetched_at = datetime.fromtimestamp(moment_s, UTC)
        raw.land(lake, world.answer(moment_s), source="simulator", fetched_at=fetched_at)


@cache
def _world(aircraft: int) -> World:
    return World(SEED, aircraft)
