"""The lake on local files and on S3: the same promises."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from flightlake.contracts.storage import Lake, ObjectTooLargeError


def test_what_is_created_is_read_back(lake):
    assert lake.create("raw/a/one.bin", b"\x00one")
    assert lake.read("raw/a/one.bin") == b"\x00one"


def test_an_object_is_created_once_and_keeps_its_first_content(lake):
    assert lake.create("raw/one", b"first")
    assert not lake.create("raw/one", b"second")
    assert lake.read("raw/one") == b"first"


def test_of_many_creators_at_once_one_wins(lake):
    bodies = [f"writer {n}".encode() * 1000 for n in range(8)]
    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(lambda body: lake.create("raw/contested", body), bodies))
    assert won.count(True) == 1
    assert lake.read("raw/contested") == bodies[won.index(True)]


def test_write_replaces_what_was_there(lake):
    lake.write("reports/index.html", b"old and longer")
    lake.write("reports/index.html", b"new")
    assert lake.read("reports/index.html") == b"new"


def test_a_missing_object_is_file_not_found(lake):
    lake.create("raw/other", b"")
    with pytest.raises(FileNotFoundError):
        lake.read("raw/missing")


def test_no_more_than_the_cap_is_read(lake):
    lake.create("raw/large", b"12345")
    assert lake.read("raw/large", max_bytes=5) == b"12345"
    with pytest.raises(ObjectTooLargeError, match="more than 4 bytes"):
        lake.read("raw/large", max_bytes=4)


def test_parts_of_an_object_are_read_without_the_rest(lake):
    lake.write("raw/large", b"head" + bytes(1_000) + b"tail")
    with lake.open("raw/large") as stream:
        stream.seek(-4, 2)
        assert stream.read() == b"tail"


def test_a_folder_of_many_pages_is_listed_whole(lake):
    keys = [f"raw/{number:04}" for number in range(1_005)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: lake.write(key, b"x"), keys))
    assert lake.keys("raw") == keys


def test_folder_markers_of_the_console_are_no_objects(lake):
    if not lake.is_s3:
        pytest.skip("only S3 has them")
    lake.write("raw/h=01/a", b"x")
    bucket, _, root = lake.url.removeprefix("s3://").partition("/")
    for folder in ("raw/", "raw/h=01/", "raw/h=02/"):
        lake._fs.call_s3("put_object", Bucket=bucket, Key=f"{root}/{folder}".lstrip("/"))
    assert lake.keys("raw") == ["raw/h=01/a"]
    assert lake.folders("raw") == ["raw/h=01", "raw/h=02"]


def test_keys_are_all_objects_below_a_folder_and_of_no_other(lake):
    for key in ("raw/h=01/b", "raw/h=01/deep/a", "raw/h=010/c", "raw/h=02/d"):
        lake.create(key, b"x")
    assert lake.keys("raw/h=01") == ["raw/h=01/b", "raw/h=01/deep/a"]
    assert lake.keys("raw/h=03") == []
    assert len(lake.keys("raw")) == 4


def test_objects_tell_their_bytes_and_when_they_were_written(lake):
    before = datetime.now(UTC) - timedelta(seconds=2)
    lake.create("raw/h=01/b", b"12345")
    [found] = lake.objects("raw")
    assert (found.key, found.size_bytes) == ("raw/h=01/b", 5)
    assert before <= found.written_at <= datetime.now(UTC)


def test_keys_see_what_was_created_since_they_were_last_asked(lake):
    lake.create("raw/a", b"x")
    assert lake.keys("raw") == ["raw/a"]
    lake.create("raw/b", b"x")
    assert lake.keys("raw") == ["raw/a", "raw/b"]


def test_folders_are_those_directly_inside(lake):
    for key in ("raw/source=b/x/one", "raw/source=a/two", "raw/file"):
        lake.create(key, b"x")
    assert lake.folders("raw") == ["raw/source=a", "raw/source=b"]
    assert lake.folders("nothing") == []


def test_objects_and_folders_exist_once_something_is_there(lake):
    assert not lake.exists("raw")
    lake.create("raw/a/one", b"x")
    assert lake.exists("raw/a/one")
    assert lake.exists("raw/a")
    assert not lake.exists("raw/b")


def test_the_url_of_a_key_is_the_lakes_own(tmp_path):
    lake = Lake(f"{tmp_path.as_uri()}/")
    assert lake.url_of("raw/one") == f"{tmp_path.as_uri()}/raw/one"
    assert not lake.is_s3


def test_what_a_crash_left_half_written_is_no_object(tmp_path):
    lake = Lake(tmp_path.as_uri())
    lake.create("raw/whole", b"x")
    (tmp_path / "raw" / ".whole.0123456789ab").write_bytes(b"hal")
    assert lake.keys("raw") == ["raw/whole"]


def test_nothing_is_left_beside_an_object(tmp_path):
    lake = Lake(tmp_path.as_uri())
    for _ in range(2):
        lake.create("raw/one", b"x")
        lake.write("raw/two", b"y")
    assert sorted(path.name for path in (tmp_path / "raw").iterdir()) == ["one", "two"]
