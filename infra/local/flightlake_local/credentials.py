"""Secrets of the local stack: made once, kept in files that only their owner reads."""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import asdict, dataclass, fields
from pathlib import Path

LOGINS = ("admin", "user", "viewer")
"""Airflow's fixed logins, each named after its role: with open access no 401 could be tested."""


@dataclass(frozen=True)
class Credentials:
    """What the services of one stack share; never printed, but for Airflow's admin login."""

    api_secret_key: str
    jwt_secret: str
    fernet_key: str
    opensky_client_id: str
    opensky_client_secret: str
    aws_access_key_id: str
    aws_secret_access_key: str
    admin_password: str
    user_password: str
    viewer_password: str

    @property
    def passwords(self) -> dict[str, str]:
        """The password of each Airflow login."""
        return {login: getattr(self, f"{login}_password") for login in LOGINS}


def load_or_create(folder: Path) -> Credentials:
    """The stack's secrets, made on the first call."""
    path = folder / "credentials.json"
    try:
        kept = json.loads(path.read_text())
    except FileNotFoundError:
        kept = {}
    wanted = {field.name for field in fields(Credentials)}
    credentials = Credentials(**{**_fresh(), **{k: v for k, v in kept.items() if k in wanted}})
    write_private(path, json.dumps(asdict(credentials), indent=1))
    return credentials


def fresh() -> Credentials:
    """Secrets that nobody has yet."""
    return Credentials(**_fresh())


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, and that is there as a whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    aside = path.with_suffix(f".{secrets.token_hex(4)}")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(text)
    aside.replace(path)


def _fresh() -> dict[str, str]:
    return {
        "api_secret_key": secrets.token_urlsafe(48),
        "jwt_secret": secrets.token_urlsafe(64),
        "fernet_key": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "opensky_client_id": "flightlake-local",
        "opensky_client_secret": secrets.token_urlsafe(24),
        "aws_access_key_id": f"AKIA{secrets.token_hex(8).upper()}",
        "aws_secret_access_key": secrets.token_urlsafe(30),
        **{f"{login}_password": secrets.token_urlsafe(12) for login in LOGINS},
    }
