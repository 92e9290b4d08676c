"""Applications, job runs and client tokens in one SQLite file; survives the server's death."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from emr_serverless_local.records import FINAL, Application, JobRun

_SCHEMA = """
CREATE TABLE IF NOT EXISTS applications (
    id TEXT PRIMARY KEY, created_at_s REAL NOT NULL, record TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS job_runs (
    id TEXT PRIMARY KEY, application_id TEXT NOT NULL, created_at_s REAL NOT NULL,
    is_final INTEGER NOT NULL, record TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS runs_of_application ON job_runs (application_id, created_at_s);
CREATE INDEX IF NOT EXISTS open_runs ON job_runs (is_final) WHERE is_final = 0;
CREATE TABLE IF NOT EXISTS client_tokens (
    scope TEXT NOT NULL, token TEXT NOT NULL, fingerprint TEXT NOT NULL, resource_id TEXT NOT NULL,
    PRIMARY KEY (scope, token));
"""
BUSY_TIMEOUT_S = 30.0


def fingerprint(parameters: Mapping[str, Any]) -> str:
    """Return a digest that is equal for equal request parameters."""
    canonical = json.dumps(parameters, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


class Store:
    """The server's memory. Changes belong inside ``transaction()``, which is exclusive
    among the threads of this process and among processes."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(
            path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Read and change as one step: all of it is kept, or on an error none of it."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def application(self, application_id: str) -> Application | None:
        """Return an application, or None."""
        rows = self._query("SELECT record FROM applications WHERE id = ?", application_id)
        return Application.model_validate_json(rows[0][0]) if rows else None

    def applications(self) -> list[Application]:
        """Return all applications, the newest first."""
        rows = self._query("SELECT record FROM applications ORDER BY created_at_s DESC, id")
        return [Application.model_validate_json(record) for (record,) in rows]

    def save_application(self, application: Application) -> None:
        """Add or replace an application."""
        self._query(
            "INSERT INTO applications VALUES (?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET record = excluded.record",
            application.id,
            application.created_at_s,
            application.model_dump_json(),
        )

    def run(self, run_id: str) -> JobRun | None:
        """Return a job run, or None."""
        rows = self._query("SELECT record FROM job_runs WHERE id = ?", run_id)
        return JobRun.model_validate_json(rows[0][0]) if rows else None

    def runs_of(self, application_id: str) -> list[JobRun]:
        """Return an application's job runs, the newest first."""
        rows = self._query(
            "SELECT record FROM job_runs WHERE application_id = ? "
            "ORDER BY created_at_s DESC, rowid DESC",
            application_id,
        )
        return [JobRun.model_validate_json(record) for (record,) in rows]

    def open_runs(self) -> list[JobRun]:
        """Return all job runs that have not ended, in the order they were submitted."""
        rows = self._query(
            "SELECT record FROM job_runs WHERE is_final = 0 ORDER BY created_at_s, rowid"
        )
        return [JobRun.model_validate_json(record) for (record,) in rows]

    def save_run(self, run: JobRun) -> None:
        """Add or replace a job run."""
        self._query(
            "INSERT INTO job_runs VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) "
            "DO UPDATE SET record = excluded.record, is_final = excluded.is_final",
            run.id,
            run.application_id,
            run.created_at_s,
            int(run.state in FINAL),
            run.model_dump_json(),
        )

    def token(self, scope: str, token: str) -> tuple[str, str] | None:
        """Return (fingerprint, resource id) that a client token stands for, or None."""
        rows = self._query(
            "SELECT fingerprint, resource_id FROM client_tokens WHERE scope = ? AND token = ?",
            scope,
            token,
        )
        return (rows[0][0], rows[0][1]) if rows else None

    def save_token(self, scope: str, token: str, digest: str, resource_id: str) -> None:
        """Remember what a client token stands for; it is never forgotten."""
        self._query(
            "INSERT INTO client_tokens VALUES (?, ?, ?, ?)", scope, token, digest, resource_id
        )

    def _query(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(statement, values).fetchall()
