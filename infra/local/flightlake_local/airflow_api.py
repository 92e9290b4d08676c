"""Airflow's REST API, as far as the commands need it."""

from __future__ import annotations

from datetime import datetime
from textwrap import shorten
from typing import Any

import requests

from flightlake_local.errors import LocalError

TIMEOUT_S = 30
MAX_REASON_CHARS = 300
HEALTH_PARTS = ("metadatabase", "scheduler", "triggerer", "dag_processor")
FINISHED = ("success", "failed")


class AirflowApiError(LocalError):
    """Airflow refused a call; the message holds its reason."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class AirflowApi:
    """A logged-in client of one Airflow."""

    def __init__(self, url: str, login: str, password: str) -> None:
        self.url = url
        self._login, self._password = login, password
        self._session = requests.Session()
        self._session.trust_env = False

    def unhealthy_parts(self, since: datetime) -> list[str]:
        """The components that do not say they are healthy, by heartbeats newer than ``since``.

        Needs no login. All of them where Airflow does not answer.
        """
        try:
            answer = self._session.get(f"{self.url}/api/v2/monitor/health", timeout=TIMEOUT_S)
            health: dict[str, dict[str, Any]] = answer.json()
        except (requests.RequestException, ValueError):
            return list(HEALTH_PARTS)
        return [part for part in HEALTH_PARTS if not _is_healthy(part, health.get(part), since)]

    def get(self, path: str, **params: Any) -> dict[str, Any]:
        """GET a resource below ``/api/v2``.

        Raises:
            AirflowApiError: Airflow refused.
            LocalError: Airflow does not answer.
        """
        return self._call("GET", path, params=params)

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """POST to a resource below ``/api/v2``; raises like ``get``."""
        return self._call("POST", path, json=body)

    def patch(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """PATCH a resource below ``/api/v2``; raises like ``get``."""
        return self._call("PATCH", path, json=body)

    def close_backfill(self, backfill_id: int) -> None:
        """End a backfill whose runs have all ended.

        Airflow itself looks for such only every 30 s, and takes no other of that DAG until then.
        """
        try:
            self._call("PUT", f"backfills/{backfill_id}/cancel")
        except AirflowApiError as error:
            if error.status != requests.codes.conflict:
                raise

    def import_pools(self, pools: dict[str, dict[str, Any]]) -> None:
        """Create or change the pools of a file that ``airflow pools import`` would take."""
        entities = [{"name": name, **fields} for name, fields in pools.items()]
        create = {"action": "create", "action_on_existence": "overwrite", "entities": entities}
        answer = self.patch("pools", {"actions": [create]})
        if errors := answer.get("create", {}).get("errors"):
            raise LocalError(f"Airflow refused the pools: {errors}")

    def unpause(self, dag_id: str) -> None:
        """Let a DAG run; a paused one keeps a backfill queued for ever."""
        self.patch(f"dags/{dag_id}", {"is_paused": False})

    def trigger(self, dag_id: str, conf: dict[str, Any]) -> str:
        """Start a run by hand with the values of params, about no logical date; its id."""
        body = {"logical_date": None, "conf": conf}
        run_id: str = self.post(f"dags/{dag_id}/dagRuns", body)["dag_run_id"]
        return run_id

    def run_state(self, dag_id: str, run_id: str) -> str:
        """The state of a run: queued, running, or one of ``FINISHED``."""
        state: str = self.get(f"dags/{dag_id}/dagRuns/{run_id}")["state"]
        return state

    def import_errors(self) -> list[str]:
        """One line for each DAG file that cannot be imported."""
        found = self.get("importErrors")["import_errors"]
        return [f"{e['filename']}: {e['stack_trace'].strip().splitlines()[-1]}" for e in found]

    def tasks(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        """The task instances of a run."""
        found = self.get(f"dags/{dag_id}/dagRuns/{run_id}/taskInstances")["task_instances"]
        return list(found)

    def failed_task(self, dag_id: str, run_id: str) -> tuple[str, int, str] | None:
        """The task that a run failed at: its id, its last attempt, the reason in its log."""
        tasks = self.tasks(dag_id, run_id)
        failed = next((task for task in tasks if task["state"] == "failed"), None)
        if failed is None:
            return None
        task_id, attempt = failed["task_id"], failed["try_number"]
        path = f"dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/logs/{attempt}"
        try:
            reason = _reason(self.get(path, map_index=-1, full_content=True)["content"])
        except AirflowApiError as error:
            reason = f"its log cannot be read ({error})"
        return task_id, attempt, reason

    def _call(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        if "Authorization" not in self._session.headers:
            self._log_in()
        answer = self._send(method, f"api/v2/{path}", **options)
        if answer.status_code == requests.codes.unauthorized:
            self._log_in()
            answer = self._send(method, f"api/v2/{path}", **options)
        return _content(method, path, answer)

    def _log_in(self) -> None:
        login = {"username": self._login, "password": self._password}
        self._session.headers.pop("Authorization", None)
        token = _content("POST", "token", self._send("POST", "auth/token", json=login))
        self._session.headers["Authorization"] = f"Bearer {token['access_token']}"

    def _send(self, method: str, path: str, **options: Any) -> requests.Response:
        try:
            return self._session.request(method, f"{self.url}/{path}", timeout=TIMEOUT_S, **options)
        except requests.RequestException as error:
            raise LocalError(
                f"Airflow does not answer at {self.url} ({type(error).__name__}); "
                "see `make status`."
            ) from None


def _content(method: str, path: str, answer: requests.Response) -> dict[str, Any]:
    try:
        content: dict[str, Any] = answer.json() if answer.content else {}
    except ValueError:
        content = {}
    if not answer.ok:
        reason = content.get("detail") or answer.reason
        message = f"Airflow refused {method} {path}: {answer.status_code} {reason}"
        raise AirflowApiError(message, answer.status_code)
    return content


def _reason(content: list[Any]) -> str:
    """The last exception of a structured task log, as one line; the log has all of it."""
    for line in reversed(content):
        details = line.get("error_detail") if isinstance(line, dict) else None
        if details:
            first_lines = " ".join(str(details[-1]["exc_value"]).split("\n")[:2]).split()
            return shorten(" ".join(first_lines), MAX_REASON_CHARS, placeholder=" …")
    return "its log holds no exception; it may have been killed"


def _is_healthy(part: str, state: dict[str, Any] | None, since: datetime) -> bool:
    if not state or state.get("status") != "healthy":
        return False
    if part == "metadatabase":
        return True
    heartbeat = state.get(f"latest_{part}_heartbeat")
    # The heartbeat of a process that is gone still counts as healthy for a while.
    return heartbeat is not None and datetime.fromisoformat(heartbeat) > since
