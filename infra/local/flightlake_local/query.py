"""Query tables by their names, with no JVM: deltalake reads Delta's log, DuckDB does the rest."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TextIO

from flightlake.contracts.cells import csv_cell, json_value
from flightlake.contracts.tables import TABLES, Table
from flightlake.contracts.views import View, views

from flightlake_local.errors import LocalError
from flightlake_local.names import no_such_table
from flightlake_local.settings import BUCKET, REGION, LakeKind, LocalSettings

if TYPE_CHECKING:
    import duckdb

WIDTH = 100
MAX_TABLE_ROWS = 50
MAX_CELL_WIDTH = 40
_BATCH_ROWS = 10_000
_SHOW_TABLES = re.compile(r"\s*SHOW\s+(ALL\s+)?TABLES\s*;?\s*", re.IGNORECASE)


class OutputFormat(StrEnum):
    """How rows are printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def run_query(settings: LocalSettings, sql: str, output: OutputFormat, stream: TextIO) -> None:
    """Print the answer of one SQL statement.

    Raises:
        LocalError: the SQL is wrong, or a table has not been written yet.
    """
    import duckdb

    if not sql.strip():
        raise LocalError('No SQL: make query SQL="SHOW TABLES" lists what can be asked.')
    writers = {
        OutputFormat.TABLE: write_table,
        OutputFormat.CSV: write_csv,
        OutputFormat.JSON: write_json,
    }
    if _SHOW_TABLES.fullmatch(sql):
        writers[output](("name", "description"), _named(), stream)
        return
    connection = duckdb.connect(config={"autoinstall_known_extensions": False, "TimeZone": "UTC"})
    try:
        for name in tables_in(sql):
            connection.register(f"delta_{name.replace('.', '_')}", _dataset(settings, name))
            _create_view(connection, name, f"FROM delta_{name.replace('.', '_')}")
        for name in names_in(sql) & views().keys():
            _create_view(connection, name, views()[name].select)
        answer = connection.execute(sql)
        columns = [column[0] for column in answer.description or []]
        writers[output](columns, _rows(answer), stream)
    except duckdb.CatalogException as error:
        raise LocalError(_missing(sql, str(error))) from None
    except duckdb.Error as error:
        raise LocalError(f"SQL: {_one_line(str(error))}") from None


def _named() -> list[tuple[str, str]]:
    known: list[Table | View] = [*TABLES.values(), *views().values()]
    return sorted((each.full_name, each.description) for each in known)


def _missing(sql: str, error: str) -> str:
    """What to say of a statement that names what is not there."""
    known = [*TABLES, *views()]
    for name in sorted(names_in(sql) - set(known)):
        return no_such_table(name, known)
    found = re.search(r"Table with name (\w+) does not exist", error)
    for name in known:
        if found and name.endswith(f".{found[1].lower()}"):
            return f"There is no table {found[1]}; its full name is {name}."
    return f"SQL: {_one_line(error)}"


def names_in(sql: str) -> set[str]:
    """What a text may name in the lake: every name in one of its layers."""
    layers = "|".join({table.layer for table in TABLES.values()})
    # DuckDB's own list of a statement's tables fails on UNNEST.
    found = re.findall(rf"\b(?:{layers})\.\w+", sql.replace('"', ""), re.IGNORECASE)
    return {name.lower() for name in found}


def tables_in(sql: str) -> list[str]:
    """The lake's tables that a statement names, or that its views read."""
    named = names_in(sql)
    read = {table for name in named & views().keys() for table in views()[name].tables}
    return sorted((named & TABLES.keys()) | read)


def _create_view(connection: duckdb.DuckDBPyConnection, name: str, select: str) -> None:
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {name.partition('.')[0]}")
    connection.execute(f"CREATE VIEW {name} AS {select}")


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]], stream: TextIO) -> None:
    """RFC 4180, all rows; text that a spreadsheet would run gets a leading apostrophe."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([csv_cell(value) for value in row] for row in rows)


def write_json(columns: Sequence[str], rows: Iterable[Sequence[Any]], stream: TextIO) -> None:
    """An array with one object a row; NaN and infinity, which JSON lacks, become null."""
    separator = "[\n"
    for row in rows:
        stream.write(separator + json.dumps(dict(zip(columns, map(json_value, row), strict=True))))
        separator = ",\n"
    stream.write("[]\n" if separator == "[\n" else "\n]\n")


def write_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], stream: TextIO) -> None:
    """The first rows and as many columns as fit into 100; says what it leaves out."""
    shown: list[list[str]] = []
    is_cut = False
    for row in rows:
        if len(shown) == MAX_TABLE_ROWS:
            is_cut = True
            break
        shown.append([_text(value) for value in row])
    needed = [
        max([len(name), *(len(row[index]) for row in shown)]) for index, name in enumerate(columns)
    ]
    widths = [min(MAX_CELL_WIDTH, width) for width in needed]
    fitting = _fitting(widths)
    if widths and fitting == len(widths):
        # What is left of the line is the last column's, often a text.
        widths[-1] = min(needed[-1], WIDTH - sum(width + 2 for width in widths[:-1]))
    header = [_cut(name, width) for name, width in zip(columns, widths, strict=True)]
    rule = ["-" * width for width in widths]
    for row in [header, rule, *shown]:
        cells = [_cut(cell, width).ljust(width) for cell, width in zip(row, widths, strict=True)]
        stream.write("  ".join(cells[:fitting]).rstrip() + "\n")
    stream.write(f"({len(shown)} row{'' if len(shown) == 1 else 's'})\n")
    notes = []
    if is_cut:
        notes.append(f"rows after the first {MAX_TABLE_ROWS}")
    if fitting < len(columns):
        notes.append(
            f"{len(columns) - fitting} columns, from {_cut(columns[fitting], MAX_CELL_WIDTH)} on"
        )
    if notes:
        stream.write(f"Not shown: {'; '.join(notes)}.\nFORMAT=csv or FORMAT=json gives all.\n")


def _dataset(settings: LocalSettings, name: str) -> Any:
    from deltalake import DeltaTable
    from deltalake.exceptions import TableNotFoundError

    path = TABLES[name].path
    options = _s3_options(settings) if settings.lake is LakeKind.S3 else None
    url = f"{settings.lake_url}/{path}"
    try:
        table = DeltaTable(url, storage_options=options)
        return table.to_pyarrow_dataset(filesystem=_filesystem(settings, path))
    except TableNotFoundError:
        raise LocalError(
            f"{name} has not been written yet; `make demo` or `make replay` fills it."
        ) from None
    except OSError as error:
        raise LocalError(f"{name} at {url} cannot be read: {_one_line(str(error))}") from None


def _filesystem(settings: LocalSettings, path: str) -> Any:
    # Native ones: deltalake's own is Python, whose threads abort the process at its end where a
    # LIMIT leaves some of them reading.
    from pyarrow import fs

    if settings.lake is LakeKind.FILE:
        root = settings.state_dir.absolute() / "lake" / path
        return fs.SubTreeFileSystem(str(root), fs.LocalFileSystem())
    options = _s3_options(settings)
    s3 = fs.S3FileSystem(
        access_key=options["AWS_ACCESS_KEY_ID"],
        secret_key=options["AWS_SECRET_ACCESS_KEY"],
        endpoint_override=settings.s3_url,
        region=REGION,
    )
    return fs.SubTreeFileSystem(f"{BUCKET}/{path}", s3)


def _s3_options(settings: LocalSettings) -> dict[str, str]:
    from flightlake_local.credentials import load_or_create

    credentials = load_or_create(settings.state_dir / "secrets")
    return {
        "AWS_ENDPOINT_URL": settings.s3_url,
        "AWS_ALLOW_HTTP": "true",
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": credentials.aws_access_key_id,
        "AWS_SECRET_ACCESS_KEY": credentials.aws_secret_access_key,
    }


def _rows(answer: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    while batch := answer.fetchmany(_BATCH_ROWS):
        yield from batch


def _text(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    text = json.dumps(json_value(value)) if isinstance(value, list | dict) else str(value)
    # Control characters from an aircraft must not steer the terminal.
    return "".join(char if char.isprintable() else "·" for char in text)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"


def _fitting(widths: Sequence[int]) -> int:
    """How many columns fit; at least one."""
    taken, fitting = 0, 0
    for width in widths:
        taken += width + (2 if fitting else 0)
        if taken > WIDTH and fitting:
            break
        fitting += 1
    return fitting


def _one_line(message: str) -> str:
    lines = [line.strip() for line in message.splitlines() if line.strip(" ^")]
    return " ".join(lines)[:400]
