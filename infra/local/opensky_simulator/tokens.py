"""OAuth2 client credentials: the one client, and the tokens that were given to it."""

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

TOKEN_LIFETIME_S = 1_800


@dataclass(frozen=True)
class Client:
    """The account that the simulator knows; without a secret everybody is anonymous."""

    client_id: str = "opensky-simulator"
    secret: str | None = field(default=None, repr=False)


class Tokens:
    """Issues bearer tokens that are valid for 30 minutes of the simulator's clock."""

    def __init__(self, client: Client, clock: Callable[[], float]) -> None:
        self._client = client
        self._clock = clock
        self._expiry_s: dict[str, float] = {}

    def issue(self, grant_type: str, client_id: str, secret: str) -> str | None:
        """Return a new token, or None if this is not the client or not its secret."""
        if self._client.secret is None or grant_type != "client_credentials":
            return None
        known = hmac.compare_digest(client_id.encode(), self._client.client_id.encode())
        if not (hmac.compare_digest(secret.encode(), self._client.secret.encode()) and known):
            return None
        token = secrets.token_urlsafe(32)
        now_s = self._clock()
        self._expiry_s = {old: end for old, end in self._expiry_s.items() if end > now_s}
        self._expiry_s[token] = now_s + TOKEN_LIFETIME_S
        return token

    def valid(self, authorization: str) -> bool:
        """Tell whether an Authorization header holds a token that has not expired."""
        scheme, _, token = authorization.partition(" ")
        return scheme.lower() == "bearer" and self._expiry_s.get(token, 0.0) > self._clock()
