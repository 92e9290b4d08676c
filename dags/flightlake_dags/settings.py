"""The one place of settings: environment variables named ``FLIGHTLAKE_…``, read once a process."""

from __future__ import annotations

from functools import cache

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

EMBEDDED = "embedded"
"""The source of a reference table that keeps what it has: at first, what the project brings."""


class Settings(BaseSettings):
    """Where things are and how the DAGs behave; the same DAGs everywhere, only these differ.

    Every field has the default of a laptop, so that the DAG files import with an empty environment.
    """

    model_config = SettingsConfigDict(env_prefix="FLIGHTLAKE_", frozen=True)

    lake_url: str = Field(
        default="file:///tmp/flightlake/lake", description="file:///… or s3://bucket/…"
    )
    code_url: str = Field(
        default="file:///tmp/flightlake/code",
        description="the folder that holds main.py, flightlake.zip, where there is no release",
    )
    releases_url: str | None = Field(
        default=None,
        description="s3://…/releases; DAGs of a release submit the code and packages of theirs",
    )
    python_archive_url: str | None = Field(
        default=None,
        description="s3://…/env.tar.gz with the jobs' Python packages, where there is no release",
    )

    emr_application_id: str = Field(
        default="flightlake", description="the EMR Serverless application"
    )
    emr_job_role_arn: str = Field(default="arn:aws:iam::000000000000:role/flightlake-job")
    emr_job_role_arns: dict[str, str] = Field(
        default_factory=dict,
        description='{"<step>": "<role ARN>", …}, in place of the one role for these steps',
    )
    emr_wait_delay_s: int = Field(
        default=10, ge=1, description="seconds between two looks at a job"
    )

    log_format: str = Field(
        default="text",
        pattern="^(text|json)$",
        description="of the Spark jobs' lines: for people, or JSON to query",
    )

    retry_delay_s: int = Field(default=60, ge=1, description="seconds before the first retry")

    athena_workgroup: str = Field(default="primary", description="where the catalog is made")
    athena_results_url: str | None = Field(
        default=None, description="s3://… for what Athena answers; none where the workgroup says it"
    )
    athena_prefix: str = Field(
        default="",
        pattern=r"^[a-z0-9_]{0,32}$",
        description="goes before the layers' names to name their databases",
    )

    aws_conn_id: str = "aws_default"
    opensky_conn_id: str = "opensky_default"

    poll_seconds: int = Field(default=90, ge=5, le=3600, description="seconds between two polls")
    poll_source: str = Field(default="opensky", pattern=r"^[a-z0-9_]{1,32}$")

    airports_source: str = Field(
        default="https://davidmegginson.github.io/ourairports-data/airports.csv",
        description="https://…, raw/reference/… in the lake, embedded, or on a laptop file:///…",
    )
    runways_source: str = "https://davidmegginson.github.io/ourairports-data/runways.csv"
    airlines_source: str = EMBEDDED
    countries_source: str = EMBEDDED
    aircraft_source: str = (
        "https://s3.opensky-network.org/data-samples/metadata/"
        "aircraft-database-complete-2025-08.csv"
    )

    alerts: str = Field(
        default="log",
        description="log, sns:<topic arn>, slack:<connection id>, pagerduty:<connection id>"
        " or email:<address>",
    )
    alert_pause_s: int = Field(
        default=3600,
        ge=0,
        description="seconds in which a task alerts once, however often it fails",
    )
    metrics: str = Field(
        default="lake", pattern="^(lake|cloudwatch)$", description="where numbers are sent to"
    )
    runbooks_url: str = Field(
        default="docs/runbooks", description="where the runbooks are, for alerts to name"
    )
    repair_days: int = Field(
        default=30, ge=2, le=365, description="how far back lake_repair compares hours and days"
    )
    repair_runs: int = Field(
        default=6, ge=1, le=24, description="how many runs one run of lake_repair triggers at most"
    )
    max_cost_a_day_usd: float = Field(
        default=2.0, gt=0, description="what the Spark jobs of a day may cost before it is told"
    )

    @field_validator("lake_url", "code_url", "releases_url")
    @classmethod
    def _is_a_folder(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("file:///", "s3://")):
            raise ValueError("write it as file:///folder or s3://bucket/folder")
        return url and url.rstrip("/")

    @field_validator("alerts")
    @classmethod
    def _is_known(cls, target: str) -> str:
        kind, _, address = target.partition(":")
        if target != "log" and (kind not in ("sns", "slack", "pagerduty", "email") or not address):
            raise ValueError(
                "write it as log, sns:<topic arn>, slack:<connection id>,"
                " pagerduty:<connection id> or email:<address>"
            )
        return target

    def job_role_arn(self, step: str) -> str:
        """The role that a step's Spark job runs as."""
        return self.emr_job_role_arns.get(step, self.emr_job_role_arn)

    @property
    def answers_an_hour(self) -> int:
        """The answers that an hour of live polling yields."""
        return 3600 // self.poll_seconds


@cache
def get_settings() -> Settings:
    """The settings of this process.

    Raises:
        pydantic.ValidationError: a variable holds what it cannot mean; the message names it.
    """
    return Settings()
