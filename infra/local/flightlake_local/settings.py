"""Where the local stack keeps its things and which ports it takes."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from flightlake_local.credentials import write_private
from flightlake_local.errors import LocalError

ROOT = Path(__file__).resolve().parents[3]
HOST = "127.0.0.1"
BUCKET = "flightlake"
REGION = "us-east-1"


class LakeKind(StrEnum):
    """Where the lake lies."""

    FILE = "file"
    S3 = "s3"


class LocalSettings(BaseSettings):
    """The laptop's own settings: environment variables named ``FLIGHTLAKE_LOCAL_…``."""

    model_config = SettingsConfigDict(env_prefix="FLIGHTLAKE_LOCAL_", frozen=True)

    state_dir: Path = ROOT / ".flightlake"
    jars_dir: Path = ROOT / ".flightlake/jars"
    lake: LakeKind = LakeKind.FILE
    airflow_port: int = Field(default=8080, ge=1, le=65535)
    simulator_port: int = Field(default=8081, ge=1, le=65535)
    emr_port: int = Field(default=8998, ge=1, le=65535)
    s3_port: int = Field(default=9000, ge=1, le=65535)
    poll_seconds: int = Field(default=15, ge=5, le=3600)
    aircraft: int = Field(default=6000, ge=1)
    seed: int = 7

    @property
    def lake_url(self) -> str:
        """The lake, as the DAGs and jobs get it."""
        if self.lake is LakeKind.S3:
            return f"s3://{BUCKET}"
        return (self.state_dir.absolute() / "lake").as_uri()

    @property
    def code_url(self) -> str:
        """The folder of ``main.py`` and ``flightlake.zip``."""
        if self.lake is LakeKind.S3:
            return f"s3://{BUCKET}/code"
        return self.code_dir.as_uri()

    @property
    def code_dir(self) -> Path:
        """Where the code package is built."""
        return self.state_dir / "code"

    @property
    def airflow_url(self) -> str:
        """Airflow's address."""
        return f"http://{HOST}:{self.airflow_port}"

    @property
    def emr_url(self) -> str:
        """The local EMR Serverless."""
        return f"http://{HOST}:{self.emr_port}"

    @property
    def simulator_url(self) -> str:
        """The simulated OpenSky."""
        return f"http://{HOST}:{self.simulator_port}"

    @property
    def s3_url(self) -> str:
        """The S3 server, which runs only where the lake is on S3."""
        return f"http://{HOST}:{self.s3_port}"

    @property
    def airflow_home(self) -> Path:
        """Airflow's own folder."""
        return self.state_dir / "airflow"

    @property
    def emr_dir(self) -> Path:
        """The state of the local EMR Serverless."""
        return self.state_dir / "emr"

    @property
    def logs_dir(self) -> Path:
        """The output of each service."""
        return self.state_dir / "logs"

    @property
    def run_dir(self) -> Path:
        """The records of what was started."""
        return self.state_dir / "run"

    @property
    def stack_file(self) -> Path:
        """The settings that the stack was last started with."""
        return self.run_dir / "stack.json"


_REMEMBERED = {"lake", "airflow_port", "simulator_port", "emr_port", "s3_port"}


def load_settings(lake: LakeKind | None = None) -> LocalSettings:
    """The environment's settings; what it leaves open is as the stack was last started.

    Raises:
        LocalError: a variable holds what it cannot mean.
    """
    asked = {"lake": lake} if lake else {}
    try:
        settings = LocalSettings(**asked)  # type: ignore[arg-type]
        remembered = _remembered(settings.stack_file)
        named = settings.model_fields_set
        return LocalSettings(**{k: v for k, v in remembered.items() if k not in named} | asked)
    except ValidationError as error:
        issue = error.errors(include_url=False)[0]
        name = "FLIGHTLAKE_LOCAL_" + "_".join(str(part) for part in issue["loc"]).upper()
        raise LocalError(f"{name} is {issue['input']!r}: {issue['msg']}.") from None


def remember(settings: LocalSettings) -> None:
    """Keep what later commands must know of the running stack."""
    write_private(settings.stack_file, settings.model_dump_json(include=_REMEMBERED, indent=1))


def _remembered(path: Path) -> dict[str, Any]:
    try:
        remembered = json.loads(path.read_text())
        LocalSettings(**remembered)
        return dict(remembered)
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError):
        # `make down` has to work all the same: it goes by the records of the processes.
        print(f"{path} cannot be read; going on as if it were not there.", file=sys.stderr)
        return {}
