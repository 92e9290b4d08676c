from __future__ import annotations

from flightlake_local.markdown import grid


def test_a_bar_in_a_cell_ends_no_cell() -> None:
    assert grid(("a", "b"), [("x | y", "1")], numbers_from=1).splitlines() == [
        "| a | b |",
        "| --- | ---: |",
        "| x \\| y | 1 |",
    ]
