"""The OpenSky client: asks ``/states/all`` and hands back the answer as it came."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

from flightlake.contracts.raw import Answer, UnreadableAnswerError, plain_text, read_answer
from pydantic import SecretStr
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    wait_random_exponential,
)
from tenacity.stop import stop_base

from opensky.area import BoundingBox
from opensky.auth import Credentials, TokenSource
from opensky.errors import (
    AuthenticationError,
    ConfigurationError,
    OpenSkyError,
    TimeNotServedError,
    UnexpectedStatusError,
)
from opensky.transport import (
    BearerAuth,
    Clock,
    Deadline,
    NoAuth,
    Reply,
    Transport,
    checked_url,
    whole_number,
)

DEFAULT_API_URL = "https://opensky-network.org/api"
DEFAULT_AUTH_URL = (
    "https://auth.opensky-network.org/auth/realms/opensky-network/protocol/openid-connect/token"
)

MAX_WIRE_BYTES = 16 * 1024 * 1024
"""Cap of a body as it is sent: a whole-world answer has 0.45 MB compressed, 1.6 MB plain."""

SERVED_BACK_S = 3600
"""How far back ``time`` may reach."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Fetched:
    """A body that came with status 200, exactly as received, and what could be read from it.

    Exactly one of ``answer`` and ``unreadable_reason`` is set.
    """

    body: bytes = field(repr=False)
    fetched_at: datetime
    credits_left: int | None
    answer: Answer | None
    unreadable_reason: str | None


class _StopAtDeadline(stop_base):
    """Gives up rather than sleep past the deadline; tenacity's own would read the real clock."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline

    def __call__(self, retry_state: RetryCallState) -> bool:
        return retry_state.upcoming_sleep >= self._deadline.remaining_s


class OpenSkyClient:
    """Polls OpenSky's states; anonymous without a client id, else with OAuth2 client credentials.

    Args:
        api_url: the API's root, https unless on this machine.
        client_id: the API client's id; None polls anonymously.
        client_secret: its secret.
        auth_url: the token endpoint; must be given where ``api_url`` is not OpenSky's own, so that
            credentials meant for one place never go to another.
        proxy: ``http://host:port`` to go through.
        connect_timeout_s: for opening a connection.
        read_timeout_s: for each wait for more bytes.
        deadline_s: for a whole call, retries and token included.
        max_attempts: how often to try where trying again can help.
        on_token: told each new token, so that a log can mask it.
        clock: the time.

    Raises:
        ConfigurationError: these settings do not go together.
    """

    def __init__(
        self,
        *,
        api_url: str = DEFAULT_API_URL,
        client_id: str | None = None,
        client_secret: str | None = None,
        auth_url: str | None = None,
        proxy: str | None = None,
        connect_timeout_s: float = 10,
        read_timeout_s: float = 40,
        deadline_s: float = 60,
        max_attempts: int = 4,
        on_token: Callable[[str], None] | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._clock = clock or Clock()
        self._api_url = checked_url(api_url, "the API's address")
        self._host = urlsplit(self._api_url).hostname
        self._deadline_s = deadline_s
        self._max_attempts = max_attempts
        self._transport = Transport(
            proxy=proxy,
            connect_timeout_s=connect_timeout_s,
            read_timeout_s=read_timeout_s,
            clock=self._clock,
        )
        self._tokens: TokenSource | None = None
        if bool(client_id) != bool(client_secret):
            raise ConfigurationError("a client id and its secret go together: only one was given")
        if client_id and client_secret:
            if not auth_url and self._api_url != DEFAULT_API_URL:
                raise ConfigurationError(
                    f"credentials for {self._host} need its own auth URL; set it on the connection"
                )
            self._tokens = TokenSource(
                checked_url(auth_url or DEFAULT_AUTH_URL, "the auth URL"),
                Credentials(client_id, SecretStr(client_secret)),
                self._transport,
                self._clock,
                on_token,
            )

    @property
    def is_anonymous(self) -> bool:
        """Whether calls go out without credentials."""
        return self._tokens is None

    def states(
        self,
        *,
        box: BoundingBox | None = None,
        extended: bool = False,
        time_s: int | None = None,
    ) -> Fetched:
        """Ask for all states.

        Args:
            box: the area, which must not cross the antimeridian; None is the whole world.
            extended: whether to ask for the aircraft's category, an 18th column.
            time_s: the moment in Unix seconds, at most an hour ago; None is now.

        Returns:
            The body that came with status 200, whether it can be used or not. Its ``time`` may
            still be another than the one asked for.

        Raises:
            RateLimitedError: the credits are spent; it says when to come back.
            EgressBlockedError: OpenSky lets nothing through from here.
            AuthenticationError: the credentials were refused.
            TimeNotServedError: ``time_s`` is too old, or the client is anonymous.
            OpenSkyError: everything else that kept an answer away.
            ValueError: the box crosses the antimeridian; each of its ``parts`` can be asked for.
        """
        if box is not None and box.parts != (box,):
            raise ValueError(f"{box} crosses the antimeridian: ask for its parts")
        if time_s is not None and self.is_anonymous:
            raise TimeNotServedError(
                "anonymous calls are answered with the newest states whatever time they ask for; "
                "put a client id and secret into the connection to ask for a past moment"
            )
        params = {name: str(value) for name, value in vars(box).items()} if box else {}
        if extended:
            params["extended"] = "1"
        if time_s is not None:
            params["time"] = str(time_s)
        deadline = Deadline.after(self._deadline_s, self._clock)
        reply = self._retrying(deadline)(self._get, "states/all", params, deadline)
        if reply.status == 400 and time_s is not None:
            self._raise_if_too_old(time_s)
        if reply.status != 200:
            raise UnexpectedStatusError(
                f"{self._host} answered {reply.status} to /states/all, which trying again does "
                "not cure. Look at the parameters of this call and at the connection's host."
            )
        return self._fetched(reply)

    def _retrying(self, deadline: Deadline) -> Retrying:
        def say_so(state: RetryCallState) -> None:
            error = state.outcome.exception() if state.outcome else None
            log.warning(
                "Try %d of %d: %s; next in %.1f s",
                state.attempt_number,
                self._max_attempts,
                error,
                state.upcoming_sleep,
            )

        return Retrying(
            retry=retry_if_exception(lambda e: isinstance(e, OpenSkyError) and e.is_transient),
            wait=wait_random_exponential(multiplier=1, max=20),
            stop=stop_after_attempt(self._max_attempts) | _StopAtDeadline(deadline),
            before_sleep=say_so,
            sleep=self._clock.sleep,
            reraise=True,
        )

    def _get(self, path: str, params: dict[str, str], deadline: Deadline) -> Reply:
        reply = self._send(path, params, deadline, is_refreshed=False)
        if reply.status == 401 and self._tokens:
            log.info("%s refused the token; fetching a new one", self._host)
            reply = self._send(path, params, deadline, is_refreshed=True)
        if reply.status == 401:
            raise AuthenticationError(
                f"{self._host} does not accept "
                + ("calls without credentials" if self.is_anonymous else "a token just fetched")
                + " (status 401). Look at client id, secret and auth URL of the connection."
            )
        return reply

    def _send(
        self, path: str, params: dict[str, str], deadline: Deadline, *, is_refreshed: bool
    ) -> Reply:
        tokens = self._tokens
        return self._transport.send(
            "GET",
            f"{self._api_url}/{path}",
            params=params,
            auth=BearerAuth(tokens.token(deadline, is_forced=is_refreshed)) if tokens else NoAuth(),
            deadline=deadline,
            max_bytes=MAX_WIRE_BYTES,
        )

    def _raise_if_too_old(self, time_s: int) -> None:
        now = self._clock.now()
        age_s = now.timestamp() - time_s
        # A minute of leeway: OpenSky judges by its own clock.
        if age_s > SERVED_BACK_S - 60:
            raise TimeNotServedError(
                f"OpenSky serves the last hour only; {datetime.fromtimestamp(time_s, UTC)} was "
                f"{age_s / 60:.0f} minutes ago. Older states come from a replay of recordings."
            )

    def _fetched(self, reply: Reply) -> Fetched:
        fetched_at = self._clock.now()
        answer, reason = None, None
        try:
            answer = read_answer(plain_text(reply.body), fetched_at)
        except UnreadableAnswerError as error:
            reason = str(error)
        return Fetched(
            body=reply.body,
            fetched_at=fetched_at,
            credits_left=whole_number(reply.headers.get("X-Rate-Limit-Remaining")),
            answer=answer,
            unreadable_reason=reason,
        )
