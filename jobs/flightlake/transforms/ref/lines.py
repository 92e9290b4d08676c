"""Records of a file: a stray quote damages its own record and never swallows others.

A record is one line. It is several only where the first ones are no record by themselves and
together they are one. What cannot be a row is set aside and counted, so that records = rows +
records set aside, always.
"""

from __future__ import annotations

import csv
import math
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

Row = dict[str, Any]

BROKEN = "broken"
"""No record of the file's kind: fields too many or too few, or no number."""
REPEATED = "repeated"
"""An earlier record has the same key."""
WITHOUT_KEY = "without a key"
ODD_KEY = "with a key of another form"
"""The key is not what names a row, such as an address of five digits."""

MAX_RECORD_LINES = 5

_FOOT_M = 0.3048
_MAX_SAMPLES = 5
_MAX_SAMPLE_CHARS = 200


class OddKeyError(ValueError):
    """The key of a record is of another form than the table's."""


class UnknownHeaderError(Exception):
    """The first line is not one that the table's files have; the message names the columns."""


@dataclass
class Reading:
    """What became of a file's records, counted while they go by; a header is no record."""

    records: int = 0
    rows: int = 0
    set_aside: Counter[str] = field(default_factory=Counter)
    samples: list[str] = field(default_factory=list)

    def put_aside(self, reason: str, record: str) -> None:
        """Count a record that gives no row, and remember the first few."""
        self.set_aside[reason] += 1
        if len(self.samples) < _MAX_SAMPLES:
            self.samples.append(f"{reason}: {record[:_MAX_SAMPLE_CHARS]}")


def header_of(line: str) -> tuple[str, list[str]]:
    """The quote character that a header has (``""`` for none) and the names in it."""
    text = line.rstrip("\r\n").removeprefix("\ufeff")
    quote = text[:1] if text[:1] in ("'", '"') else ""
    return quote, next(csv.reader([text], quotechar=quote or '"'), [])


def require_columns(names: Sequence[str], wanted: Iterable[str], what: str) -> None:
    """Make sure that a header has the columns that a table is made of.

    Raises:
        UnknownHeaderError: it misses some.
    """
    missing = [name for name in wanted if name not in names]
    if missing:
        raise UnknownHeaderError(
            f"the header is not {what}: it misses {', '.join(missing)}; it has"
            f" {', '.join(names) or 'nothing'}"
        )


def rows_of(
    lines: Iterable[str],
    names: Sequence[str],
    quote: str,
    keys: Sequence[str],
    row_of: Callable[[Mapping[str, str]], Row],
    reading: Reading,
) -> Iterator[Row]:
    """The rows of a file, the first of each key.

    Args:
        lines: what comes after the header.
        names: of the fields of a line, in their order.
        quote: the character around fields.
        keys: the columns that name a row.
        row_of: makes a row of a record's fields by their names; an OddKeyError or another
            ValueError sets the record aside.
        reading: counts what becomes of the records.
    """
    seen = set()
    for text, fields in _records(lines, quote, len(names)):
        reading.records += 1
        try:
            row = row_of(dict(zip(names, fields, strict=True)))
        except OddKeyError:
            reading.put_aside(ODD_KEY, text)
            continue
        except ValueError:
            reading.put_aside(BROKEN, text)
            continue
        key = tuple(row[name] for name in keys)
        if None in key:
            reading.put_aside(WITHOUT_KEY, text)
        elif key in seen:
            reading.put_aside(REPEATED, text)
        else:
            seen.add(key)
            reading.rows += 1
            yield row


def _records(
    lines: Iterable[str], quote: str, expected: int
) -> Iterator[tuple[str, Sequence[str]]]:
    """The text and the fields of each record; of a broken one, too many fields or too few."""
    texts = filter(None, (line.rstrip("\r\n") for line in lines))
    ahead = deque(islice(texts, MAX_RECORD_LINES))
    while ahead:
        fields = _fields_of(ahead[0], quote, expected)
        size = 1 if len(fields) == expected else _lines_of_record(ahead, quote, expected)
        text = " ".join(ahead.popleft() for _ in range(size))
        ahead.extend(islice(texts, size))
        yield text, fields if size == 1 else _fields_of(text, quote, expected)


def _lines_of_record(ahead: Iterable[str], quote: str, expected: int) -> int:
    """How many of the next lines are one record; 1 where no more than the first is clear."""
    joined: list[str] = []
    for line in ahead:
        if joined and len(_fields_of(line, quote, expected)) == expected:
            # It is a record by itself, and never part of another.
            break
        joined.append(line)
        if len(_fields_of(" ".join(joined), quote, expected)) == expected:
            return len(joined)
    return 1


def _fields_of(text: str, quote: str, expected: int) -> list[str]:
    try:
        fields = next(csv.reader([text], quotechar=quote, strict=True))
    except csv.Error:
        fields = []
    if len(fields) != expected and text.startswith(quote) and text.endswith(quote):
        # An apostrophe inside a field, where all are quoted: the separators are still certain.
        fields = text[1:-1].split(f"{quote},{quote}")
    return fields


def text_or_none(value: str) -> str | None:
    """A text without the blanks around it, null where nothing is left; ``NA`` is a text."""
    return value.strip() or None


def number_or_none(value: str) -> float | None:
    """A number, null where the text is blank.

    Raises:
        ValueError: the text is neither.
    """
    if not value.strip():
        return None
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{value!r} is not a number")
    return number


def metres_or_none(value: str) -> float | None:
    """A length in feet as metres, null where the text is blank.

    Raises:
        ValueError: the text is no number.
    """
    feet = number_or_none(value)
    return None if feet is None else feet * _FOOT_M
