"""A driver that replaces one hour of a Delta table in rounds, and is killed or frozen in some.

It commits as Delta does on S3: it looks whether the next version is there, and writes it where it
is not. Between the two another driver can do the same, and one commit is gone. A process of its
own.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import AbstractContextManager
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from flightlake.contracts.storage import Lake
from flightlake.io.lease import Timing, require_held, writer_lease

TABLE = "silver/state_vectors"
ROWS = 3
KILLED = FROZEN = 0.04
"""The shares of rounds in which the process is killed, or frozen until its lease is another's."""
TIMING = Timing(renewal_s=0.1, stop_s=3.0, life_s=5.0, look_s=0.02, max_wait_s=300)


def replace_hour(lake: Lake, commit_id: str, chance: random.Random) -> int:
    """Put new rows in place of the hour's, in one commit; returns its version."""
    log = f"{TABLE}/_delta_log"
    version = max(int(key.rpartition("/")[2][:20]) for key in lake.keys(log))
    before = [json.loads(line) for line in lake.read(_commit(version)).splitlines()]
    pause(chance)
    rows = pa.table({"icao24": [f"{n:06x}" for n in range(ROWS)], "commit": [commit_id] * ROWS})
    body = io.BytesIO()
    pq.write_table(rows, body)
    name = f"part-{commit_id}.parquet"
    lake.write(f"{TABLE}/hour=2/{name}", body.getvalue())
    hour = {
        "path": f"hour=2/{name}",
        "partitionValues": {"hour": "2"},
        "size": len(body.getvalue()),
    }
    now_ms = int(time.time() * 1000)
    actions: list[dict[str, Any]] = [{"commitInfo": {"operation": "WRITE", "id": commit_id}}]
    actions += [
        {"remove": {"path": action["add"]["path"], "deletionTimestamp": now_ms, "dataChange": True}}
        for action in before
        if "add" in action
    ]
    actions += [{"add": {**hour, "modificationTime": now_ms, "dataChange": True}}]
    if chance.random() < FROZEN:
        freeze(1.5 * TIMING.life_s)
    require_held()
    if lake.exists(_commit(version + 1)):
        raise FileExistsError(_commit(version + 1))
    pause(chance)
    lake.write(_commit(version + 1), "\n".join(map(json.dumps, actions)).encode())
    return version + 1


def _commit(version: int) -> str:
    return f"{TABLE}/_delta_log/{version:020d}.json"


def pause(chance: random.Random) -> None:
    """As long as writing takes, or a little of it; sometimes the process dies in it."""
    if chance.random() < KILLED / 2:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(chance.uniform(0, 0.03))


def freeze(seconds: float) -> None:
    """Stop this process with all its threads; something else wakes it up."""
    wake = f"sleep {seconds}; kill -CONT {os.getpid()}"
    subprocess.Popen(["sh", "-c", wake], start_new_session=True)
    os.kill(os.getpid(), signal.SIGSTOP)


def main(url: str, name: str, rounds: int, has_lease: bool) -> None:
    """Do so many rounds; each commit that was made is told on a line of the output."""
    lake, chance = Lake(url), random.Random()
    for number in range(rounds, 0, -1):
        held: AbstractContextManager[Any] = contextlib.nullcontext()
        if has_lease:
            held = writer_lease(lake, "states_hourly", f"{name}, round {number}", TIMING)
        with held, contextlib.suppress(FileExistsError):
            commit_id = f"{name}-{number}"
            version = replace_hour(lake, commit_id, chance)
            print(f"{version} {commit_id}", flush=True)
        time.sleep(chance.uniform(0, 0.02))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4] == "lease")
