"""What can go wrong between us and OpenSky, each in words that say what to do next.

No message holds a secret, a token, a proxy's login or text that a server sent.
"""

from __future__ import annotations

from datetime import datetime


class OpenSkyError(Exception):
    """Anything that kept an answer from being fetched or used."""

    is_transient = False
    """Whether trying again within the same call may help."""


class ConfigurationError(OpenSkyError):
    """The client was told something that it must not or cannot do."""


class AuthenticationError(OpenSkyError):
    """The client id, its secret or the token was refused."""


class EgressBlockedError(OpenSkyError):
    """The way out to the host is shut: OpenSky blocks addresses of cloud providers."""

    def __init__(self, host: str, symptom: str, *, is_transient: bool = False) -> None:
        super().__init__(
            f"{host} lets nothing through from this address ({symptom}). OpenSky blocks AWS and "
            "other cloud providers by their addresses; trying again from here seldom helps. Either "
            "set a proxy on the Airflow connection, or run this poll where the way out is open (a "
            "relay, a worker of your own) and land into the same lake, or ask OpenSky for licensed "
            "access from a fixed address."
        )
        self.is_transient = is_transient


class ComeBackLaterError(OpenSkyError):
    """Nothing is to be asked before ``retry_at``, an aware datetime."""

    def __init__(self, message: str, retry_at: datetime) -> None:
        super().__init__(message)
        self.retry_at = retry_at


class RateLimitedError(ComeBackLaterError):
    """OpenSky answered 429: the credits are spent."""

    def __init__(self, host: str, retry_at: datetime) -> None:
        super().__init__(
            f"{host} answered 429: the credits of this account (or address, without an account) "
            f"are spent. Come back at {retry_at:%Y-%m-%d %H:%M:%S %Z}.",
            retry_at,
        )


class CreditFloorError(ComeBackLaterError):
    """The next poll would take the credits below the floor that is kept for other uses."""


class TimeNotServedError(OpenSkyError):
    """OpenSky does not serve the moment that was asked for."""


class RedirectRefusedError(OpenSkyError):
    """The answer was a redirect; following one could carry the token to another host."""


class UnexpectedStatusError(OpenSkyError):
    """A status that trying again does not cure."""


class BodyTooLargeError(OpenSkyError):
    """The body went on past its cap and was not read to its end."""


class CertificateError(OpenSkyError):
    """The host's TLS certificate could not be trusted."""


class UnavailableError(OpenSkyError):
    """A 5xx, a time-out or a broken connection."""

    is_transient = True


class UnusableAnswerError(OpenSkyError):
    """An answer came with status 200 and must not be used; it was kept as unreadable."""
