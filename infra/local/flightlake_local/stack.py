"""The whole stack: started, looked at and stopped."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import requests
from flightlake.contracts.storage import Lake

from flightlake_local import cloud, package, postgres, services
from flightlake_local.airflow_api import AirflowApi
from flightlake_local.console import Steps
from flightlake_local.credentials import Credentials, load_or_create, write_private
from flightlake_local.environment import (
    airflow_environment,
    aws_environment,
    flightlake_environment,
)
from flightlake_local.errors import LocalError
from flightlake_local.ports import require_free
from flightlake_local.processes import Processes, State, wait_until
from flightlake_local.services import AIRFLOW_SERVICES, Service
from flightlake_local.settings import ROOT, LakeKind, LocalSettings, load_settings, remember

START_TIMEOUT_S = 120.0
DAG_IDS = ("opensky_poll", "states_hourly", "flights_daily")
POSTGRES = "postgres"


@dataclass(frozen=True)
class ServiceStatus:
    """One line of ``make status``."""

    name: str
    state: State
    pid: int | None
    address: str
    log: str


class Stack:
    """The local stack of one state folder."""

    def __init__(self, settings: LocalSettings) -> None:
        self.settings = settings
        self.credentials: Credentials = load_or_create(settings.state_dir / "secrets")
        self.processes = Processes(settings.run_dir, settings.logs_dir)
        self._postgres_dir = settings.state_dir / "postgres"

    @property
    def api(self) -> AirflowApi:
        """Airflow's REST API, as its admin."""
        return AirflowApi(self.settings.airflow_url, "admin", self.credentials.admin_password)

    def open_lake(self) -> Lake:
        """The lake, with the endpoint and the keys of the local S3 where it is on S3."""
        os.environ.update(aws_environment(self.settings, self.credentials))
        return Lake(self.settings.lake_url)

    def require_running(self) -> None:
        """Make sure that no service has died.

        Raises:
            LocalError: one has; the message names its log.
        """
        for line in self.status():
            if line.state != "running":
                raise LocalError(
                    f"{line.name} is {line.state}; `make up` starts it again. Log: {line.log}"
                )

    def status(self) -> list[ServiceStatus]:
        """The state of every service."""
        settings = self.settings
        addresses = {
            "api-server": settings.airflow_url,
            "simulator": settings.simulator_url,
            "emr": settings.emr_url,
            "s3": settings.s3_url,
        }
        names = ["simulator", "emr", *AIRFLOW_SERVICES]
        if settings.lake is LakeKind.S3:
            names.insert(0, "s3")
        lines = [self._postgres_status()]
        for name in names:
            record, state = self.processes.record(name), self.processes.state(name)
            pid = record.pid if record and state == "running" else None
            log = str(self.processes.log_of(name))
            lines.append(ServiceStatus(name, state, pid, addresses.get(name, ""), log))
        return lines

    def up(
        self,
        steps: Steps,
        *,
        unpause: bool = True,
        on_cloud_ready: Callable[[], object] = lambda: None,
    ) -> None:
        """Start what does not run and wait until all of it answers.

        Args:
            steps: where progress is shown.
            unpause: whether the DAGs of a new database start to run.
            on_cloud_ready: called once the lake can be written to, before Airflow starts.

        Raises:
            LocalError: a port is taken, or a service does not start.
        """
        with self._alone():
            self._require_same_lake()
            with steps.step("Code package") as step:
                built = package.build(ROOT, self.settings.code_dir)
                step.outcome = f"Code package: {', '.join(path.name for path in built)}"
            cloud_services = services.cloud_services(self.settings, self.credentials)
            missing_cloud = self._not_running(cloud_services)
            missing_airflow = [n for n in AIRFLOW_SERVICES if self.processes.state(n) != "running"]
            self._require_ports(missing_cloud, missing_airflow)
            remember(self.settings)
            with steps.step("Simulator, local EMR Serverless, PostgreSQL"):
                self._start(missing_cloud)
                database_url = postgres.start(self._postgres_dir)
                self._wait_for(cloud_services)
                application_id = self._prepare_cloud()
            on_cloud_ready()
            is_new = self._start_airflow(steps, database_url, application_id, missing_airflow)
            if is_new and unpause:
                for dag_id in DAG_IDS:
                    self.wait_for_dag(dag_id)
                    self.api.unpause(dag_id)

    def down(self, steps: Steps) -> None:
        """Stop every service of the stack, and the Spark jobs that they started; nothing else."""
        with self._alone():
            started = self.processes.names()
            # What calls others goes first; what is left over in a record goes last.
            airflow = [name for name in started if name in AIRFLOW_SERVICES]
            for names in (airflow, [name for name in started if name not in airflow]):
                if names:
                    with steps.step(f"Stopping {', '.join(names)}"), ThreadPoolExecutor() as pool:
                        list(pool.map(self.processes.stop, names))
            if self.settings.emr_dir.exists():
                with steps.step("Ending Spark jobs") as step:
                    step.outcome = cloud.stop_jobs(self.settings.emr_dir)
            if postgres.is_running(self._postgres_dir):
                with steps.step("Stopping postgres"):
                    postgres.stop(self._postgres_dir)
            self.settings.stack_file.unlink(missing_ok=True)

    def wait_for_dag(self, dag_id: str, timeout_s: float = 60.0) -> None:
        """Wait until Airflow knows a DAG.

        Raises:
            LocalError: it does not appear; the message says why, where Airflow knows.
        """
        api = self.api
        if not wait_until(lambda: _has_dag(api, dag_id), timeout_s, every_s=0.3):
            reasons = "; ".join(api.import_errors()) or "it is not in the folder dags/"
            raise LocalError(
                f"Airflow does not know the DAG {dag_id}: {reasons}. "
                f"Log: {self.processes.log_of('dag-processor')}"
            )

    def _start_airflow(
        self, steps: Steps, database_url: str, application_id: str, missing: Sequence[str]
    ) -> bool:
        settings, passwords = self.settings, self.settings.state_dir / "secrets/airflow.json"
        write_private(passwords, json.dumps(self.credentials.passwords))
        environment = {
            **airflow_environment(settings, self.credentials, database_url, passwords),
            **flightlake_environment(settings, application_id),
        }
        is_new = self._migrate(steps, environment)
        with steps.step("Airflow") as step:
            since = self._oldest_start(missing)
            airflow = services.airflow_services(settings, environment)
            self._start([service for service in airflow if service.name in missing])
            api = self.api

            def is_healthy() -> bool:
                self._require_alive(AIRFLOW_SERVICES)
                waiting_for = api.unhealthy_parts(since)
                step.update(f"waiting for {', '.join(waiting_for)}" if waiting_for else "healthy")
                return not waiting_for

            if not wait_until(is_healthy, START_TIMEOUT_S, every_s=0.25):
                parts = ", ".join(api.unhealthy_parts(since))
                raise LocalError(
                    f"Airflow is not healthy after {START_TIMEOUT_S:.0f} s: {parts}. "
                    f"Logs: {settings.logs_dir}"
                )
            api.import_pools(json.loads((ROOT / "dags/config/pools.json").read_text()))
            step.outcome = f"Airflow {version('apache-airflow')} is healthy: {settings.airflow_url}"
        return is_new

    def _oldest_start(self, missing: Sequence[str]) -> datetime:
        running = [self.processes.record(n) for n in AIRFLOW_SERVICES if n not in missing]
        if missing or not running:
            return datetime.now(UTC)
        # All of it runs already: any heartbeat that is not an old one will do.
        return datetime.now(UTC) - timedelta(seconds=10)

    def _migrate(self, steps: Steps, environment: dict[str, str]) -> bool:
        """Bring the database to this Airflow's version; whether it is a new one."""
        stamp = self.settings.airflow_home / "migrated"
        wanted = version("apache-airflow")
        if stamp.exists() and stamp.read_text() == wanted:
            return False
        is_new = not stamp.exists()
        log = self.processes.log_of("migrate")
        log.parent.mkdir(parents=True, exist_ok=True)
        self.settings.airflow_home.mkdir(parents=True, exist_ok=True)
        with steps.step("Airflow's database"), log.open("wb") as output:
            command = [sys.executable, "-m", "airflow", "db", "migrate"]
            done = subprocess.run(  # noqa: S603
                command, env=environment, stdout=output, stderr=output, check=False
            )
            if done.returncode:
                raise LocalError(f"`airflow db migrate` failed: {_last_line(log)} Log: {log}")
        stamp.write_text(wanted)
        return is_new

    def _prepare_cloud(self) -> str:
        if self.settings.lake is LakeKind.S3:
            cloud.fill_bucket(self.settings, self.credentials)
        return cloud.ensure_application(self.settings, self.credentials)

    def _not_running(self, candidates: Sequence[Service]) -> list[Service]:
        return [s for s in candidates if self.processes.state(s.name) != "running"]

    def _require_ports(self, missing: Sequence[Service], missing_airflow: Sequence[str]) -> None:
        names = [service.port_setting for service in missing if service.port_setting]
        if "api-server" in missing_airflow:
            names.append("airflow_port")
        # What a dead service left behind must not look like somebody else's.
        for name in [service.name for service in missing] + list(missing_airflow):
            self.processes.stop(name)
        require_free({name: getattr(self.settings, name) for name in names})

    def _require_same_lake(self) -> None:
        running = load_settings()
        if self.processes.names() and running.lake is not self.settings.lake:
            raise LocalError(f"The stack already runs with LAKE={running.lake}; `make down` first.")

    def _start(self, missing: Sequence[Service]) -> None:
        for service in missing:
            self.processes.start(service.name, service.command, service.environment)

    def _wait_for(self, candidates: Sequence[Service]) -> None:
        for service in candidates:

            def answers(service: Service = service) -> bool:
                self._require_alive([service.name])
                return _answers(service.ready_url)

            if not wait_until(answers, START_TIMEOUT_S):
                log = self.processes.log_of(service.name)
                raise LocalError(f"{service.name} does not answer at {service.ready_url}: {log}")

    def _require_alive(self, names: Sequence[str]) -> None:
        for name in names:
            if self.processes.state(name) == "dead":
                log = self.processes.log_of(name)
                raise LocalError(f"{name} ended while it started: {_last_line(log)} Log: {log}")

    def _postgres_status(self) -> ServiceStatus:
        pid = postgres.pid(self._postgres_dir)
        was_started = (self._postgres_dir / "postmaster.pid").exists()
        state: State = "running" if pid else "dead" if was_started else "stopped"
        return ServiceStatus(POSTGRES, state, pid, "", str(self._postgres_dir / "log"))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Two commands at once would start everything twice."""
        self.settings.run_dir.mkdir(parents=True, exist_ok=True)
        with (self.settings.run_dir / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise LocalError(
                    "Another command starts or stops the stack; wait for it."
                ) from None
            yield


def _answers(url: str | None) -> bool:
    if url is None:
        return True
    try:
        with requests.Session() as session:
            session.trust_env = False
            return session.get(url, timeout=5).status_code < requests.codes.server_error
    except requests.RequestException:
        return False


def _has_dag(api: AirflowApi, dag_id: str) -> bool:
    known = api.get("dags", dag_id_pattern=dag_id, exclude_stale=True)["dags"]
    return any(dag["dag_id"] == dag_id for dag in known)


def _last_line(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines()[-50:]]
    last = next((line for line in reversed(lines) if line), "it said nothing.")
    return last if last.endswith(".") else f"{last}."
