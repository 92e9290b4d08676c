"""OAuth2 client credentials: a token, kept until shortly before it runs out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import SecretStr

from opensky.errors import AuthenticationError
from opensky.transport import Clock, Deadline, NoAuth, Transport

REFRESH_EARLY_S = 60
DEFAULT_LIFETIME_S = 1800
"""OpenSky's tokens live for 30 minutes."""

_MAX_BODY_BYTES = 64 * 1024


@dataclass(frozen=True)
class Credentials:
    """What OpenSky's account page gives as an API client."""

    client_id: str
    client_secret: SecretStr


@dataclass(frozen=True)
class _Token:
    value: SecretStr
    refresh_at_s: float


class TokenSource:
    """Gives the current token and fetches a new one where it must; talks to the auth host only.

    Args:
        auth_url: the token endpoint, a checked URL.
        credentials: the client's id and secret.
        transport: sends the request.
        clock: the time.
        on_token: told each new token, so that a log can mask it.
    """

    def __init__(
        self,
        auth_url: str,
        credentials: Credentials,
        transport: Transport,
        clock: Clock,
        on_token: Callable[[str], None] | None = None,
    ) -> None:
        self._auth_url = auth_url
        self._credentials = credentials
        self._transport = transport
        self._clock = clock
        self._on_token = on_token
        self._token: _Token | None = None

    def token(self, deadline: Deadline, *, is_forced: bool = False) -> SecretStr:
        """The token to send; a new one where the old is nearly over or ``is_forced``.

        Raises:
            AuthenticationError: the credentials were refused, or no token came.
            OpenSkyError: the auth host could not be reached; see ``Transport.send``.
        """
        token = self._token
        if is_forced or token is None or self._clock.monotonic_s() >= token.refresh_at_s:
            token = self._token = self._fetch(deadline)
        return token.value

    def _fetch(self, deadline: Deadline) -> _Token:
        host = urlsplit(self._auth_url).hostname
        asked_at_s = self._clock.monotonic_s()
        reply = self._transport.send(
            "POST",
            self._auth_url,
            deadline=deadline,
            max_bytes=_MAX_BODY_BYTES,
            auth=NoAuth(),
            form={
                "grant_type": "client_credentials",
                "client_id": self._credentials.client_id,
                "client_secret": self._credentials.client_secret,
            },
        )
        if reply.status != 200:
            raise AuthenticationError(
                f"{host} gave no token (status {reply.status}): it does not know this client id "
                "with this secret. Take both from the API client on your OpenSky account page and "
                "put them into the Airflow connection."
            )
        parsed = _parse(reply.body)
        if parsed is None:
            raise AuthenticationError(
                f"{host} answered 200 without a usable token. Is the connection's auth URL right?"
            )
        value, lifetime_s = parsed
        if self._on_token:
            self._on_token(value.get_secret_value())
        return _Token(value, asked_at_s + lifetime_s - REFRESH_EARLY_S)


def _parse(body: bytes) -> tuple[SecretStr, int] | None:
    try:
        content = json.loads(body)
        value, lifetime_s = content["access_token"], content.get("expires_in", DEFAULT_LIFETIME_S)
        is_token = bool(re.fullmatch(r"[\x21-\x7e]+", value))
        is_lifetime = type(lifetime_s) is int and lifetime_s > 0
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return (SecretStr(value), lifetime_s) if is_token and is_lifetime else None
