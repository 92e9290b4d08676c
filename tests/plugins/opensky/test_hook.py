"""The hook, and the connection type as Airflow's own provider manager sees it."""

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from opensky.client import OpenSkyClient
from opensky.credits import TIERS
from opensky.errors import ConfigurationError
from opensky.hook import OpenSkyHook
from opensky.provider import CONN_TYPE, FORM_FIELDS, get_provider_info

STATES = "/api/states/all"


@pytest.fixture
def connect(monkeypatch):
    """Put a connection into the environment and give its hook."""

    def connect(*, extra=None, **fields) -> OpenSkyHook:
        content = {"conn_type": CONN_TYPE, "extra": extra or {}, **fields}
        monkeypatch.setenv("AIRFLOW_CONN_OPENSKY_TEST", json.dumps(content))
        return OpenSkyHook("opensky_test")

    return connect


@pytest.fixture
def to_server(make, server, connect):
    def to_server(**extra) -> OpenSkyHook:
        return connect(
            host=f"{server.url}/api",
            login=make.client_id,
            password=make.secret,
            extra={"auth_url": f"{server.url}/token", **extra},
        )

    return to_server


def test_the_client_has_what_the_connection_says(make, server, to_server):
    client = to_server().get_conn()
    assert isinstance(client, OpenSkyClient)
    assert not client.is_anonymous
    assert client.states(time_s=make.now_s).answer.rows == 2
    (asked,) = server.asked_of("/token")
    assert (asked.form["client_id"], asked.form["client_secret"]) == (make.client_id, make.secret)


def test_an_empty_connection_is_anonymous_and_goes_to_opensky(connect):
    client = connect().get_conn()
    assert client.is_anonymous
    assert client._api_url == "https://opensky-network.org/api"


def test_each_token_is_masked_in_logs(make, server, to_server, monkeypatch):
    masked = []
    monkeypatch.setattr("opensky.hook.mask_secret", masked.append)
    server.answers("/token", make.token("the-token-to-mask"))
    to_server(proxy="http://someone:word@127.0.0.1:3128").get_conn().states()
    assert masked == ["http://someone:word@127.0.0.1:3128", "the-token-to-mask"]


@pytest.mark.parametrize(
    ("extra", "tier", "floor"),
    [
        ({}, "standard", 200),
        ({"tier": "licensed"}, "licensed", 200),
        ({"tier": "", "credit_floor": ""}, "standard", 200),
        ({"credit_floor": 0}, "standard", 0),
        ({"credit_floor": "1000"}, "standard", 1000),
    ],
)
def test_tier_and_floor_come_from_the_connection(extra, tier, floor, to_server):
    hook = to_server(**extra)
    assert (hook.tier, hook.credit_floor) == (TIERS[tier], floor)


def test_without_a_client_id_the_tier_is_anonymous(connect):
    hook = connect(extra={"tier": "licensed"})
    assert (hook.tier, hook.credit_floor) == (TIERS["anonymous"], 40)


@pytest.mark.parametrize("extra", [{"tier": "gold"}, {"credit_floor": "-1"}, {"credit_floor": 1.5}])
def test_a_tier_or_floor_that_makes_no_sense_names_the_connection(extra, to_server):
    with pytest.raises(ConfigurationError, match="opensky_test"):
        _ = to_server(**extra).credit_floor


def test_a_good_connection_tests_well_for_one_credit(make, server, to_server):
    server.answers(STATES, make.ok(left=3999))
    # The real clock stands far from the scripted answer's time, which this test does not judge.
    is_good, message = to_server().test_connection()
    assert is_good, message
    assert "3999 credits are left" in message
    assert "86 s apart" in message
    query = server.asked_of(STATES)[0].query
    assert (float(query["lamax"]) - float(query["lamin"])) == 1


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [("/token", 401, "account page"), (STATES, 403, "proxy"), (STATES, 429, "credits")],
)
def test_a_bad_connection_says_what_is_wrong(path, status, says, make, server, to_server):
    server.answers(path, make.answer(status))
    is_good, message = to_server().test_connection()
    assert not is_good
    assert says in message
    assert make.secret not in message


def test_a_host_that_is_not_opensky_is_found_out(make, server, to_server):
    server.answers(STATES, make.answer(200, b"<html>Welcome</html>"))
    assert to_server().test_connection() == (
        False,
        "the host answers, but not as OpenSky does: HTML instead of JSON",
    )


def test_the_form_of_older_airflows_has_the_same_fields(monkeypatch):
    from airflow.api_fastapi.core_api.services.ui.connections import HookMetaService

    # Airflow itself puts these in place of wtforms, which it no longer installs.
    names = ("IntegerField", "PasswordField", "StringField")
    fields = {name: getattr(HookMetaService, f"Mock{name}") for name in names}
    monkeypatch.setitem(sys.modules, "wtforms", SimpleNamespace(**fields))
    widgets = OpenSkyHook.get_connection_form_widgets()
    assert {name: type(widget).__name__ for name, widget in widgets.items()} == {
        "tier": "MockStringField",
        "credit_floor": "MockIntegerField",
        "proxy": "MockPasswordField",
        "auth_url": "MockStringField",
    }
    behaviour = OpenSkyHook.get_ui_field_behaviour()
    assert behaviour["hidden_fields"] == ["schema", "port"]
    assert behaviour["relabeling"]["password"] == "Client secret"


ASK_AIRFLOW = """
import json
from airflow.providers_manager import ProvidersManager
manager = ProvidersManager()
hook = manager.hooks["opensky"]
fields = [name for name in manager.connection_form_widgets if name.startswith("extra__opensky__")]
print(json.dumps({
    "name": hook.hook_name, "class": hook.hook_class_name, "is_testable": hook.connection_testable,
    "fields": fields, "behaviour": manager.field_behaviours["opensky"],
}))
"""


def test_airflow_finds_the_connection_type_and_its_form(tmp_path):
    metadata = tmp_path / "site" / "flightlake-0.1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: flightlake\nVersion: 0.1.0\n")
    (metadata / "entry_points.txt").write_text(
        "[apache_airflow_provider]\nprovider_info = opensky.provider:get_provider_info\n"
    )
    # A process of its own: the manager keeps what it once found.
    done = subprocess.run(
        [sys.executable, "-c", ASK_AIRFLOW],
        env={
            "PATH": "/usr/bin:/bin",
            "AIRFLOW_HOME": str(tmp_path),
            "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
            "PYTHONPATH": ":".join([str(tmp_path / "site"), *filter(None, sys.path)]),
        },
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["name"] == "OpenSky Network"
    assert found["class"] == "opensky.hook.OpenSkyHook"
    assert found["is_testable"]
    assert sorted(found["fields"]) == sorted(f"extra__opensky__{name}" for name in FORM_FIELDS)
    assert found["behaviour"]["relabeling"]["login"] == "Client id"


def test_the_provider_info_fits_airflows_schema():
    import airflow
    from jsonschema import validate

    schema = Path(airflow.__file__).parent / "provider_info.schema.json"
    validate(get_provider_info(), json.loads(schema.read_text()))
