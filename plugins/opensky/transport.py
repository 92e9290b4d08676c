"""One HTTP exchange under our rules: https, no redirects, no netrc, capped body, a deadline."""

from __future__ import annotations

import ipaddress
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from pydantic import SecretStr
from requests.auth import AuthBase

from opensky.errors import (
    BodyTooLargeError,
    CertificateError,
    ConfigurationError,
    EgressBlockedError,
    RateLimitedError,
    RedirectRefusedError,
    UnavailableError,
)

DEFAULT_RETRY_AFTER_S = 600
MAX_RETRY_AFTER_S = 86_400
"""Every bucket of credits is refilled within a day."""

_CHUNK_BYTES = 64 * 1024
_RETRY_AFTER_HEADER = "X-Rate-Limit-Retry-After-Seconds"


@dataclass(frozen=True)
class Clock:
    """The time, and the passing of it; tests bring their own."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    monotonic_s: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True)
class Deadline:
    """A moment on the monotonic clock by which everything must be over."""

    clock: Clock
    at_s: float

    @classmethod
    def after(cls, seconds: float, clock: Clock) -> Deadline:
        """The deadline so many seconds from now."""
        return cls(clock, clock.monotonic_s() + seconds)

    @property
    def remaining_s(self) -> float:
        """Seconds left; negative once it is over."""
        return self.at_s - self.clock.monotonic_s()


@dataclass(frozen=True)
class Reply:
    """A response with its body as it came over the wire, still compressed where it was."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class NoAuth(AuthBase):
    """Sends no credentials, and keeps ``requests`` from taking some out of a .netrc file."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Leave the request as it is."""
        return request


class BearerAuth(AuthBase):
    """Sends a token; its representation hides it."""

    def __init__(self, token: SecretStr) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the token to the request."""
        request.headers["Authorization"] = f"Bearer {self._token.get_secret_value()}"
        return request


def checked_url(url: str, what: str) -> str:
    """The URL without a slash at its end, if it is one that may be called.

    Raises:
        ConfigurationError: it is neither https nor on this machine, or it carries a login or a
            query; the message does not repeat it, since it may hold a secret.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        raise ConfigurationError(f"{what} is not a URL") from None
    if not host or parts.username or parts.password or parts.query or parts.fragment:
        raise ConfigurationError(f"{what} must be a plain URL with a host: no login, no query")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(host)):
        raise ConfigurationError(f"{what} must begin with https:// ({host} is not this machine)")
    return url.rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Transport:
    """Sends requests to checked URLs and turns every failure that all hosts share into its error.

    Args:
        proxy: ``http://[login@]host:port`` that all but loopback calls go through.
        connect_timeout_s: for opening a connection.
        read_timeout_s: for each wait for more bytes.
        clock: the time.
    """

    def __init__(
        self, *, proxy: str | None, connect_timeout_s: float, read_timeout_s: float, clock: Clock
    ) -> None:
        if proxy and not re.fullmatch(r"https?://[^/\s]+/?", proxy):
            raise ConfigurationError("the proxy must be written as http://host:port")
        self._proxy = SecretStr(proxy) if proxy else None
        self._connect_timeout_s = connect_timeout_s
        self._read_timeout_s = read_timeout_s
        self._clock = clock
        self._session = requests.Session()

    def send(
        self,
        method: str,
        url: str,
        *,
        deadline: Deadline,
        max_bytes: int,
        auth: AuthBase,
        params: Mapping[str, str] | None = None,
        form: Mapping[str, str | SecretStr] | None = None,
        accept: str = "application/json",
    ) -> Reply:
        """Make one exchange; any status not named below is the caller's to judge.

        Raises:
            UnavailableError: 5xx, time-out, broken or refused connection, deadline over.
            EgressBlockedError: the connection is never answered, or 403 or 522 came.
            RateLimitedError: 429.
            RedirectRefusedError: 3xx.
            CertificateError: the host cannot prove who it is.
            BodyTooLargeError: the body is larger than ``max_bytes`` as it comes over the wire.
        """
        host = urlsplit(url).hostname or ""
        remaining_s = deadline.remaining_s
        if remaining_s <= 0:
            raise UnavailableError(f"no time was left to ask {host}")
        try:
            with self._session.request(
                method,
                url,
                params=params,
                data={name: _revealed(value) for name, value in (form or {}).items()},
                auth=auth,
                headers={"Accept": accept, "Accept-Encoding": "gzip"},
                timeout=(
                    min(self._connect_timeout_s, remaining_s),
                    min(self._read_timeout_s, remaining_s),
                ),
                proxies=self._proxies(host),
                allow_redirects=False,
                stream=True,
            ) as response:
                _raise_for_refusal(response, host, self._clock)
                body = _read_capped(response, host, max_bytes, deadline)
                return Reply(response.status_code, response.headers, body)
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            # `from None`: the library's exception carries the request, and with it the token.
            raise self._explained(error, host) from None

    def _proxies(self, host: str) -> dict[str, Any]:
        # None, unlike a missing key, also shuts out a proxy that the environment names.
        if _is_loopback(host):
            return {"http": None, "https": None, "all": None}
        if self._proxy is None:
            return {}
        return dict.fromkeys(("http", "https"), self._proxy.get_secret_value())

    def _explained(self, error: Exception, host: str) -> Exception:
        if isinstance(error, requests.exceptions.SSLError):
            return CertificateError(
                f"the TLS certificate of {host} is not trusted, so nothing was sent. Behind a "
                "proxy that opens TLS, name its certificate in REQUESTS_CA_BUNDLE."
            )
        if isinstance(error, requests.exceptions.ProxyError):
            return UnavailableError(f"the proxy does not lead to {host} ({type(error).__name__})")
        if isinstance(error, requests.exceptions.ConnectTimeout):
            if self._proxy is None:
                return EgressBlockedError(host, "connect time-out", is_transient=True)
            return UnavailableError("the proxy does not answer (connect time-out)")
        if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError):
            return UnavailableError(f"{host} did not go on with its answer in time")
        return UnavailableError(f"the connection to {host} broke ({type(error).__name__})")


def _raise_for_refusal(response: requests.Response, host: str, clock: Clock) -> None:
    status = response.status_code
    if status in (403, 522):
        raise EgressBlockedError(host, f"status {status}", is_transient=status == 522)
    if status == 429:
        raise RateLimitedError(host, retry_at(response.headers.get(_RETRY_AFTER_HEADER), clock))
    if 300 <= status < 400:
        target = _host_of(response.headers.get("Location", "")) or host
        raise RedirectRefusedError(
            f"{host} redirects to {target} (status {status}), which was not followed. Set the "
            "connection's host to the API's own address."
        )
    if status >= 500:
        raise UnavailableError(f"{host} answered {status}: trouble on its side")


def _revealed(value: str | SecretStr) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def _host_of(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def retry_at(header: str | None, clock: Clock) -> datetime:
    """The moment that a 429 says to come back at; a header that makes no sense means 10 minutes."""
    seconds = whole_number(header)
    if seconds is None:
        seconds = DEFAULT_RETRY_AFTER_S
    return clock.now() + timedelta(seconds=min(max(seconds, 1), MAX_RETRY_AFTER_S))


def whole_number(header: str | None) -> int | None:
    """The count that a header holds; None where it holds none."""
    return int(header) if header and re.fullmatch(r"\s*[0-9]{1,9}\s*", header) else None


def _read_capped(
    response: requests.Response, host: str, max_bytes: int, deadline: Deadline
) -> bytes:
    body = bytearray()
    # read1, not read: a host that drips bytes must not hold one read past the deadline.
    while chunk := response.raw.read1(_CHUNK_BYTES, decode_content=False):
        body += chunk
        if len(body) > max_bytes:
            raise BodyTooLargeError(
                f"the answer of {host} is larger than {max_bytes:,} bytes; it was not read to its "
                "end and not kept"
            )
        if deadline.remaining_s <= 0:
            raise UnavailableError(f"{host} was still sending its answer when the time was up")
    return bytes(body)
