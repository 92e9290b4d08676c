"""Landing answers and reading them back, with all that can be wrong about them."""

import gzip
import hashlib
import json
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flightlake.contracts import raw
from flightlake.contracts.hours import Hour
from flightlake.contracts.json_codec import from_json

HOUR = Hour.parse("2025-12-28T02")
FETCHED_AT = datetime(2025, 12, 28, 2, 30, 5, tzinfo=UTC)
TIME_S = HOUR.start_s + 1800


def body(time_s: int = TIME_S, states: object = ((),)) -> bytes:
    return json.dumps({"time": time_s, "states": states}).encode()


def land(lake, content: bytes, **options) -> raw.Landed:
    options = {"source": "opensky", "fetched_at": FETCHED_AT, **options}
    return raw.land(lake, content, **options)


def read_back(lake, key: str) -> tuple[raw.Answer, bytes]:
    return raw.read_object(lake, key, raw.read_manifest(lake, key))


def test_an_answer_lies_under_its_own_time_and_its_contents_hash(lake):
    landed = land(lake, body(), credits_spent=4, credits_left=96)
    key = landed.manifest.object
    assert key.startswith(f"raw/states/source=opensky/date=2025-12-28/hour=02/{TIME_S}-")
    assert key.endswith(".json.gz")
    assert gzip.decompress(lake.read(key)) == body()
    assert from_json(raw.Manifest, lake.read(raw.manifest_key(key))) == landed.manifest
    assert (landed.manifest.credits_spent, landed.manifest.credits_left) == (4, 96)
    assert landed.hour == HOUR


def test_the_same_answer_is_one_object_however_it_was_packed(lake):
    first = land(lake, body())
    packed = land(lake, gzip.compress(body(), 1))
    assert (first.is_new, packed.is_new) == (True, False)
    assert packed.manifest.object == first.manifest.object
    assert raw.objects_of(lake, HOUR) == [first.manifest.object]


ENCODINGS = ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_an_answer_is_stored_in_utf_8_whatever_unicode_it_was_saved_in(encoding, lake):
    text = f'{{"time": {TIME_S}, "states": [["4b1814", "Zürich"]]}}\r\n'
    landed = land(lake, gzip.compress(text.encode(encoding)))
    assert read_back(lake, landed.manifest.object) == (raw.Answer(TIME_S, 1), text.encode())
    assert not land(lake, text.encode()).is_new


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_a_text_that_is_cut_within_a_character_is_kept_as_it_came(encoding, lake):
    cut = body().decode().encode(encoding)[:-1]
    landed = land(lake, cut)
    assert f"not valid {encoding.upper()}" in landed.manifest.unreadable_reason
    assert lake.read(landed.manifest.object) == cut


@pytest.mark.parametrize("has_manifest", [True, False])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_an_object_in_an_encoding_that_spark_does_not_read_says_which(encoding, has_manifest, lake):
    """As an older release landed it, or as a copy put it there."""
    text = body().decode().encode(encoding)
    manifest = land(lake, body()).manifest
    lake.write(manifest.object, gzip.compress(text))
    known = replace(manifest, sha256=hashlib.sha256(text).hexdigest()) if has_manifest else None
    with pytest.raises(raw.UnreadableAnswerError, match=f"is {encoding.upper()}.*land .* again"):
        raw.read_object(lake, manifest.object, known)


def test_two_answers_of_one_moment_are_two_objects(lake):
    land(lake, body(states=[]))
    land(lake, body(states=[[]]))
    assert len(raw.objects_of(lake, HOUR)) == 2


def test_an_hour_holds_the_objects_of_every_source_and_of_no_other_hour(lake):
    mine = [
        land(lake, body(HOUR.start_s), source="opensky"),
        land(lake, body(HOUR.end_s - 1), source="replay", fetched_at=datetime.now(UTC)),
        land(lake, b"<html>", meant_for=HOUR),
    ]
    land(lake, body(HOUR.start_s - 1))
    land(lake, body(HOUR.end_s), fetched_at=datetime.now(UTC))
    assert raw.objects_of(lake, HOUR) == sorted(one.manifest.object for one in mine)


def test_an_hour_without_objects_is_empty(lake):
    assert raw.objects_of(lake, HOUR) == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"<html>", "HTML"),
        (b"\xff\xfe\xfd", "not valid UTF-16"),
        (b'{"time"', "not valid JSON"),
        (b"[]", "a JSON list"),
        (b"null", "a JSON NoneType"),
        (b"{}", "`time` is missing"),
        (b'{"time": true}', "`time` is missing"),
        (b'{"time": 1.5}', "`time` is missing"),
        (b'{"time": 1e400}', "`time` is missing"),
        (b'{"time": NaN}', "`time` is missing"),
        (b'{"time": "1766889000"}', "`time` is missing"),
        (b'{"time": 0}', "lies before 2013"),
        (b'{"time": -1}', "lies before 2013"),
        (b'{"time": 123456789012345678901234567890}', "after the moment"),
        (b'{"time": %d}' % (FETCHED_AT.timestamp() + raw.MAX_AHEAD_S + 1), "after the moment"),
        (b'{"time": 1766889000, "states": {}}', "`states` is a dict"),
        (b'{"time": 1766889000, "states": 5}', "`states` is a int"),
        (b"9" * 5000, "not valid JSON"),
        (b"[" * 10_000, "nested too deep"),
        (b'{"time": 1766889000, "states": ' + b"[" * 10_000 + b"]" * 10_000 + b"}", "too deep"),
    ],
    ids=lambda value: repr(value[-30:]),
)
def test_a_body_that_is_no_answer_is_kept_as_it_came(content, reason, lake):
    landed = land(lake, content)
    key = landed.manifest.object
    assert reason in landed.manifest.unreadable_reason
    assert key.endswith(raw.UNREADABLE_SUFFIX)
    assert lake.read(key) == content
    with pytest.raises(raw.UnreadableAnswerError) as caught:
        read_back(lake, key)
    assert str(caught.value) == landed.manifest.unreadable_reason


@pytest.mark.parametrize(
    ("packed", "reason"),
    [
        (gzip.compress(body())[:-5], "cut short"),
        (gzip.compress(body())[:9], "cut short"),
        (gzip.compress(body())[:-8] + bytes(8), "not valid gzip"),
        (gzip.compress(body()) + b"and more", "not valid gzip"),
        (gzip.compress(bytes(raw.MAX_BODY_BYTES + 1)), "decompresses to more than"),
        (gzip.compress(bytes(raw.MAX_BODY_BYTES)) + gzip.compress(b"x"), "decompresses to more"),
    ],
    ids=["tail", "header", "checksum", "garbage", "bomb", "two-part bomb"],
)
def test_a_damaged_or_oversized_gzip_is_kept_packed(packed, reason, lake):
    landed = land(lake, packed)
    assert reason in landed.manifest.unreadable_reason
    assert lake.read(landed.manifest.object) == packed


def test_gzip_in_parts_is_one_body():
    assert raw.gunzip(gzip.compress(b"one ") + gzip.compress(b"two")) == b"one two"


def test_a_body_of_exactly_the_cap_is_whole():
    assert raw.gunzip(gzip.compress(b"12345"), max_bytes=5) == b"12345"
    with pytest.raises(raw.UnreadableAnswerError, match="more than 4 bytes"):
        raw.gunzip(gzip.compress(b"12345"), max_bytes=4)


def test_a_gzip_of_a_million_parts_is_given_up_at_once():
    parts = gzip.compress(b"") * 700_000
    started_s = time.monotonic()
    with pytest.raises(raw.UnreadableAnswerError, match="gzip members"):
        raw.gunzip(parts)
    assert time.monotonic() - started_s < 10


@pytest.mark.parametrize("states", [None, []])
def test_an_empty_sky_is_an_answer_of_no_rows(states):
    assert raw.read_answer(body(states=states), FETCHED_AT) == raw.Answer(TIME_S, 0)


def test_odd_rows_and_texts_do_not_make_an_answer_unreadable():
    text = b'{"time": %d, "states": [[NaN, 1e400, "\\ud800", "\\u0000"], 7, null]}' % TIME_S
    assert raw.read_answer(text, FETCHED_AT) == raw.Answer(TIME_S, 3)


def test_an_unreadable_body_of_a_replay_is_the_same_object_again(lake):
    first = land(lake, b"<html>", meant_for=HOUR)
    again = land(lake, b"<html>", meant_for=HOUR, fetched_at=datetime.now(UTC))
    assert first.manifest.object.startswith(raw.hour_folder("opensky", HOUR))
    assert not again.is_new
    assert again.manifest.object == first.manifest.object


def test_a_readable_body_can_be_landed_as_unreadable_with_the_callers_reason(lake):
    landed = land(lake, body(), unreadable_reason="it is for another time", requested_time_s=7)
    assert landed.manifest.unreadable_reason == "it is for another time"
    assert landed.manifest.requested_time_s == 7
    assert landed.manifest.time_s is None
    with pytest.raises(raw.UnreadableAnswerError, match="another time"):
        read_back(lake, landed.manifest.object)


def test_an_object_that_vanished_says_so(lake):
    landed = land(lake, body())
    with pytest.raises(raw.UnreadableAnswerError, match="vanished"):
        read_back(lake, landed.manifest.object.replace(str(TIME_S), str(TIME_S + 1)))


def test_an_object_that_was_changed_says_so(lake):
    key = land(lake, body()).manifest.object
    lake.write(key, gzip.compress(body(states=[[], []])))
    with pytest.raises(raw.UnreadableAnswerError, match="not what was landed"):
        read_back(lake, key)


def test_an_object_in_the_folder_of_another_hour_says_so(lake):
    key = land(lake, body()).manifest.object
    moved = key.replace("hour=02", "hour=03")
    lake.create(moved, lake.read(key))
    with pytest.raises(raw.UnreadableAnswerError, match="belongs to 2025-12-28T02"):
        read_back(lake, moved)


@pytest.mark.parametrize(
    "manifest",
    [None, b"", b"{}", b"[]", b"\xff", b'{"object": 1, "unknown": 2}'],
    ids=["missing", "empty", "object", "list", "binary", "unknown field"],
)
def test_without_its_manifest_the_body_speaks_for_itself(manifest, lake, tmp_path):
    landed = land(lake, body())
    if manifest is None:
        key = f"{raw.hour_folder('replay', HOUR)}/{TIME_S}-0000.json.gz"
        lake.create(key, lake.read(landed.manifest.object))
    else:
        key = landed.manifest.object
        lake.write(raw.manifest_key(key), manifest)
    assert read_back(lake, key) == (raw.Answer(TIME_S, 1), body())


@pytest.mark.parametrize("change", [{"time_s": "soon"}, {"rows": 1.5}, {"sha256": None}])
def test_a_manifest_with_a_field_of_the_wrong_type_is_none(change, lake):
    landed = land(lake, body())
    key = raw.manifest_key(landed.manifest.object)
    lake.write(key, json.dumps(json.loads(lake.read(key)) | change).encode())
    assert read_back(lake, landed.manifest.object) == (raw.Answer(TIME_S, 1), body())


def test_an_unreadable_object_without_its_manifest_is_still_unreadable(lake):
    key = f"{raw.hour_folder('opensky', HOUR)}/1-2.unreadable"
    lake.create(key, b"?")
    with pytest.raises(raw.UnreadableAnswerError, match="manifest is missing"):
        read_back(lake, key)
