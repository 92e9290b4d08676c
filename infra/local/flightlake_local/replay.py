"""``make replay``: recorded answers, landed verbatim and processed through Airflow."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path

from botocore.exceptions import BotoCoreError
from flightlake.contracts import raw
from flightlake.contracts.hours import Hour
from flightlake.contracts.storage import MAX_OBJECT_BYTES, Lake

from flightlake_local import backfill, daily, hour_report, show
from flightlake_local.errors import LocalError
from flightlake_local.settings import LocalSettings
from flightlake_local.stack import Stack

SOURCE = "replay"
ANSWERS_AN_HOUR = 40
"""Of a complete hour: one answer every 90 s, as a standard account can poll."""

_SUFFIXES = (".json", ".json.gz")
_NAMED_FILES = 10


@dataclass(frozen=True)
class Recording:
    """A recorded file, and the hour that its answer belongs to or why that is not known."""

    path: Path
    hour: Hour | None
    reason: str | None = None


def run_replay(settings: LocalSettings, source: Path, *, with_days: bool = True) -> None:
    """Land what was recorded, process the hours and days that it covers, and print what came of it.

    Args:
        settings: of the stack.
        source: a recorded file, or a folder of them.
        with_days: whether to derive the flights of the days too.

    Raises:
        LocalError: there is nothing to replay, or an hour or a day failed.
    """
    fetched_at = datetime.now(UTC)
    recordings = [look_at(path, fetched_at) for path in find_recordings(source)]
    hours = covered_hours(recordings)
    steps, stack = show.steps(), Stack(settings)
    with steps.live():
        stack.up(steps)
        with steps.step("Landing") as step:
            new = land_all(stack.open_lake(), recordings, fetched_at)
            unreadable = [recording for recording in recordings if recording.hour is None]
            step.outcome = (
                f"{len(recordings)} answers landed, {new} of them new, {len(unreadable)} unreadable"
            )
        for line in described(unreadable):
            steps.say(line)
        with steps.step(f"Airflow backfill of {len(hours)} hours") as step:
            outcomes = backfill.process(
                stack,
                hours,
                answers_an_hour=ANSWERS_AN_HOUR,
                on_progress=step.update,
                on_outcome=lambda outcome: steps.say(f"{outcome.hour} has ended"),
            )
        to_make = daily.days_to_make(stack.open_lake(), hours) if with_days else []
        days = daily.process(stack, steps, to_make)
    steps.console.print(hour_report.hour_table(outcomes))
    steps.console.print(hour_report.gold_table([*outcomes, *days]))
    if failed := hour_report.failures([*outcomes, *days]):
        raise LocalError("\n".join(failed))


def run_land(lake_url: str, source: Path) -> None:
    """Land what was recorded in a lake that is elsewhere, with the rights of this shell, and print
    which hours can be processed there.

    Args:
        lake_url: ``s3://<bucket>``, or a folder as ``file:///…``.
        source: a recorded file, or a folder of them.

    Raises:
        LocalError: there is nothing to land, or no such lake.
    """
    fetched_at = datetime.now(UTC)
    recordings = [look_at(path, fetched_at) for path in find_recordings(source)]
    hours = covered_hours(recordings)
    steps = show.steps()
    with steps.live(), steps.step(f"Landing in {lake_url}") as step:
        try:
            new = land_all(Lake(lake_url), recordings, fetched_at)
        except (OSError, BotoCoreError) as error:
            raise LocalError(f"{lake_url} cannot be written to: {error}") from None
        step.outcome = f"{len(recordings)} answers landed, {new} of them new"
    for line in described([recording for recording in recordings if recording.hour is None]):
        steps.say(line)
    steps.say(f"Clear or backfill the runs of states_hourly of {', '.join(map(str, hours))}")


def find_recordings(source: Path) -> list[Path]:
    """The recorded files at a path, by name.

    Raises:
        LocalError: there are none.
    """
    if source.is_file():
        files = [source]
    elif source.is_dir():
        files = sorted(path for path in source.rglob("*") if path.is_file())
    else:
        raise LocalError(f"FROM={source}: there is no such file or folder.")
    found = [path for path in files if path.name.endswith(_SUFFIXES)]
    # What raw/ keeps beside each answer is no answer.
    found = [path for path in found if not path.name.endswith(raw.MANIFEST_SUFFIX)]
    if not found:
        raise LocalError(f"FROM={source}: nothing there ends in {' or '.join(_SUFFIXES)}.")
    return found


def covered_hours(recordings: Sequence[Recording]) -> list[Hour]:
    """The hours that readable answers belong to.

    Raises:
        LocalError: not one is readable.
    """
    hours = {recording.hour for recording in recordings if recording.hour}
    if not hours:
        first = recordings[0]
        raise LocalError(
            f"None of {len(recordings)} files is an answer of /states/all; "
            f"the first, {first.path}: {first.reason}."
        )
    return sorted(hours)


def described(unreadable: Sequence[Recording]) -> list[str]:
    """A line for each of the first unreadable files, and one for the others."""
    lines = [f"Not read: {each.path}: {each.reason}" for each in unreadable[:_NAMED_FILES]]
    others = len(unreadable) - len(lines)
    return [*lines, f"Not read: {others} more files"] if others else lines


def hours_for(recordings: Sequence[Recording]) -> list[Hour]:
    """The hour of each recording, or of the nearest readable one by name; the earlier on a tie."""
    readable = [(i, r.hour) for i, r in enumerate(recordings) if r.hour]
    hours = []
    for position in range(len(recordings)):
        after = bisect_left(readable, position, key=itemgetter(0))
        around = readable[max(0, after - 1) : after + 1]
        _, hour = min(around, key=lambda known: abs(known[0] - position))
        hours.append(hour)
    return hours


def land_all(lake: Lake, recordings: Sequence[Recording], fetched_at: datetime) -> int:
    """Land every recording, unreadable ones too; how many were not there yet."""
    landed = [
        raw.land(
            lake,
            _read(recording.path),
            source=SOURCE,
            fetched_at=fetched_at,
            meant_for=hour,
        )
        for recording, hour in zip(recordings, hours_for(recordings), strict=True)
    ]
    return sum(one.is_new for one in landed)


def look_at(path: Path, fetched_at: datetime) -> Recording:
    """Find out which hour a recorded file belongs to.

    Raises:
        LocalError: it cannot be read from disk.
    """
    body = _read(path)
    try:
        answer = raw.read_answer(raw.plain_text(body), fetched_at)
        return Recording(path, Hour.of(answer.time_s))
    except raw.UnreadableAnswerError as error:
        return Recording(path, None, str(error))


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            body = stream.read(MAX_OBJECT_BYTES + 1)
    except OSError as error:
        raise LocalError(f"{path} cannot be read: {error.strerror}.") from None
    if len(body) > MAX_OBJECT_BYTES:
        raise LocalError(f"{path} is larger than {MAX_OBJECT_BYTES:,} bytes: no recorded answer.")
    return body
