"""What stands in for the EMR release image and for the platform around it."""

from __future__ import annotations

import sys
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, ValidationError


class SettingsError(Exception):
    """The configuration file cannot be used; the message says why and what to change."""


class Settings(BaseModel):
    """The configuration file of the server; every field has a default that works on a laptop."""

    model_config = ConfigDict(extra="forbid")

    spark_submit: str = "spark-submit"
    """Path of the spark-submit to run; its folder is put first on the job's PATH."""
    spark_conf: dict[str, str] = Field(default_factory=dict)
    """Spark properties of the platform, weaker than anything the job itself asks for."""
    image_paths: dict[str, str] = Field(default_factory=dict)
    """Path in the EMR image -> local path, or a comma list of local paths."""
    environment: dict[str, str] = Field(default_factory=dict)
    """Environment variables of every job, also used to fetch s3:// files and to deliver logs."""
    python: str = sys.executable
    """The Python of driver and executors."""
    master: str = "local[2]"
    """Spark master of every job; what the job says about its master is dropped."""
    region: str = "us-east-1"
    account_id: str = Field(default="000000000000", pattern=r"^\d{12}$")
    seconds_per_minute: PositiveFloat = 60.0
    """Length of a minute in the API's time-outs; tests make it short."""
    kill_grace_s: float = Field(default=10.0, ge=0)
    """Seconds between TERM and KILL when a job is cancelled and the caller names no grace."""


def load_settings(path: Path) -> Settings:
    """Read settings from a JSON file; raise SettingsError when it is missing or wrong."""
    try:
        return Settings.model_validate_json(path.read_bytes())
    except OSError as error:
        raise SettingsError(
            f"Cannot read the configuration {path}: {error.strerror}. Nothing was started; "
            "check the --config path."
        ) from error
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in issue['loc']) or 'file'}: {issue['msg']}"
            for issue in error.errors(include_input=False, include_url=False)
        )
        raise SettingsError(
            f"The configuration {path} is not valid ({problems}). Nothing was started; "
            "correct these fields."
        ) from error
