"""Where an environment is: ``infra/deploy/<env>.toml``; a variable of the shell's goes first."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

from flightlake_local.errors import LocalError
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "FLIGHTLAKE_DEPLOY_"
PLACEHOLDER = "FILL-IN"


class DeploySettings(BaseSettings):
    """What deploying has to know; the rest is asked of MWAA itself."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    region: str = Field(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$", description="such as eu-central-1")
    mwaa_environment: str = Field(
        pattern=r"^[A-Za-z][A-Za-z0-9_-]*$", description="the name of the MWAA environment"
    )
    releases_url: str = Field(
        pattern=r"^s3://[a-z0-9.-]{3,63}/[^/].*[^/]$", description="s3://bucket/folder of releases"
    )

    @field_validator("*", mode="before")
    @classmethod
    def _is_filled_in(cls, value: Any) -> Any:
        if PLACEHOLDER in str(value):
            raise ValueError(f"replace {PLACEHOLDER}")
        return value


def load_deploy_settings(folder: Path, environment: str) -> DeploySettings:
    """The settings of an environment, by the name of its file.

    Raises:
        LocalError: no such file, or a setting that is missing or cannot be; it says which.
    """
    path = folder / f"{environment}.toml"
    known = sorted(each.stem for each in folder.glob("*.toml") if each.stem != "example")
    if not environment:
        raise LocalError(f"Which environment? make deploy ENV=<{'|'.join(known) or 'name'}>")
    try:
        values: dict[str, Any] = tomllib.loads(path.read_text()) if path.exists() else {}
        in_shell = {name for name in values if f"{PREFIX}{name.upper()}" in os.environ}
        return DeploySettings(**{name: values[name] for name in values.keys() - in_shell})
    except tomllib.TOMLDecodeError as error:
        raise LocalError(f"{path} cannot be read: {error}. Write it like example.toml.") from None
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        what = "says what cannot be" if path.exists() else "is not there"
        raise LocalError(
            f"{path} {what} ({wrong}). Copy infra/deploy/example.toml to it and fill it in,"
            " or set FLIGHTLAKE_DEPLOY_REGION and so on."
        ) from None
