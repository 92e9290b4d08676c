"""The analyst's guide, docs/analyst-guide.md: questions, their SQL, and what the SQL answers.

The questions are in ``guide.sql``: a heading, words in comments, a statement. The answers are those
of ``guide_lake``, as ``make query`` prints them.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from flightlake.contracts.storage import Lake

from flightlake_local.guide_lake import ANSWER_EVERY_S, HOUR, fill
from flightlake_local.query import OutputFormat, run_query
from flightlake_local.settings import LakeKind, LocalSettings
from flightlake_local.spark_sql import local_session

PAGE = Path("docs/analyst-guide.md")
_QUESTIONS = Path(__file__).with_name("guide.sql")
_INTRODUCTION = f"""\
# Analyst's guide

Questions, the SQL that asks them, and the answers. Every statement runs as it is:
`make query SQL="…"` on a laptop, where `SHOW TABLES` lists what there is. The
[table dictionary](tables.md) has every table with its columns; [more
questions](athena.md#analyses) are in the SQL of Athena.

The answers are those of a simulated hour, {HOUR.start:%Y-%m-%d %H:%M} to {HOUR.end:%H:%M} UTC with
an answer every {ANSWER_EVERY_S} s, and are made by `make guide`: aircraft and flights are invented;
airports, airlines and the kinds of error are real. Your demo shows other hours, so other numbers.

- All times are UTC, all measures metric; the unit is in the name of the column. The views whose
  names end in `_readable` have feet, knots and nautical miles.
- Tables are partitioned by `date`, most also by `hour`. On a lake of months begin with
  `WHERE date = DATE '2025-12-28'`: nothing else makes a question as much cheaper.
- `gold` counts each aircraft once. `silver.state_vectors` has one row per aircraft and *new*
  contact: a response that repeats an aircraft's state adds no row, so rows per `snapshot_time` are
  fewer than the aircraft of that response.
"""


@dataclass(frozen=True)
class Question:
    """A question, what to know about it, and its statement."""

    title: str
    words: str
    sql: str


def questions(text: str | None = None) -> list[Question]:
    """The questions of a text, of ``guide.sql`` where none is given."""
    parts = re.split(r"^-- ## ", text or _QUESTIONS.read_text(), flags=re.MULTILINE)[1:]
    return [_question(part) for part in parts]


def _question(part: str) -> Question:
    title, *lines = part.strip().splitlines()
    words = [line.removeprefix("-- ") for line in lines if line.startswith("-- ")]
    sql = [line for line in lines if not line.startswith("-- ")]
    return Question(title, "\n".join(words), "\n".join(sql).rstrip(";"))


def write_guide(settings: LocalSettings, root: Path) -> Path:
    """Fill a lake of the guide's own, write the guide of a repository; returns its path."""
    with TemporaryDirectory() as folder:
        of_guide = LocalSettings(state_dir=Path(folder), lake=LakeKind.FILE)
        spark = local_session(settings, "guide")
        fill(spark, Lake(of_guide.lake_url))
        spark.stop()
        (root / PAGE).write_text(guide(of_guide))
    return root / PAGE


def guide(settings: LocalSettings) -> str:
    """The guide, with the answers of a lake."""
    return "\n".join([_INTRODUCTION, *(_section(settings, each) for each in questions())])


def _section(settings: LocalSettings, question: Question) -> str:
    answer = io.StringIO()
    run_query(settings, question.sql, OutputFormat.TABLE, answer)
    words = f"{question.words}\n\n" if question.words else ""
    return (
        f"## {question.title}\n\n{words}"
        f"```sql\n{question.sql}\n```\n\n```text\n{answer.getvalue()}```\n"
    )
