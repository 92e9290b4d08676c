import pytest
from flightlake.contracts.hours import Hour
from flightlake.quality.charts import BAR_WIDTH, MIN_SEGMENT, TrendPoint, rows_bar, trend_chart

HOUR = Hour.parse("2025-12-28T02")


def test_the_bar_is_filled_by_all_rows_and_even_one_row_can_be_seen(line):
    bar = rows_bar(line(rows_published=999_999, rows_quarantined=1, rows_repeated=0))

    assert sum(part.width for part in bar) == pytest.approx(BAR_WIDTH, abs=0.5)
    widths = {part.name: part.width for part in bar}
    assert widths["quarantined"] == pytest.approx(MIN_SEGMENT, rel=0.02)
    assert widths["withheld"] == widths["repeated"] == 0
    assert [part.x for part in bar] == sorted(part.x for part in bar)


def test_no_rows_make_no_bar(line):
    nothing = {"rows_published": 0, "rows_quarantined": 0, "rows_repeated": 0}
    assert rows_bar(line(**nothing)) == []


def test_the_trend_is_true_to_the_time_between_hours_and_to_the_scores():
    points = [
        TrendPoint(HOUR, 80.0, "rejected"),
        TrendPoint(HOUR - 4, 100.0, "pass"),
        TrendPoint(HOUR - 3, 90.0, "warning"),
    ]

    chart = trend_chart(points)

    first, second, last = chart.dots
    assert (first.point, last.point) == (points[1], points[0])
    assert (last.x - first.x) / (second.x - first.x) == pytest.approx(4, rel=0.01)
    assert (last.y - first.y) / (second.y - first.y) == pytest.approx(2, rel=0.01)
    assert first.y < last.y <= chart.bottom


def test_an_hour_without_a_score_is_a_dot_at_the_bottom_and_not_on_the_line():
    chart = trend_chart([TrendPoint(HOUR - 1, None, "no_data"), TrendPoint(HOUR, 95.0, "pass")])

    assert chart.dots[0].y == chart.bottom
    assert len(chart.line.split()) == 1


def test_without_any_score_there_is_no_trend():
    assert trend_chart([]) is None
    assert trend_chart([TrendPoint(HOUR, None, "no_data")]) is None
