"""Arguments parsed at the door: the inside of a step handles no raw text."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from flightlake.contracts.costs import Prices
from flightlake.contracts.days import Day
from flightlake.contracts.exports import ExportRequest
from flightlake.contracts.hours import Hour
from flightlake.contracts.references import ROOT, source_of
from flightlake.contracts.requests import RefusedError
from flightlake.contracts.restores import RestoreRequest
from flightlake.contracts.storage import Lake
from flightlake.contracts.tables import REFERENCES


@dataclass(frozen=True)
class HourArguments:
    """What a step that works on one hour is told."""

    lake: Lake
    hour: Hour
    run_id: str
    expected_answers: int
    regions: dict[str, list[float]]


@dataclass(frozen=True)
class DayArguments:
    """What a step that works on one day is told."""

    lake: Lake
    day: Day
    run_id: str
    prices: Prices


@dataclass(frozen=True)
class ReferenceArguments:
    """What the step that refreshes reference tables is told: a landed file by table."""

    lake: Lake
    day: Day
    run_id: str
    sources: dict[str, str]


@dataclass(frozen=True)
class ExportArguments:
    """What the step that exports a table is told; ``run_id`` is for its log lines."""

    lake: Lake
    run_id: str
    request: ExportRequest


@dataclass(frozen=True)
class RestoreArguments:
    """What the step that restores a table is told."""

    lake: Lake
    run_id: str
    request: RestoreRequest


@dataclass(frozen=True)
class MaintenanceArguments:
    """What the step that puts the tables in order is told."""

    lake: Lake
    run_id: str
    dry_run: bool


def parse_maintenance_arguments(step: str, argv: Sequence[str]) -> MaintenanceArguments:
    """Parse the arguments of a maintenance; wrong ones end the process with a usage line."""
    parser = _parser(step, _OF_RUN)
    parser.add_argument(
        "--dry-run", type=_flag, required=True, help="true: only say what would be done; or false"
    )
    return MaintenanceArguments(**vars(parser.parse_args(argv)))


def parse_restore_arguments(step: str, argv: Sequence[str]) -> RestoreArguments:
    """Parse the arguments of a restore; wrong ones end the process with a usage line."""
    parser = _parser(step, _OF_RUN)
    _add_request(parser, RestoreRequest.parse, "JSON: table, version, …")
    return RestoreArguments(**vars(parser.parse_args(argv)))


def parse_export_arguments(step: str, argv: Sequence[str]) -> ExportArguments:
    """Parse the arguments of an export; wrong ones end the process with a usage line."""
    parser = _parser(step, _OF_RUN)
    _add_request(parser, ExportRequest.parse, "JSON: table, from, to, …")
    return ExportArguments(**vars(parser.parse_args(argv)))


def parse_day_arguments(step: str, argv: Sequence[str]) -> DayArguments:
    """Parse the arguments of a daily step; wrong ones end the process with a usage line."""
    parser = _parser(step, _OF_DAY, _OF_RUN)
    parser.add_argument(
        "--prices",
        type=_prices,
        required=True,
        help=f"JSON: US dollars by {', '.join(each.name for each in fields(Prices))}",
    )
    return DayArguments(**vars(parser.parse_args(argv)))


def parse_reference_arguments(step: str, argv: Sequence[str]) -> ReferenceArguments:
    """Parse the arguments of a refresh; wrong ones end the process with a usage line."""
    parser = _parser(step, _OF_DAY, _OF_RUN)
    parser.add_argument(
        "--sources",
        type=_sources,
        required=True,
        help=f'JSON: {{"airports": "{ROOT}/airports/source=…/…csv", …}}, keys in the lake',
    )
    return ReferenceArguments(**vars(parser.parse_args(argv)))


def parse_hour_arguments(step: str, argv: Sequence[str]) -> HourArguments:
    """Parse the arguments of an hourly step; wrong ones end the process with a usage line."""
    parser = _parser(step, _OF_HOUR, _OF_RUN)
    parser.add_argument(
        "--expected-answers", type=_positive, required=True, help="answers in a complete hour"
    )
    parser.add_argument(
        "--regions",
        type=_regions,
        required=True,
        help='JSON: {"europe": [south, west, north, east], …}, the first that fits wins',
    )
    return HourArguments(**vars(parser.parse_args(argv)))


def _parser(step: str, *parents: argparse.ArgumentParser) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(
        prog=f"main.py {step}", allow_abbrev=False, parents=[_OF_LAKE, *parents]
    )


def _hour(text: str) -> Hour:
    try:
        return Hour.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _day(text: str) -> Day:
    try:
        return Day.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _sources(text: str) -> dict[str, str]:
    try:
        keys = {str(name): str(key) for name, key in json.loads(text).items()}
        unknown = keys.keys() - {table.name for table in REFERENCES}
        if unknown or not keys:
            raise ValueError(f"no such table: {', '.join(sorted(unknown)) or 'none is named'}")
        for name, key in keys.items():
            source_of(name, key)
    except (ValueError, AttributeError) as error:
        raise argparse.ArgumentTypeError(f"not a JSON object of source files ({error})") from None
    return keys


def _prices(text: str) -> Prices:
    try:
        return Prices(**{name: float(value) for name, value in json.loads(text).items()})
    except (ValueError, TypeError, AttributeError) as error:
        raise argparse.ArgumentTypeError(f"not a JSON object of prices ({error})") from None


def _add_request(
    parser: argparse.ArgumentParser, parse: Callable[[dict[str, Any]], Any], text: str
) -> None:
    def request(value: str) -> Any:
        try:
            return parse(json.loads(value))
        except (ValueError, AttributeError) as error:
            raise argparse.ArgumentTypeError(f"not a JSON object ({error})") from None
        except RefusedError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    parser.add_argument("--request", type=request, required=True, help=text)


def _flag(text: str) -> bool:
    if text not in ("true", "false"):
        raise argparse.ArgumentTypeError(f"{text!r} is neither true nor false")
    return text == "true"


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def _regions(text: str) -> dict[str, list[float]]:
    try:
        boxes = json.loads(text)
        regions = {str(name): [float(edge) for edge in box] for name, box in boxes.items()}
        if any(len(box) != 4 for box in regions.values()):
            raise ValueError("a region has four edges: south, west, north, east")
    except (ValueError, TypeError, AttributeError) as error:
        raise argparse.ArgumentTypeError(f"not a JSON object of boxes ({error})") from None
    return regions


def _argument(name: str, kind: Callable[[str], Any], text: str) -> argparse.ArgumentParser:
    """A parser of one argument, for others to inherit."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument(name, type=kind, required=True, help=text)
    return parser


_OF_LAKE = _argument("--lake", Lake, "file:///… or s3://bucket")
_OF_HOUR = _argument("--hour", _hour, "2025-12-28T02, in UTC")
_OF_DAY = _argument("--day", _day, "2025-12-28, in UTC")
_OF_RUN = _argument("--run-id", str, "names the run in records and log lines")
