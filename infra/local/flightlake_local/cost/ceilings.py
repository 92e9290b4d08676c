"""What one Spark job can cost at most: all its workers until its task's time-out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from flightlake_local.cost.assumptions import Price, most_workers
from flightlake_local.cost.lines import Line

FILE = "dags/config/ceilings.json"
_MINUTES = (60, "minutes an hour")


@dataclass(frozen=True)
class Ceiling:
    """What a step's job may take: a sizing profile, minutes, dollars."""

    step: str
    sizing: str
    timeout_minutes: int
    usd_a_run: float


def read_ceilings(root: Path) -> list[Ceiling]:
    """The ceilings of a repository, one a step."""
    content = json.loads((root / FILE).read_text(encoding="utf-8"))
    del content["description"]
    return [Ceiling(step, **each) for step, each in content.items()]


def most_lines(ceiling: Ceiling, prices: Mapping[str, Price]) -> list[Line]:
    """What a job of a step costs where it runs with all its workers until its time-out."""
    workers = most_workers(ceiling.sizing)
    minutes = (ceiling.timeout_minutes, "minutes")
    return [
        Line(ceiling.step, item, [(size, unit), minutes], [_MINUTES], prices[price])
        for item, size, unit, price in (
            ("vCPU", workers.vcpus, "vCPU", "vcpu_hour_usd"),
            ("memory", workers.memory_gb, "GB", "memory_gb_hour_usd"),
        )
    ]


def exact_usd(lines: Sequence[Line]) -> float:
    """The sum of lines before each is rounded to the cent."""
    return sum(line.quantity * line.price.usd for line in lines)
