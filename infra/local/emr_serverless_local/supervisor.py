"""Runs one attempt of a job run, as a process of its own that outlives the server.

``python -m emr_serverless_local.supervisor FOLDER``: claim the attempt, fetch its files, run
spark-submit, end what it left behind, deliver the logs, write how it ended. Started twice for
one attempt, the second does nothing.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

from emr_serverless_local import logs, processes
from emr_serverless_local.attempt_files import AttemptFiles, Claim, Download, End, Order, Start

COULD_NOT_START = 127
STRAGGLER_GRACE_S = 2.0


def main() -> None:
    """Run the attempt whose folder is the first argument."""
    # Whoever ends a whole session or shuts the machine down also signals this process; it stays
    # to write down how the job ended. A handler, unlike SIG_IGN, is not inherited by the job.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    files = AttemptFiles(Path(sys.argv[1]))
    me = psutil.Process()
    if not files.try_claim(Claim(me.pid, me.create_time())):
        return
    order = files.order()
    exit_code = _run(files, order)
    ended_at_s = time.time()
    _deliver_logs(files, order)
    files.write_end(End(exit_code, ended_at_s))


def _run(files: AttemptFiles, order: Order) -> int:
    with files.stdout.open("ab") as stdout, files.stderr.open("ab") as stderr:
        try:
            for download in order.downloads:
                _fetch(download)
            job = subprocess.Popen(  # noqa: S603 - running the job is what this is for
                order.argv,
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                cwd=files.work_dir,
                env={**os.environ, processes.MARKER_VARIABLE: order.marker},
                start_new_session=True,
            )
        except Exception as error:
            # The cause belongs to the job's own error output, where its people look.
            stderr.write(f"{type(error).__name__}: {error}\n".encode())
            return COULD_NOT_START
        files.write_start(Start(job.pid, time.time()))
        exit_code = job.wait()
        processes.end_all(order.marker, STRAGGLER_GRACE_S)
    return exit_code


def _fetch(download: Download) -> None:
    bucket, key = logs.s3_location(download.url)
    Path(download.path).parent.mkdir(parents=True, exist_ok=True)
    try:
        logs.s3_client().download_file(bucket, key, download.path)
    except Exception as error:
        raise RuntimeError(f"could not fetch {download.url}: {error}") from error


def _deliver_logs(files: AttemptFiles, order: Order) -> None:
    if order.log_target is None:
        return
    try:
        logs.deliver(order.log_target, {"stdout": files.stdout, "stderr": files.stderr})
    except Exception as error:
        # The job's result counts, with or without its logs; the local copy stays.
        note = f"LOGS NOT DELIVERED to {order.log_target}: {type(error).__name__}: {error}\n"
        with files.stderr.open("ab") as stderr:
            stderr.write(note.encode())


if __name__ == "__main__":
    main()
