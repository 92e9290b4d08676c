"""One poll, from a scripted host into a real lake."""

import gzip
import json
from datetime import UTC, datetime, timedelta

import pytest
from flightlake.contracts import raw
from flightlake.contracts.hours import Hour
from flightlake.contracts.json_codec import from_json
from opensky.area import BoundingBox
from opensky.errors import CreditFloorError, RateLimitedError, UnusableAnswerError
from opensky.poll import last_credits, poll_once, summary

STATES = "/api/states/all"


@pytest.fixture
def poll(make, make_client, lake):
    def poll(client=None, now=None, **options):
        return poll_once(client or make_client(), lake, "opensky", now or make.now, **options)

    return poll


def objects(lake) -> list[str]:
    return [key for key in lake.keys(raw.ROOT) if not key.endswith(raw.MANIFEST_SUFFIX)]


def test_an_answer_is_landed_with_a_manifest_that_tells_its_price(make, server, poll, lake):
    body = make.states_body(make.now_s - 5, rows=3)
    server.answers(STATES, make.ok(body, left=3992))
    landed = poll()
    answer, stored = raw.read_object(lake, landed.manifest.object, landed.manifest)
    assert stored == body
    assert answer == raw.Answer(make.now_s - 5, 3)
    manifest = from_json(raw.Manifest, lake.read(raw.manifest_key(landed.manifest.object)))
    assert manifest == landed.manifest
    assert (manifest.credits_spent, manifest.credits_left) == (4, 3992)
    assert manifest.fetched_at == datetime(2026, 11, 21, 10, 0, 30, tzinfo=UTC)


def test_the_event_says_what_was_landed(make, server, poll):
    server.answers(STATES, make.ok(left=77))
    landed = poll(box=BoundingBox(45, 5, 47, 10))
    assert summary(landed) == {
        "object": landed.manifest.object,
        "is_new": True,
        "source": "opensky",
        "time": make.now_s,
        "rows": 2,
        "credits_spent": 1,
        "credits_left": 77,
    }


def test_the_same_answer_twice_is_one_object(poll, lake):
    first, second = poll(), poll()
    assert (first.is_new, second.is_new) == (True, False)
    assert objects(lake) == [first.manifest.object]


@pytest.mark.parametrize("age_s", [-10, 0, 60])
def test_a_live_answer_may_be_a_minute_old_and_clocks_may_differ(age_s, make, server, poll):
    server.answers(STATES, make.ok(make.states_body(make.now_s - age_s)))
    assert poll().manifest.time_s == make.now_s - age_s


@pytest.mark.parametrize(
    ("age_s", "reason"), [(61, "61 s old"), (7200, "7200 s old"), (-11, "ahead of our clock")]
)
def test_a_live_answer_for_another_time_is_kept_but_is_no_data(
    age_s, reason, make, server, poll, lake
):
    body = make.states_body(make.now_s - age_s)
    server.answers(STATES, sent := make.ok(body))
    with pytest.raises(UnusableAnswerError, match=reason):
        poll()
    (key,) = objects(lake)
    assert key.startswith(raw.hour_folder("opensky", Hour.of(make.now)))
    assert key.endswith(raw.UNREADABLE_SUFFIX)
    assert lake.read(key) == sent.body


@pytest.mark.parametrize("off_s", [-10, 0, 10])
def test_an_asked_moment_may_be_missed_by_ten_seconds(off_s, make, server, poll):
    asked_s = make.now_s - 1800
    server.answers(STATES, make.ok(make.states_body(asked_s + off_s)))
    manifest = poll(time_s=asked_s).manifest
    assert (manifest.requested_time_s, manifest.time_s) == (asked_s, asked_s + off_s)


def test_now_is_not_taken_for_an_asked_moment(make, server, poll, lake):
    asked_s = make.now_s - 1900
    with pytest.raises(UnusableAnswerError, match="instead of the 2026-11-21 09:28:50 UTC"):
        poll(time_s=asked_s)
    (key,) = objects(lake)
    assert key.startswith(raw.hour_folder("opensky", Hour.of(asked_s)))
    assert raw.objects_of(lake, Hour.of(make.now)) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"null",
        b'{"time": 0, "states": []}',
        b'{"time": 1e400, "states": []}',
        b'{"time": NaN, "states": []}',
        b'{"time": 123456789012345678901234567890, "states": []}',
        b'{"time": "now", "states": []}',
        b'{"time": 1763719230, "states": "none"}',
        b"[" * 10_000,
        b"\xff\xfe\x00",
        gzip.compress(b'{"time": 1763719230, "states": []}', mtime=0)[:-4],
        gzip.compress(bytes(raw.MAX_BODY_BYTES + 1), mtime=0),
        gzip.compress(b"[]", mtime=0) + b"tail",
    ],
    ids=lambda body: repr(body[:20]),
)
def test_whatever_is_no_answer_is_kept_byte_for_byte_and_named(body, make, server, poll, lake):
    server.answers(STATES, make.answer(200, body))
    with pytest.raises(UnusableAnswerError) as caught:
        poll()
    (key,) = objects(lake)
    assert lake.read(key) == body
    assert lake.url_of(key) in str(caught.value)
    with pytest.raises(raw.UnreadableAnswerError) as reason:
        raw.read_object(lake, key, raw.read_manifest(lake, key))
    assert str(reason.value) in str(caught.value)


FIJI = BoundingBox(-20, 176, -15, -178)


def part(make, time_s, *states):
    return make.ok(json.dumps({"time": time_s, "states": list(states)}).encode())


def landed_body(lake, landed):
    _, body = raw.read_object(lake, landed.manifest.object, landed.manifest)
    return json.loads(body)


def test_an_area_across_the_antimeridian_is_asked_for_in_two_and_landed_as_one(
    make, server, poll, lake
):
    west, east = ["c8802e", "FJI1"], ["a00001", "UAL1"]
    server.answers(
        STATES, part(make, make.now_s - 5, west, None), part(make, make.now_s, east, "odd")
    )
    landed = poll(box=FIJI)
    assert [(asked.query["lomin"], asked.query["lomax"]) for asked in server.asked_of(STATES)] == [
        ("176", "180"),
        ("-180", "-178"),
    ]
    assert landed_body(lake, landed) == {
        "time": make.now_s,
        "states": [east, "odd", west, None],
        "merged_from": [make.now_s - 5, make.now_s],
    }
    manifest = landed.manifest
    assert (manifest.time_s, manifest.rows, manifest.credits_spent) == (make.now_s, 4, 2)
    assert objects(lake) == [manifest.object]


@pytest.mark.parametrize("newer", [0, 1])
def test_an_aircraft_in_both_parts_is_landed_once_as_the_newer_part_has_it(
    newer, make, server, poll, lake
):
    times = [make.now_s - 10, make.now_s] if newer else [make.now_s, make.now_s - 10]
    rows = [["C8802E", "west"], ["c8802e", "east"]]
    server.answers(STATES, *(part(make, *of_part) for of_part in zip(times, rows, strict=True)))
    landed = poll(box=FIJI)
    assert landed_body(lake, landed)["states"] == [rows[newer]]
    assert landed.manifest.rows == 1


def test_two_rows_of_one_aircraft_within_a_part_are_both_landed_for_the_job_to_judge(
    make, server, poll, lake
):
    rows = ["c8802e", "one"], ["c8802e", "two"]
    server.answers(STATES, part(make, make.now_s, *rows), part(make, make.now_s))
    assert landed_body(lake, poll(box=FIJI))["states"] == list(rows)


def test_the_same_two_answers_again_are_the_same_object(make, server, poll):
    for is_new in (True, False):
        server.answers(STATES, part(make, make.now_s - 5, ["c8802e"]), part(make, make.now_s))
        assert poll(box=FIJI).is_new is is_new


@pytest.mark.parametrize("position", [0, 1])
def test_an_area_with_a_part_that_cannot_be_used_is_not_landed(position, make, server, poll, lake):
    script = [part(make, make.now_s, ["c8802e"]) for _ in range(2)]
    script[position] = make.answer(200, b"<html>")
    server.answers(STATES, *script)
    with pytest.raises(UnusableAnswerError, match="HTML"):
        poll(box=FIJI)
    [key] = objects(lake)
    assert key.endswith(raw.UNREADABLE_SUFFIX)
    assert lake.read(key) == b"<html>"


def test_an_area_is_not_landed_where_one_part_is_of_another_time(make, server, poll, lake):
    server.answers(STATES, part(make, make.now_s - 61, ["c8802e"]), part(make, make.now_s))
    with pytest.raises(UnusableAnswerError, match="61 s old"):
        poll(box=FIJI)
    assert all(key.endswith(raw.UNREADABLE_SUFFIX) for key in objects(lake))


def test_an_area_whose_second_part_is_refused_lands_nothing_and_is_asked_for_whole_again(
    make, server, poll, lake
):
    refused = make.answer(429, b"", {"X-Rate-Limit-Retry-After-Seconds": "60"})
    server.answers(STATES, part(make, make.now_s, ["c8802e"]), refused)
    with pytest.raises(RateLimitedError):
        poll(box=FIJI)
    assert lake.keys(raw.ROOT) == []
    server.answers(STATES, part(make, make.now_s, ["c8802e"]), part(make, make.now_s, ["a00001"]))
    assert poll(box=FIJI).manifest.rows == 2


def test_an_area_is_not_asked_for_where_the_credits_pay_for_one_part_only(make, server, poll):
    server.answers(STATES, make.ok(left=201))
    poll(credit_floor=200)
    server.asked.clear()
    with pytest.raises(CreditFloorError, match="costs 2"):
        poll(box=FIJI, credit_floor=200)
    assert server.asked == []


@pytest.mark.parametrize("states", [None, []])
def test_an_empty_sky_is_an_answer(states, make, server, poll):
    body = json.dumps({"time": make.now_s, "states": states}).encode()
    server.answers(STATES, make.ok(body))
    assert poll().manifest.rows == 0


def test_spent_credits_land_nothing(make, server, poll, lake):
    server.answers(STATES, make.answer(429, b"", {"X-Rate-Limit-Retry-After-Seconds": "60"}))
    with pytest.raises(RateLimitedError):
        poll()
    assert lake.keys(raw.ROOT) == []


def test_a_poll_that_would_break_the_floor_asks_nothing(make, server, poll, wound):
    server.answers(STATES, make.ok(left=203))
    poll(credit_floor=200)
    server.asked.clear()
    with pytest.raises(CreditFloorError) as caught:
        poll(credit_floor=200, now=make.now + timedelta(seconds=90))
    assert server.asked == []
    assert caught.value.retry_at == make.now + timedelta(hours=1)
    wound.forward(3600)
    server.answers(STATES, make.ok(make.states_body(make.now_s + 3600), left=3996))
    poll(credit_floor=200, now=caught.value.retry_at)
    assert server.asked


def test_no_floor_asks_until_the_last_credit(make, server, poll):
    server.answers(STATES, make.ok(left=4))
    poll()
    assert not poll().is_new


def test_the_newest_reading_counts_unreadable_answers_and_the_hour_before(
    make, server, poll, lake, wound
):
    assert last_credits(lake, "opensky", make.now) is None
    server.answers(STATES, make.ok(left=500))
    poll()
    wound.forward(15)
    server.answers(STATES, make.answer(200, b"<html>", {"X-Rate-Limit-Remaining": "496"}))
    with pytest.raises(UnusableAnswerError):
        poll(now=wound.moment)
    for later_s in (15, 3600):
        reading = last_credits(lake, "opensky", make.now + timedelta(seconds=later_s))
        assert reading == (496, make.now + timedelta(seconds=15))
    assert last_credits(lake, "simulator", make.now) is None
    assert last_credits(lake, "opensky", make.now + timedelta(hours=2)) is None
