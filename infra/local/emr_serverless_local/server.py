"""The server as an object: a loopback socket, the API, the runner, one state folder."""

from __future__ import annotations

import fcntl
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import uvicorn
from starlette.applications import Starlette

from emr_serverless_local.api import build_app
from emr_serverless_local.records import Cancellation
from emr_serverless_local.runner import TICK_S, Runner
from emr_serverless_local.service import Service
from emr_serverless_local.settings import Settings
from emr_serverless_local.store import Store

LOOPBACK = "127.0.0.1"
START_TIMEOUT_S = 30.0


class ServerError(Exception):
    """The server cannot start; the message says why and what to do."""


class LocalEmrServerless:
    """A running server between ``start()`` and ``stop()``, or inside a ``with`` block.

    Stopping it leaves jobs running; the next server on the same ``state_dir`` takes them over.
    """

    def __init__(self, settings: Settings, state_dir: Path, port: int = 0) -> None:
        self._settings = settings
        self._state_dir = _open_state_dir(state_dir)
        self._requested_port = port
        self._opened = ExitStack()

    @property
    def url(self) -> str:
        """The endpoint for boto3."""
        return f"http://{LOOPBACK}:{self._port}"

    def start(self) -> None:
        """Return when requests are answered; raise ServerError when that cannot be."""
        with ExitStack() as opened:
            lock = _try_lock(self._state_dir)
            if lock is None:
                raise ServerError(
                    f"Another server uses {self._state_dir}. Nothing was started; stop that one or "
                    "give another --state-dir."
                )
            opened.callback(os.close, lock)
            listener = opened.enter_context(_bind(self._requested_port))
            self._port = int(listener.getsockname()[1])
            store = opened.enter_context(closing(Store(self._state_dir / "state.sqlite")))
            runner = Runner(store, self._settings, self._state_dir)
            runner.start()
            opened.callback(runner.stop)
            service = Service(store, self._settings, runner.wake, self.url)
            opened.enter_context(_answering(build_app(service, runner), listener))
            self._opened = opened.pop_all()

    def stop(self) -> None:
        """Stop answering and watching; jobs go on."""
        self._opened.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def stop_all(state_dir: Path, grace_s: float) -> int:
    """Cancel every open job run and end its processes; return how many there were.

    Works with and without a running server, and returns when the last process is gone.
    """
    folder = _open_state_dir(state_dir)
    store = Store(folder / "state.sqlite")
    runner = Runner(store, Settings(kill_grace_s=grace_s), folder)
    with store.transaction():
        runs = store.open_runs()
        for run in runs:
            run.cancellation = Cancellation(
                reason="The job run was ended with all others (stop-all).",
                requested_at_s=time.time(),
                grace_s=grace_s,
            )
            store.save_run(run)
    # A running server does the work itself; if it dies meanwhile, its lock is free and we do.
    lock = None
    while store.open_runs():
        lock = lock if lock is not None else _try_lock(folder)
        if lock is not None:
            runner.tick(admit=False)
        time.sleep(TICK_S / 2)
    store.close()
    if lock is not None:
        os.close(lock)
    return len(runs)


@contextmanager
def _answering(app: Starlette, listener: socket.socket) -> Iterator[None]:
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=3,
    )
    web = uvicorn.Server(config)
    thread = threading.Thread(target=web.run, args=([listener],), name="api", daemon=True)
    thread.start()
    try:
        deadline_s = time.monotonic() + START_TIMEOUT_S
        while not web.started:
            if not thread.is_alive() or time.monotonic() > deadline_s:
                raise ServerError("The web server did not start; the lines above say why.")
            time.sleep(0.01)
        yield
    finally:
        web.should_exit = True
        thread.join()


def _open_state_dir(state_dir: Path) -> Path:
    state_dir.mkdir(parents=True, exist_ok=True)
    # Requests, logs and fetched code may hold secrets.
    state_dir.chmod(0o700)
    return state_dir.resolve()


def _try_lock(state_dir: Path) -> int | None:
    descriptor = os.open(state_dir / "server.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def _bind(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
    except OSError as error:
        listener.close()
        raise ServerError(
            f"Port {port} on {LOOPBACK} cannot be used: {error.strerror}. Nothing was started; "
            "free it or choose another with --port."
        ) from error
    return listener
