"""Tables of the documents that are made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def grid(
    header: Sequence[str], rows: Iterable[Sequence[str]], numbers_from: int | None = None
) -> str:
    """A table in Markdown; columns of numbers, which stand to the right, come last."""
    words = len(header) if numbers_from is None else numbers_from
    marks = ["---"] * words + ["---:"] * (len(header) - words)
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in [header, marks, *rows])


def _cell(text: str) -> str:
    return text.replace("|", r"\|")
