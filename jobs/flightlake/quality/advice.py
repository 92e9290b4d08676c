"""What a verdict means for readers of the tables, and what a person does next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flightlake.contracts.results import (
    JudgedRecords,
    JudgedTable,
    LedgerLine,
    TablesResult,
    Verdict,
)
from flightlake.contracts.tables import (
    DERIVED_QUARANTINE,
    QUARANTINE,
    STATE_VECTORS,
    STATE_VECTORS_WITHHELD,
    Table,
)


@dataclass(frozen=True)
class Step:
    """One thing to do, with the command that does it where there is one."""

    text: str
    command: str | None = None


def headline(line: LedgerLine) -> str:
    """What the verdict did to the hour, in one sentence."""
    sentences: dict[Verdict, str] = {
        "pass": f"All expectations are met; {line.rows_published:,} rows are published.",
        "warning": f"{line.rows_published:,} rows are published, but not all is as expected.",
        "rejected": "Nothing was published; "
        f"{line.rows_withheld:,} rows are withheld until someone decides.",
        "no_data": "There was no readable answer to judge; the tables are as they were.",
    }
    return sentences[line.verdict]


def next_steps(line: LedgerLine) -> list[Step]:
    """What to do now, in order."""
    steps: dict[Verdict, list[Step]] = {
        "pass": [Step("Nothing. This is how to look at the rows:", _query(line, STATE_VECTORS))],
        "warning": [
            Step("Read below what is not met, and decide whether users of the data must know."),
            *_missing_answers(line),
            Step("Look at the published rows:", _query(line, STATE_VECTORS)),
            *_quarantine(line),
            Step(f"Run the hour again only after a fix: {_rerun(line)}"),
        ],
        "rejected": [
            Step(
                f"Readers are safe: {STATE_VECTORS.full_name} still holds what it held of this "
                "hour before this run. See what that is:",
                _query(
                    line,
                    STATE_VECTORS,
                    "count(*) AS states, count(DISTINCT snapshot_time) AS answers",
                ),
            ),
            Step(
                "Read below what failed. Then look at the withheld rows:",
                _query(line, STATE_VECTORS_WITHHELD),
            ),
            *_quarantine(line),
            Step(f"Fix the cause, then run the hour again: {_rerun(line)}"),
            Step(
                "If the rows are right and the rule is wrong, change it in "
                f"expectations/{STATE_VECTORS.path}.json, and run the hour again."
            ),
        ],
        "no_data": [
            Step("See below which raw objects could not be read, and why; their bytes are kept."),
            Step("Land the answers of this hour from a copy, if there is one:", _REPLAY),
            Step(f"Or put the raw objects right, and run the hour again: {_rerun(line)}"),
        ],
    }
    return steps[line.verdict]


def derived_next_steps(tables: Sequence[JudgedTable]) -> list[Step]:
    """What to do about tables that were derived from an hour: rejected ones, odd rows."""
    steps = _quarantined(tables)
    if rejected := _rejected(tables):
        steps = [
            Step(
                f"{', '.join(rejected)} could not be published and holds what it held before; see "
                "below, under the tables derived from this hour, what failed."
            ),
            *steps,
        ]
    return steps


def _quarantined(tables: Sequence[JudgedTable]) -> list[Step]:
    """How to look at rows of derived tables that broke a row rule."""
    return [
        Step(
            f"{table.run.rows_quarantined:,} rows of {table.table_name} broke a row rule and are "
            "not published; all others are. Look at them and why:",
            f'make query SQL="SELECT row_key, reasons, row FROM {DERIVED_QUARANTINE.full_name}'  # noqa: S608
            f" WHERE date = '{table.run.date}' AND table_name = '{table.table_name}'\"",
        )
        for table in tables
        if table.run.rows_quarantined
    ]


def tables_headline(result: TablesResult) -> str:
    """What a run did to its tables and found in the day's records, in a sentence each."""
    rejected, wrong = _rejected(result.tables), _rejected(result.records)
    if rejected or wrong:
        kept = f"Not published, so as it was before: {', '.join(rejected)}." if rejected else ""
        found = f"Not as it must be, and left as it is: {', '.join(wrong)}." if wrong else ""
        return f"{kept} {found}".strip()
    rows = sum(table.run.rows_published for table in result.tables)
    number = len(result.tables)
    published = f"{rows:,} rows are published in {number} table{'' if number == 1 else 's'}"
    if result.verdict == "warning":
        return f"{published}, but not all is as expected."
    return f"{published}; all expectations are met."


def tables_next_steps(result: TablesResult) -> list[Step]:
    """What to do now, in order."""
    again = (
        f"in Airflow open the DAG {result.step} and clear the run of {result.date}. It reads the "
        "same tables and replaces its own, so running it twice does no harm."
    )
    rejected, wrong = _rejected(result.tables), _rejected(result.records)
    if rejected or wrong:
        suites = [f"expectations/{name.replace('.', '/')}.json" for name in (*rejected, *wrong)]
        safe = Step("Readers are safe: a rejected table holds what it held before this run.")
        written = Step(
            f"{', '.join(wrong)} says what happened and cannot be taken back: find out which run "
            "wrote those rows. Clear that run where it did, so that it writes them anew."
        )
        return [
            *([safe] if rejected else []),
            Step(
                "Read below what failed. If the rows are right and a rule is wrong: "
                f"{', '.join(suites)}."
            ),
            *([written] if wrong else []),
            Step(f"After a fix, run it again: {again}"),
        ]
    look = [
        Step(
            f"Look at {table.run.table_name}:",
            f'make query SQL="SELECT * FROM {table.run.table_name} LIMIT 20"',  # noqa: S608
        )
        for table in result.tables
    ]
    if result.verdict == "warning":
        read = Step("Read below what is not met, and decide whether users must know.")
        return [read, *_quarantined(result.tables), *look]
    return look


def _rejected(judged: Sequence[JudgedTable | JudgedRecords]) -> list[str]:
    return [found.table_name for found in judged if found.judgement.verdict == "rejected"]


_REPLAY = "make replay FROM=<file or folder of recorded answers>"


def _query(line: LedgerLine, table: Table, what: str = "*") -> str:
    limit = "" if "count(" in what else " LIMIT 20"
    where = f"date = '{line.date}' AND hour = {line.hour}"
    # Text for people to run; nothing here comes from outside.
    return f'make query SQL="SELECT {what} FROM {table.full_name} WHERE {where}{limit}"'  # noqa: S608


def _rerun(line: LedgerLine) -> str:
    return (
        f"in Airflow open the DAG {line.step}, the run of {line.date} {line.hour:02d}:00 UTC, and "
        f"clear the task {line.step} with all that follows it. It reads the same raw answers; the "
        "hour is replaced as a whole, so running it twice does no harm."
    )


def _quarantine(line: LedgerLine) -> list[Step]:
    if not line.rows_quarantined:
        return []
    columns = "icao24, snapshot_time, reasons, raw_row, raw_object"
    query = _query(line, QUARANTINE, columns)
    return [Step(f"Look at the {line.rows_quarantined:,} quarantined rows and why:", query)]


def _missing_answers(line: LedgerLine) -> list[Step]:
    missing = line.answers_expected - line.answers_read
    if missing <= 0:
        return []
    return [
        Step(
            f"{missing:,} of {line.answers_expected:,} expected answers are not here. OpenSky "
            "answers for the past hour only; if another copy exists, land it:",
            _REPLAY,
        )
    ]
