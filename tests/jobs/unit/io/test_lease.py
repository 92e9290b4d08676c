"""The lease of the lake's tables: one holder at a time, on files and on S3."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flightlake.contracts.json_codec import to_json
from flightlake.contracts.leases import FOLDER, Lease, key_of
from flightlake.contracts.storage import Lake
from flightlake.io import lease
from flightlake.io.lease import (
    HeldLease,
    LakeBusyError,
    LeaseLostError,
    Timing,
    know_job_run,
    newest,
    require_held,
    writer_lease,
)

# A holder that is alive renews many times before another may take over, on a busy machine too.
TIMING = Timing(renewal_s=0.05, stop_s=50, life_s=60, look_s=0.02, max_wait_s=120)


def hold(
    lake: Lake, run_id: str = "scheduled__1", timing: Timing = TIMING, lost: list[str] | None = None
) -> AbstractContextManager[HeldLease]:
    """The lease; what is said of its loss goes into a list in place of ending the process."""
    reasons = lost if lost is not None else []
    return writer_lease(lake, "states_hourly", run_id, timing, reasons.append)


def leave_behind(lake: Lake, generation: int, body: bytes | None = None) -> None:
    """The lease of a job that was killed."""
    dead = Lease(
        owner="dead",
        step="flights_daily",
        run_id="manual__y",
        job_run_id="00dead",
        expires_at=datetime(2025, 12, 28, 3, tzinfo=UTC),
    )
    lake.write(key_of(generation), to_json(dead) if body is None else body)


def test_a_lease_says_who_holds_it_and_then_that_it_is_free(lake: Lake) -> None:
    with hold(lake) as held:
        seen = newest(lake)
        assert seen
        assert str(seen.lease) == "states_hourly (run scheduled__1, job run that begins)"
        know_job_run("00f1")
        held._write()
        seen = newest(lake)
        assert seen
        assert str(seen.lease) == "states_hourly (run scheduled__1, job run 00f1)"
        assert not seen.is_free
        require_held()
    seen = newest(lake)
    assert seen
    assert seen.is_free
    with hold(lake, "scheduled__2") as second:
        assert second.generation == 2


def test_it_is_given_back_where_the_job_fails(lake: Lake) -> None:
    with pytest.raises(ValueError, match="of the job"), hold(lake):
        raise ValueError("of the job")
    seen = newest(lake)
    assert seen
    assert seen.is_free


def test_a_job_waits_for_a_living_one_and_says_for_whom(
    lake: Lake, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="flightlake")
    order: list[str] = []
    short = replace(TIMING, stop_s=4, life_s=5)
    is_waiting = threading.Event()

    def second() -> None:
        is_waiting.set()
        with hold(lake, "scheduled__2", short):
            order.append("second begins")

    with ThreadPoolExecutor() as pool:
        with hold(lake, timing=short):
            waits = pool.submit(second)
            is_waiting.wait()
            # Longer than a dead lease is left alone: this one is renewed.
            threading.Event().wait(1.2 * short.life_s)
            order.append("first ends")
        waits.result()
    assert order == ["first ends", "second begins"]
    [said] = [r.getMessage() for r in caplog.records if r.getMessage().startswith("Waiting for")]
    assert "states_hourly (run scheduled__1, job run that begins)" in said
    assert "UTC unless renewed" in said


def test_a_job_gives_up_and_says_what_to_do(lake: Lake) -> None:
    with hold(lake), pytest.raises(LakeBusyError) as busy:  # noqa: SIM117 - the first is held
        with hold(lake, "scheduled__2", replace(TIMING, max_wait_s=0.2)):
            pytest.fail("two jobs hold one lease")
    for part in (
        "run scheduled__1",
        lake.url,
        "wrote nothing",
        "cancel it",
        "runbooks/lake-busy.md",
    ):
        assert part in str(busy.value)


def test_of_many_that_want_a_free_lease_one_holds_it_at_a_time(lake: Lake) -> None:
    at_once: list[int] = []
    holders: set[int] = set()

    def take(number: int) -> None:
        with hold(lake, f"scheduled__{number}") as held:
            holders.add(held.generation)
            at_once.append(len(holders))
            holders.remove(held.generation)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(take, range(6)))
    assert at_once == [1] * 6


@pytest.mark.parametrize("body", [None, b"", b"{}", b"\xff\xfe"], ids=["whole", "empty", "{}", "?"])
def test_a_dead_lease_is_taken_over_by_one_of_those_who_wait(
    lake: Lake, body: bytes | None
) -> None:
    leave_behind(lake, 7, body)
    generations = []

    def take(number: int) -> None:
        with hold(lake, f"scheduled__{number}", replace(TIMING, life_s=0.3)) as held:
            generations.append(held.generation)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(take, range(3)))
    assert generations == [8, 9, 10]


def test_a_holder_whose_lease_was_taken_over_has_to_stop(lake: Lake) -> None:
    lost: list[str] = []
    with hold(lake, lost=lost) as held:
        leave_behind(lake, held.generation + 1)
        held._ended.wait(60)
        with pytest.raises(LeaseLostError, match=r"flights_daily .* has taken it over"):
            require_held()
    assert len(lost) == 1
    # What it left says nothing of the job that has the lease now.
    seen = newest(lake)
    assert seen
    assert "00dead" in str(seen.lease)


def test_a_holder_that_cannot_renew_stops_before_another_may_take_over(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost: list[str] = []
    with hold(lake, timing=replace(TIMING, stop_s=0.3), lost=lost) as held:

        def refuse(key: str, body: bytes) -> None:
            raise ConnectionError(f"no way to {key}")

        monkeypatch.setattr(held._lake, "write", refuse)
        held._ended.wait(60)
        assert "not renewed for" in lost[0]
        with pytest.raises(LeaseLostError):
            require_held()


def test_a_process_that_took_no_lease_may_commit() -> None:
    require_held()


def test_what_is_no_lease_in_its_folder_is_no_lease(lake: Lake) -> None:
    lake.write(f"{FOLDER}/notes.txt", b"x")
    assert newest(lake) is None
    with hold(lake) as held:
        assert held.generation == 1


def test_a_request_that_was_repeated_does_not_lock_its_own_sender_out(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = lake.create

    def create_and_lose_the_answer(key: str, body: bytes) -> bool:
        create(key, body)
        return False

    monkeypatch.setattr(lake, "create", create_and_lose_the_answer)
    with hold(lake, timing=replace(TIMING, max_wait_s=0.1)) as held:
        assert held.generation == 1


def test_a_job_ends_well_before_its_lease_is_anyones() -> None:
    timing = lease.Timing()
    assert timing.stop_s + 15 <= timing.life_s
    assert 3 * timing.renewal_s <= timing.stop_s
