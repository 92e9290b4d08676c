"""The Airflow hook: from a connection to a client."""

from __future__ import annotations

from typing import Any

from opensky.area import BoundingBox
from opensky.client import DEFAULT_API_URL, OpenSkyClient
from opensky.credits import TIERS, Tier, credits_for, seconds_between_polls
from opensky.errors import ConfigurationError, OpenSkyError
from opensky.provider import CONN_TYPE, FORM_BEHAVIOUR, FORM_FIELDS, HOOK_NAME

try:
    from airflow.sdk import BaseHook
    from airflow.sdk.log import mask_secret
except ImportError:  # Airflow 3.0
    from airflow.hooks.base import BaseHook  # type: ignore[attr-defined,no-redef]
    from airflow.sdk.execution_time.secrets_masker import mask_secret  # type: ignore[no-redef]

_TEST_BOX = BoundingBox(lamin=46, lomin=7, lamax=47, lomax=8)
"""One square degree: the cheapest question there is."""


class OpenSkyHook(BaseHook):
    """Gives the client that a connection of the type ``opensky`` describes.

    Args:
        opensky_conn_id: the connection; no client id in it means anonymous calls.
        deadline_s: for a whole call, retries included.
    """

    conn_name_attr = "opensky_conn_id"
    default_conn_name = "opensky_default"
    conn_type = CONN_TYPE
    hook_name = HOOK_NAME

    def __init__(self, opensky_conn_id: str = default_conn_name, deadline_s: float = 60) -> None:
        super().__init__()
        self._conn_id = opensky_conn_id
        self._deadline_s = deadline_s
        self._connection: Any = None

    @classmethod
    def get_connection_form_widgets(cls) -> dict[str, Any]:
        """The extra fields of the form, as Airflow before 3.2 wants to be told."""
        from wtforms import IntegerField, PasswordField, StringField

        def widget(field: dict[str, Any]) -> Any:
            schema = field["schema"]
            if "integer" in schema["type"]:
                kind = IntegerField
            else:
                kind = PasswordField if schema.get("format") == "password" else StringField
            return kind(field["label"], description=field["description"])

        return {name: widget(field) for name, field in FORM_FIELDS.items()}

    @classmethod
    def get_ui_field_behaviour(cls) -> dict[str, Any]:
        """Hidden, renamed and explained fields, as Airflow before 3.2 wants to be told."""
        return {name.replace("-", "_"): value for name, value in FORM_BEHAVIOUR.items()}

    def get_conn(self) -> OpenSkyClient:
        """The client.

        Raises:
            ConfigurationError: the connection's fields do not go together.
        """
        connection = self._get()
        extra = connection.extra_dejson
        proxy = extra.get("proxy") or None
        if proxy:
            mask_secret(proxy)
        return OpenSkyClient(
            api_url=connection.host or DEFAULT_API_URL,
            client_id=connection.login or None,
            client_secret=connection.password or None,
            auth_url=extra.get("auth_url") or None,
            proxy=proxy,
            deadline_s=self._deadline_s,
            on_token=mask_secret,
        )

    @property
    def tier(self) -> Tier:
        """The account's tier.

        Raises:
            ConfigurationError: the connection names one that does not exist.
        """
        connection = self._get()
        if not connection.login:
            return TIERS["anonymous"]
        name = connection.extra_dejson.get("tier") or "standard"
        if name not in TIERS:
            raise ConfigurationError(
                f"connection {self._conn_id}: there is no tier {name!r}; choose from "
                + ", ".join(TIERS)
            )
        return TIERS[name]

    @property
    def credit_floor(self) -> int:
        """The credits that polls leave: the connection's own number, or the tier's.

        Raises:
            ConfigurationError: it is not a whole number from 0.
        """
        text = self._get().extra_dejson.get("credit_floor")
        if text in (None, ""):
            return self.tier.credit_floor
        if not str(text).isdecimal():
            raise ConfigurationError(
                f"connection {self._conn_id}: the credit floor must be a whole number from 0"
            )
        return int(text)

    def test_connection(self) -> tuple[bool, str]:
        """Ask for one square degree, for one credit."""
        try:
            client, tier = self.get_conn(), self.tier
            fetched = client.states(box=_TEST_BOX)
        except OpenSkyError as error:
            return False, str(error)
        if fetched.unreadable_reason:
            return False, f"the host answers, but not as OpenSky does: {fetched.unreadable_reason}"
        who = "anonymously" if client.is_anonymous else "with the client id"
        pace_s = seconds_between_polls(tier, credits_for(None))
        return True, (
            f"OpenSky answers {who}; {fetched.credits_left} credits are left after this test. "
            f"Polls of the whole world may be {pace_s:.0f} s apart."
        )

    def _get(self) -> Any:
        if self._connection is None:
            self._connection = self.get_connection(self._conn_id)
        return self._connection
