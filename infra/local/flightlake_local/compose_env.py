"""The file .env of docker-compose.yaml: secrets that are made once and that only we read."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from flightlake_local.credentials import fresh
from flightlake_local.errors import LocalError

_HEAD = """\
# Made by `make compose-env` for docker-compose.yaml. Secrets: no commit, no chat, no ticket.
# New ones: `docker compose down --volumes`, remove this file, `make compose-env`.
"""


def write_compose_env(root: Path) -> tuple[Path, bool]:
    """Write .env where there is none; its path, and whether it was written.

    Raises:
        LocalError: there is one, which lacks values.
    """
    path = root / ".env"
    values = _values()
    try:
        # Only its owner may read it, from its first byte on.
        stream = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w")
    except FileExistsError:
        named = {line.partition("=")[0].strip() for line in path.read_text().splitlines()}
        if missing := [name for name in values if name not in named]:
            raise LocalError(
                f"{path} is there and was left alone, but it has no {', '.join(missing)}. "
                "Add them, or move it away and run `make compose-env` again."
            ) from None
        return path, False
    with stream:
        stream.write(_HEAD + "".join(f"{name}={value}\n" for name, value in values.items()))
    return path, True


def _values() -> dict[str, str]:
    made = fresh()
    return {
        "AIRFLOW_PORT": "8080",
        "ADMIN_PASSWORD": made.admin_password,
        "SECRET_KEY": made.api_secret_key,
        "JWT_SECRET": made.jwt_secret,
        "FERNET_KEY": made.fernet_key,
        "OPENSKY_SECRET": made.opensky_client_secret,
        "AWS_SECRET": made.aws_secret_access_key,
        "POSTGRES_PASSWORD": secrets.token_urlsafe(24),
    }
