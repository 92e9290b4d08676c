"""The geometry of the report's two drawings: where the rows went, and the score over time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from flightlake.contracts.hours import Hour
from flightlake.contracts.results import LedgerLine, Verdict

BAR_WIDTH = 1000.0
MIN_SEGMENT = 5.0
"""The width below which a segment of the bar could not be seen."""

CHART_WIDTH, CHART_HEIGHT = 560, 170
_LEFT, _RIGHT, _TOP, _BOTTOM = 36, 12, 12, 26


@dataclass(frozen=True)
class TrendPoint:
    """The score of one hour; None where nothing was judged."""

    hour: Hour
    score: float | None
    verdict: Verdict


@dataclass(frozen=True)
class Segment:
    """A part of the bar of rows: its name, its rows and their share, where it lies."""

    name: str
    rows: int
    share: float
    x: float
    width: float


@dataclass(frozen=True)
class Dot:
    """A point of the trend as it is drawn."""

    point: TrendPoint
    x: float
    y: float


@dataclass(frozen=True)
class Chart:
    """The trend as it is drawn, in units of a box of ``width`` by ``height``."""

    width: int
    height: int
    left: int
    right: int
    bottom: int
    dots: list[Dot]
    line: str
    levels: list[tuple[float, float]]
    radius: float


def rows_bar(line: LedgerLine) -> list[Segment]:
    """The rows of a run as one stacked bar, 1,000 units wide; [] where no row was read."""
    parts = {
        "published": line.rows_published,
        "withheld": line.rows_withheld,
        "quarantined": line.rows_quarantined,
        "repeated": line.rows_repeated,
    }
    total = sum(parts.values())
    if not total:
        return []
    wanted = {
        name: max(MIN_SEGMENT, BAR_WIDTH * rows / total) if rows else 0.0
        for name, rows in parts.items()
    }
    scale = BAR_WIDTH / sum(wanted.values())
    segments: list[Segment] = []
    x = 0.0
    for name, rows in parts.items():
        width = wanted[name] * scale
        segments.append(Segment(name, rows, rows / total, round(x, 1), round(width, 1)))
        x += width
    return segments


def trend_chart(points: Sequence[TrendPoint]) -> Chart | None:
    """The scores over time, true to the hours between them; None where there is no score yet."""
    in_order = sorted(points, key=lambda point: point.hour)
    scores = [point.score for point in in_order if point.score is not None]
    if not scores:
        return None
    # Most scores lie close to 100: a scale from 0 would hide every change.
    low = min(90.0, math.floor(min(scores) / 10) * 10.0)
    first_s, last_s = in_order[0].hour.start_s, in_order[-1].hour.start_s
    right, bottom = CHART_WIDTH - _RIGHT, CHART_HEIGHT - _BOTTOM

    def x_of(point: TrendPoint) -> float:
        if first_s == last_s:
            return (_LEFT + right) / 2
        share = (point.hour.start_s - first_s) / (last_s - first_s)
        return round(_LEFT + 8 + share * (right - _LEFT - 16), 1)

    def y_of(score: float) -> float:
        return round(_TOP + (100 - score) / (100 - low) * (bottom - _TOP), 1)

    dots = [
        Dot(point, x_of(point), bottom if point.score is None else y_of(point.score))
        for point in in_order
    ]
    scored = [f"{dot.x},{dot.y}" for dot in dots if dot.point.score is not None]
    return Chart(
        width=CHART_WIDTH,
        height=CHART_HEIGHT,
        left=_LEFT,
        right=right,
        bottom=bottom,
        dots=dots,
        line=" ".join(scored),
        levels=[(level, y_of(level)) for level in (100.0, (100 + low) / 2, low)],
        radius=4.5 if len(dots) <= 48 else 2.5,
    )
