"""What an hour's raw objects are, read outside Spark."""

import json
from collections import Counter

import pytest
from flightlake.contracts import raw
from flightlake.contracts.hours import Hour
from flightlake.contracts.storage import Lake
from flightlake.io.raw_hour import inspect_hour

HOUR = Hour.parse("2025-12-28T02")


class CountingLake(Lake):
    """A lake that counts how often each of its objects is read."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.reads: Counter[str] = Counter()

    def read(self, key: str, *args: int) -> bytes:
        self.reads[key] += 1
        return super().read(key, *args)


@pytest.fixture
def lake(tmp_path):
    return CountingLake(tmp_path.as_uri())


def test_every_object_of_an_hour_and_its_manifest_is_read_once(lake):
    def land(body: bytes) -> raw.Manifest:
        return raw.land(lake, body, source="replay", fetched_at=HOUR.end, meant_for=HOUR).manifest

    times = (HOUR.start_s, HOUR.start_s + 90)
    answers = [land(json.dumps({"time": time_s, "states": []}).encode()) for time_s in times]
    unreadable = land(b"<html>")

    found = inspect_hour(lake, HOUR)

    assert [answer.raw_object for answer in found.answers] == [each.object for each in answers]
    assert [each.raw_object for each in found.quarantined] == [unreadable.object]
    assert found.manifests == {each.object: each for each in (*answers, unreadable)}
    manifests = {raw.manifest_key(key): 1 for key in found.manifests}
    # Why an unreadable one is none is in its manifest.
    assert lake.reads == manifests | {each.object: 1 for each in answers}
