"""One job at a time writes tables: the lease that a job holds from its first commit to its last.

Delta on S3 has no lock of its own: two drivers that commit to one table can overwrite each other's
commit without an error. So a job that writes tables takes the lease of the lake first.

A lease is an object, ``leases/delta_writer/<generation>.json``, that is created exclusively. The
highest generation is the lease that counts. Its holder writes it again every few seconds, and at
the end says in it that it is free. The next writer creates the next generation: of several that
try at once, for a free lease or for a dead one, storage lets one create it.

No two clocks are compared. A holder that could not renew its lease for ``stop_s`` ends its own
process; another job takes over once it has watched the same lease, unchanged, for ``life_s``.
What lies between the two is the time for a commit that was under way to end.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from flightlake.contracts.json_codec import DamagedRecordError, from_json, to_json
from flightlake.contracts.leases import FOLDER, Lease, generation_of, key_of
from flightlake.contracts.storage import Lake

log = logging.getLogger(__name__)


class LakeBusyError(Exception):
    """Another job held the lease for longer than this one may wait; nothing was written."""


class LeaseLostError(Exception):
    """The lease was not renewed in time, or another job has taken it; nothing may be committed."""


@dataclass(frozen=True)
class Timing:
    """How long things take, in seconds; tests have shorter ones.

    ``stop_s`` is below ``life_s`` by more than a process takes to end with a commit under way.
    """

    renewal_s: float = 5.0
    stop_s: float = 25.0
    life_s: float = 45.0
    look_s: float = 2.0
    """Between two looks at the lease of another job."""
    max_wait_s: float = 600.0
    """Below the time-out of every job, so that the job itself says what it waited for."""


@dataclass(frozen=True)
class Seen:
    """The newest lease of a lake, as its object was found."""

    generation: int
    body: bytes

    @property
    def lease(self) -> Lease | None:
        """What it says; None where that cannot be read: it is then taken over like a dead one."""
        try:
            return from_json(Lease, self.body)
        except DamagedRecordError:
            return None

    @property
    def is_free(self) -> bool:
        """Whether its holder gave it back."""
        return self.lease is not None and self.lease.is_free


def newest(lake: Lake) -> Seen | None:
    """The lease that counts; None where there never was one."""
    while generations := [g for key in lake.keys(FOLDER) if (g := generation_of(key)) is not None]:
        try:
            return Seen(generations[-1], lake.read(key_of(generations[-1])))
        except FileNotFoundError:
            # Removed since the listing, as the bucket's lifecycle does with old ones.
            continue
    return None


@contextmanager
def writer_lease(
    lake: Lake,
    step: str,
    run_id: str,
    timing: Timing = Timing(),
    on_lost: Callable[[str], None] | None = None,
) -> Iterator[HeldLease]:
    """Hold the lease of a lake's tables; waits for the job that holds it.

    It comes before the Spark session, so that no executor waits, and before all that is read: what
    another job wrote or what landed while this one waited is seen.

    Args:
        lake: whose tables are to be written.
        step: of the job, for people, as is the next.
        run_id: of its DAG.
        timing: how long things take.
        on_lost: called with the reason, by another thread, when the lease is lost; by default the
            process ends.

    Raises:
        LakeBusyError: another job held it for all of ``max_wait_s``.
    """
    global _held
    mine = Lease(owner=uuid4().hex, step=step, run_id=run_id, expires_at=_expiry(timing))
    held = _held = _take(lake, mine, timing, on_lost or _end_process)
    held.keep()
    try:
        yield held
    finally:
        _held = None
        held.give_back()


_held: HeldLease | None = None


def require_held() -> None:
    """Let a commit begin, unless the lease of this process is lost.

    It asks no storage. A process that took none, such as a test of one table, may commit.

    Raises:
        LeaseLostError: the lease was not renewed in time, or another job has taken it.
    """
    if _held is not None:
        _held.require()


def know_job_run(job_run_id: str) -> None:
    """Let the lease of this process say which job run it is of, from its next renewal on."""
    if _held is not None:
        _held.know_job_run(job_run_id)


def _take(lake: Lake, mine: Lease, timing: Timing, on_lost: Callable[[str], None]) -> HeldLease:
    """Create the next generation, as soon as the last one is free or dead."""
    began_s = watched_since_s = time.monotonic()
    watched: Seen | None = None
    while True:
        asked_s = time.monotonic()
        seen = newest(lake)
        if seen is not None and seen.lease is not None and seen.lease.owner == mine.owner:
            # The answer to the request that created it was lost, and the request repeated.
            return HeldLease(lake, seen.generation, mine, timing, on_lost, asked_s)
        if seen != watched:
            _say_who_is_waited_for(seen, watched, timing)
            watched, watched_since_s = seen, time.monotonic()
        # From after the first answer to before the last question: a slow answer is no age.
        is_dead = asked_s - watched_since_s >= timing.life_s
        if seen is None or seen.is_free or is_dead:
            if seen is not None and is_dead:
                log.warning("Taking over the lease of %s: it is not renewed", seen.lease)
            generation = seen.generation + 1 if seen else 1
            renewed = replace(mine, expires_at=_expiry(timing))
            if lake.create(key_of(generation), to_json(renewed)):
                return HeldLease(lake, generation, mine, timing, on_lost, asked_s)
            # Another was faster: look again whose it is.
        elif asked_s - began_s >= timing.max_wait_s:
            raise LakeBusyError(
                f"{seen.lease or key_of(seen.generation)} still writes the tables of {lake.url}"
                f" after {timing.max_wait_s:.0f} s of waiting. This job wrote nothing; its task is"
                " tried again. If that job should not run, cancel it: its lease ends"
                f" {timing.life_s:.0f} s later. See docs/runbooks/lake-busy.md."
            )
        else:
            time.sleep(timing.look_s)


def _say_who_is_waited_for(seen: Seen | None, before: Seen | None, timing: Timing) -> None:
    is_same = seen and before and seen.generation == before.generation
    if seen is None or seen.is_free or is_same:
        return
    until = f", until {seen.lease.expires_at:%H:%M:%S} UTC unless renewed" if seen.lease else ""
    log.info(
        "Waiting for %s, which holds the lease of the lake's tables%s; at most %.0f s",
        seen.lease or f"{key_of(seen.generation)}, which cannot be read",
        until,
        timing.max_wait_s,
    )


def _expiry(timing: Timing) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=timing.life_s)


class HeldLease:
    """A lease that this process has taken, and renews until it gives it back or loses it."""

    def __init__(
        self,
        lake: Lake,
        generation: int,
        lease: Lease,
        timing: Timing,
        on_lost: Callable[[str], None],
        renewed_s: float,
    ) -> None:
        self.generation = generation
        self._lake, self._lease, self._timing, self._on_lost = lake, lease, timing, on_lost
        # When the last renewal that succeeded began: no other job can have seen it earlier.
        self._renewed_s = renewed_s
        self._lost_because: str | None = None
        self._ended = threading.Event()
        # Two threads: a request that hangs must not keep the process from ending in time.
        self._threads = [
            threading.Thread(target=work, name=f"lease-{work.__name__}", daemon=True)
            for work in (self._renew, self._watch)
        ]

    def keep(self) -> None:
        """Begin to renew it."""
        for thread in self._threads:
            thread.start()

    def know_job_run(self, job_run_id: str) -> None:
        """Say which job run it is of, from the next renewal on."""
        self._lease = replace(self._lease, job_run_id=job_run_id)

    def require(self) -> None:
        """Raise where it is lost, or was not renewed in time.

        Raises:
            LeaseLostError: a commit could meet that of another job.
        """
        if reason := self._lost_because or self._overdue():
            raise LeaseLostError(reason)

    def give_back(self) -> None:
        """Let the next writer begin; without the lake it has to wait until the lease is dead."""
        self._ended.set()
        for thread in self._threads:
            thread.join(self._timing.renewal_s)
        if self._lost_because or self._overdue():
            return
        try:
            self._write(is_free=True)
        except Exception as error:
            log.warning("The lease is not given back (%s); it ends by itself", error)

    def _write(self, *, is_free: bool = False) -> None:
        lease = replace(self._lease, expires_at=_expiry(self._timing), is_free=is_free)
        self._lake.write(key_of(self.generation), to_json(lease))

    def _renew(self) -> None:
        while not self._ended.wait(self._timing.renewal_s):
            began_s = time.monotonic()
            try:
                taker = self._taker()
                if taker is None:
                    self._write()
            except Exception as error:
                log.warning("The lease is not renewed (%s); trying again", error)
                continue
            # A process that was frozen for long may find itself renewing what is another's by now.
            if reason := f"{taker} has taken it over" if taker else self._overdue():
                self._lose(reason)
            else:
                self._renewed_s = began_s

    def _taker(self) -> str | None:
        """Who holds the lease instead of this process; None where nobody does."""
        for generation in (self.generation + 1, self.generation):
            try:
                seen = Seen(generation, self._lake.read(key_of(generation)))
            except FileNotFoundError:
                continue
            if seen.lease is None or seen.lease.owner != self._lease.owner:
                return str(seen.lease or key_of(generation))
        return None

    def _watch(self) -> None:
        while not self._ended.wait(self._timing.renewal_s / 5):
            if reason := self._overdue():
                self._lose(reason)

    def _overdue(self) -> str | None:
        age_s = time.monotonic() - self._renewed_s
        is_overdue = age_s > self._timing.stop_s
        return f"it was not renewed for {age_s:.0f} s" if is_overdue else None

    def _lose(self, reason: str) -> None:
        self._lost_because = f"The lease of the lake's tables is lost: {reason}"
        self._ended.set()
        self._on_lost(self._lost_because)


def _end_process(reason: str) -> None:
    """End this process at once, and with it the JVM that may be about to commit."""
    log.error("%s", reason)
    print(
        f"{LeaseLostError.__name__}: {reason}. The job has stopped and commits nothing more;"
        " another try waits for the job that writes now.",
        file=sys.stderr,
    )
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(1)
