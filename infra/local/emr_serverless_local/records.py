"""What the server remembers of applications, job runs and attempts; stored as JSON."""

from __future__ import annotations

import secrets
import string
from typing import Any, Literal

from pydantic import BaseModel, Field

from emr_serverless_local.resources import Workers

ApplicationState = Literal["CREATED", "STARTING", "STARTED", "STOPPING", "STOPPED", "TERMINATED"]
RunState = Literal[
    "SUBMITTED",
    "QUEUED",
    "PENDING",
    "SCHEDULED",
    "RUNNING",
    "SUCCESS",
    "FAILED",
    "CANCELLING",
    "CANCELLED",
]
WAITING: frozenset[RunState] = frozenset({"SUBMITTED", "QUEUED", "PENDING"})
ACTIVE: frozenset[RunState] = frozenset({"SCHEDULED", "RUNNING", "CANCELLING"})
FINAL: frozenset[RunState] = frozenset({"SUCCESS", "FAILED", "CANCELLED"})

DEFAULT_EXECUTION_TIMEOUT_MINUTES = {"BATCH": 720, "STREAMING": 0}
DEFAULT_MAX_CONCURRENT_RUNS = 15
DEFAULT_QUEUE_TIMEOUT_MINUTES = 360
DEFAULT_IDLE_TIMEOUT_MINUTES = 15
DEFAULT_FAILED_ATTEMPTS_PER_HOUR = 5


def new_id() -> str:
    """Return an identifier that looks like the service's own: 16 of [0-9a-z]."""
    alphabet = string.digits + string.ascii_lowercase
    return "00" + "".join(secrets.choice(alphabet) for _ in range(14))


class Application(BaseModel):
    """One application; ``request`` holds CreateApplication's members but its token and tags."""

    id: str
    arn: str
    request: dict[str, Any]
    tags: dict[str, str]
    state: ApplicationState = "CREATED"
    state_details: str = ""
    created_at_s: float
    updated_at_s: float
    last_active_at_s: float

    @property
    def max_concurrent_runs(self) -> int:
        """How many job runs may hold workers at one time."""
        scheduler = self.request.get("schedulerConfiguration") or {}
        return int(scheduler.get("maxConcurrentRuns", DEFAULT_MAX_CONCURRENT_RUNS))

    @property
    def queue_timeout_minutes(self) -> int:
        """How long a job run may be QUEUED."""
        scheduler = self.request.get("schedulerConfiguration") or {}
        return int(scheduler.get("queueTimeoutMinutes", DEFAULT_QUEUE_TIMEOUT_MINUTES))

    def move_to(self, state: ApplicationState, now_s: float, details: str = "") -> None:
        """Change the state and remember when and why."""
        self.state, self.state_details, self.updated_at_s = state, details, now_s


class Attempt(BaseModel):
    """One attempt of a job run: at most one spark-submit process belongs to it."""

    number: int
    state: RunState = "SUBMITTED"
    state_details: str = "The job run was submitted."
    created_at_s: float
    updated_at_s: float
    started_at_s: float | None = None
    ended_at_s: float | None = None

    def move_to(self, state: RunState, now_s: float, details: str) -> None:
        """Change the state and remember when and why."""
        self.state, self.state_details, self.updated_at_s = state, details, now_s

    def seconds(self) -> float:
        """Return how long the job's process ran; 0 when it never started or still runs."""
        if self.started_at_s is None or self.ended_at_s is None:
            return 0.0
        return max(0.0, self.ended_at_s - self.started_at_s)


class Cancellation(BaseModel):
    """Why and when a run has to end, and how long it may take to do so itself."""

    reason: str
    requested_at_s: float
    grace_s: float


class JobRun(BaseModel):
    """One job run; ``request`` holds StartJobRun's members but its token and tags."""

    id: str
    application_id: str
    arn: str
    release_label: str
    request: dict[str, Any]
    runtime_configuration: list[dict[str, Any]] = Field(default_factory=list)
    tags: dict[str, str]
    workers: Workers
    created_at_s: float
    queued_at_s: float | None = None
    queued_s: float = 0.0
    cancellation: Cancellation | None = None
    attempts: list[Attempt]

    @property
    def attempt(self) -> Attempt:
        """The latest attempt, whose state is the run's state."""
        return self.attempts[-1]

    @property
    def state(self) -> RunState:
        """The state of the run."""
        return self.attempt.state

    @property
    def mode(self) -> str:
        """BATCH or STREAMING."""
        return str(self.request.get("mode", "BATCH"))

    @property
    def execution_timeout_minutes(self) -> int:
        """How long the run may take from its first start; 0 means for ever."""
        default = DEFAULT_EXECUTION_TIMEOUT_MINUTES[self.mode]
        return int(self.request.get("executionTimeoutMinutes", default))

    @property
    def has_retries(self) -> bool:
        """Whether a failed attempt may be followed by another."""
        return self.mode == "STREAMING" or self.max_attempts > 1

    @property
    def max_attempts(self) -> int:
        """How many attempts a BATCH run may make."""
        return int((self.request.get("retryPolicy") or {}).get("maxAttempts", 1))

    @property
    def log_uri(self) -> str | None:
        """Where the driver's logs go, if anywhere."""
        overrides = self.request.get("configurationOverrides") or {}
        monitoring = overrides.get("monitoringConfiguration") or {}
        uri = (monitoring.get("s3MonitoringConfiguration") or {}).get("logUri")
        return str(uri) if uri else None
