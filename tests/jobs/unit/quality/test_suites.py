import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from flightlake.contracts.hours import Hour
from flightlake.quality.suites import load_suite, suite_parameters, usual_rows_per_answer

REPO = Path(__file__).parents[4]
RUN = {
    "rows_read": 1_007,
    "rows_staged": 1_000,
    "rows_quarantined": 7,
    "rows_nulled": 0,
    "answers_read": 4,
    "answers_expected": 40,
    "answers_quarantined": 1,
    "rows_published_before": 0,
}
HOUR = Hour.parse("2025-12-28T02")


def _parameters(before, **changed):
    return suite_parameters(**RUN | changed, rows_per_answer_before=before)


@pytest.mark.parametrize(("rows", "share"), [(199, 0.0), (200, 0.5)])
def test_columns_are_lost_in_hours_that_have_enough_rows_to_tell(rows, share):
    assert _parameters(None, rows_staged=rows)["share_not_lost"] == share


def test_usual_volume_grows_with_the_answers_of_this_hour():
    parameters = _parameters(6_500.0)
    assert parameters["rows_usual_at_least"] == parameters["rows_usual_at_most"] == 26_000


@pytest.mark.parametrize("before", [None, 0.0])
def test_without_hours_before_any_volume_is_usual(before):
    parameters = _parameters(before)
    assert parameters["rows_usual_at_least"] == 0
    assert parameters["rows_usual_at_most"] > 1e9


def test_usual_rows_are_the_median_by_answer_of_what_was_staged(line):
    before = [
        line(rows_published=4_000, answers_read=40),
        line(rows_published=0, rows_withheld=300, answers_read=1, verdict="rejected"),
        line(rows_published=500_000, answers_read=10),
        line(rows_published=0, answers_read=0, verdict="no_data"),
    ]
    assert usual_rows_per_answer(before, HOUR) == 300


def test_the_night_is_compared_with_nights(line):
    by_day = [line(date="2025-12-27", hour=h, rows_published=9_000) for h in range(6, 24)]
    by_night = [line(date="2025-12-27", hour=h, rows_published=40 * h) for h in range(6)]
    assert usual_rows_per_answer([*by_day, *by_night], HOUR) == 80 / by_night[0].answers_read


def test_without_answers_before_nothing_is_usual(line):
    assert usual_rows_per_answer([], HOUR) is None
    assert usual_rows_per_answer([line(answers_read=0)], HOUR) is None


def test_a_table_without_a_suite_is_named():
    with pytest.raises(FileNotFoundError, match=r"silver\.nothing has no suite"):
        load_suite("silver.nothing")


def test_the_suite_and_the_report_work_from_inside_a_zip(tmp_path):
    archive = tmp_path / "flightlake.zip"
    with zipfile.ZipFile(archive, "w") as package:
        for root, folder in ((REPO / "jobs", "flightlake"), (REPO, "expectations")):
            for file in sorted((root / folder).rglob("*")):
                if file.is_file() and "__pycache__" not in file.parts:
                    package.write(file, file.relative_to(root))
    program = (
        "import flightlake.quality.suites as s, flightlake.quality.report as r\n"
        "print(s.__file__, len(s.load_suite('silver.state_vectors')['expectations']))\n"
        "try: s.load_suite('silver.nothing')\n"
        "except FileNotFoundError as error: print(error)\n"
        "print(r.render_index([])[:15])\n"
    )
    # Isolated, so that the tree beside the zip cannot help.
    ran = subprocess.run(
        [
            sys.executable,
            "-P",
            "-c",
            f"import sys\nsys.path.insert(0, {str(archive)!r})\n{program}",
        ],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={"PATH": "/usr/bin"},
        timeout=60,
    )
    where, missing, page = ran.stdout.splitlines()
    assert where.startswith(str(archive))
    assert int(where.split()[-1]) >= 20
    assert missing.startswith("silver.nothing has no suite")
    assert page == "<!doctype html>"
