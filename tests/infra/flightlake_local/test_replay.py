from __future__ import annotations

import gzip
import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flightlake.contracts import raw
from flightlake.contracts.hours import Hour
from flightlake.contracts.storage import Lake
from flightlake_local.errors import LocalError
from flightlake_local.replay import (
    Recording,
    covered_hours,
    described,
    find_recordings,
    hours_for,
    land_all,
    look_at,
    run_land,
)
from s3fs import S3FileSystem

FIRST = Hour.parse("2025-12-28T02")
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def answer(hour: Hour) -> bytes:
    return json.dumps({"time": hour.start_s + 60, "states": None}).encode()


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    folder = tmp_path / "recorded"
    (folder / "day").mkdir(parents=True)
    (folder / "a.json").write_bytes(answer(FIRST))
    (folder / "b.json.gz").write_bytes(gzip.compress(answer(FIRST))[:-9])
    (folder / "c.json").write_bytes(b"<html>blocked</html>")
    (folder / "day/d.json.gz").write_bytes(gzip.compress(answer(FIRST + 3)))
    (folder / "a.manifest.json").write_bytes(b"{}")
    (folder / "notes.txt").write_bytes(b"not an answer")
    return folder


def test_a_folder_is_read_by_name_and_at_any_depth(recorded: Path) -> None:
    names = [str(path.relative_to(recorded)) for path in find_recordings(recorded)]
    assert names == ["a.json", "b.json.gz", "c.json", "day/d.json.gz"]


def test_gzip_is_told_by_the_bytes_and_not_by_the_name(tmp_path: Path) -> None:
    (tmp_path / "packed.json").write_bytes(gzip.compress(answer(FIRST)))
    (tmp_path / "plain.json.gz").write_bytes(answer(FIRST + 1))
    recordings = [look_at(path, NOW) for path in find_recordings(tmp_path)]
    assert covered_hours(recordings) == [FIRST, FIRST + 1]

    lake = Lake((tmp_path / "lake").as_uri())
    assert land_all(lake, recordings, NOW) == 2
    for hour in (FIRST, FIRST + 1):
        [key] = raw.objects_of(lake, hour)
        assert raw.read_object(lake, key, raw.read_manifest(lake, key))[1] == answer(hour)


def test_files_that_are_not_read_are_named_with_their_reason_up_to_ten() -> None:
    bad = [Recording(Path(f"{i}.json"), None, "the body is empty") for i in range(12)]
    lines = described(bad)
    assert lines[0] == "Not read: 0.json: the body is empty"
    assert lines[-1] == "Not read: 2 more files"
    assert len(lines) == 11
    assert described([]) == []


def test_unreadable_files_lie_in_the_hour_of_their_nearest_neighbour(
    recorded: Path, tmp_path: Path
) -> None:
    recordings = [look_at(path, NOW) for path in find_recordings(recorded)]
    assert covered_hours(recordings) == [FIRST, FIRST + 3]
    assert hours_for(recordings) == [FIRST, FIRST, FIRST + 3, FIRST + 3]

    lake = Lake((tmp_path / "lake").as_uri())
    assert land_all(lake, recordings, NOW) == 4
    kept = [key for key in raw.objects_of(lake, FIRST) if key.endswith(raw.UNREADABLE_SUFFIX)]
    assert [lake.read(key) for key in kept] == [(recorded / "b.json.gz").read_bytes()]


def test_the_earlier_of_two_neighbours_as_near_is_taken_and_the_ends_have_but_one() -> None:
    hours = [None, FIRST, None, FIRST + 3, None, None, None, FIRST + 1, None, None]
    recordings = [Recording(Path(f"{i}.json"), hour) for i, hour in enumerate(hours)]
    assert hours_for(recordings) == [
        *(FIRST, FIRST, FIRST, FIRST + 3, FIRST + 3, FIRST + 3),
        *(FIRST + 1, FIRST + 1, FIRST + 1, FIRST + 1),
    ]


def test_a_month_of_recordings_does_not_look_at_all_for_each() -> None:
    hours = [None if i % 2 else FIRST + i // 120 for i in range(20_000)]
    recordings = [Recording(Path("x.json"), hour) for hour in hours]
    began = time.monotonic()
    assert len(hours_for(recordings)) == len(recordings)
    assert time.monotonic() - began < 2


def test_the_same_recordings_again_are_no_new_objects(recorded: Path, tmp_path: Path) -> None:
    recordings = [look_at(path, NOW) for path in find_recordings(recorded)]
    lake = Lake((tmp_path / "lake").as_uri())
    land_all(lake, recordings, NOW)
    before = lake.keys(raw.ROOT)
    assert land_all(lake, recordings, datetime(2026, 2, 2, tzinfo=UTC)) == 0
    assert lake.keys(raw.ROOT) == before


def test_a_path_that_is_not_there_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="there is no such file or folder"):
        find_recordings(tmp_path / "nowhere")


def test_a_folder_without_recordings_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match=r"nothing there ends in \.json or \.json\.gz"):
        find_recordings(tmp_path)


def test_recordings_that_are_all_unreadable_cover_no_hour() -> None:
    bad = Recording(Path("x.json"), None, "the body is empty")
    with pytest.raises(LocalError, match=r"None of 1 files .* x\.json: the body is empty"):
        covered_hours([bad])


def test_answers_can_be_landed_in_a_lake_elsewhere(
    recorded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lake = Lake((tmp_path / "elsewhere").as_uri())
    run_land(lake.url, recorded)
    assert len(raw.objects_of(lake, FIRST)) == 2
    assert f"states_hourly of {FIRST}" in " ".join(capsys.readouterr().out.split())


def test_a_lake_that_may_not_be_written_to_is_said_in_one_line(
    recorded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    # Another test's may still know the way to a server of that test.
    S3FileSystem.clear_instance_cache()
    with pytest.raises(LocalError, match=r"s3://nobodys cannot be written to: .*credentials"):
        run_land("s3://nobodys", recorded)
