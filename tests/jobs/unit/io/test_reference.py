"""Source files in the lake become rows, or are refused with what to do next."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest
from flightlake.contracts.days import Day
from flightlake.contracts.references import land, source_of
from flightlake.contracts.storage import Lake
from flightlake.contracts.tables import AIRLINES
from flightlake.io.reference import UnreadableSourceError, read_source

DAY = Day.parse("2025-12-29")
LINE = r'1,"Malmö Aviation",\N,"TF","SCW","SCANWING","Sweden","Y"'


def zipped(*files: bytes, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", compression) as archive:
        archive.mkdir("data")
        for number, file in enumerate(files):
            archive.writestr(f"data/{number}.csv", file)
    return body.getvalue()


@pytest.fixture
def read(tmp_path):
    """The names of the airlines of a file that has landed."""
    lake = Lake(tmp_path.as_uri())

    def rows_of(body: bytes, max_bytes: int = 1_000_000) -> list[str]:
        key = land(lake, "airlines", "there", DAY, body)
        assert source_of("airlines", key) == "there"
        rows, _ = read_source(lake, AIRLINES, key, max_bytes)
        names: list[str] = rows["name"].to_pylist()
        return names

    return rows_of


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zipped], ids=["plain", "gzip", "zip"])
def test_a_file_is_read_packed_or_not(read, pack):
    assert read(pack(LINE.encode())) == ["Malmö Aviation"]
    assert read(pack(b"\xef\xbb\xbf" + LINE.encode())) == ["Malmö Aviation"]


@pytest.mark.parametrize("pack", [gzip.compress, zipped], ids=["gzip", "zip"])
def test_a_packed_file_is_read_as_far_as_the_cap(read, pack):
    bomb = pack(b"\n" * 50_000_000)
    assert len(bomb) < 100_000
    with pytest.raises(UnreadableSourceError, match=r"(50,000,000|more than 1,000,000) bytes"):
        read(bomb)


def test_a_zip_that_lies_about_its_size_is_not_read_beyond_what_it_says(read):
    file = LINE.encode() + b"\n" * 50_000_000
    body = zipped(file)
    said = len(file).to_bytes(4, "little")
    assert body.count(said) == 2
    with pytest.raises(UnreadableSourceError, match="Bad CRC-32"):
        read(body.replace(said, (1_000).to_bytes(4, "little")))


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (zipped(LINE.encode(), b"more"), "a zip with 2 files, not one"),
        (zipped(), "a zip with 0 files"),
        (zipped(LINE.encode() * 100)[:200], "not a zip file"),
        (gzip.compress(LINE.encode() * 100)[:-20], "ended before the end-of-stream marker"),
        (b"x" * 200_000, "a line of more than 100,000 bytes"),
    ],
    ids=["two files", "no file", "cut zip", "cut gzip", "long line"],
)
def test_another_kind_of_file_is_refused_and_says_which(read, body, why):
    with pytest.raises(UnreadableSourceError, match=why):
        read(body)


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_a_file_that_is_not_utf_8_is_refused_with_its_line_and_byte(read, encoding):
    text = f"{LINE.replace('ö', 'o')}\n{LINE}\n"
    wrong = {"latin-1": "byte 8 of line 2 is 0xf6", "utf-16": "byte 1 of line 1 is 0xff"}
    with pytest.raises(UnreadableSourceError, match=f"not UTF-8: {wrong[encoding]}; save the file"):
        read(text.encode(encoding))
