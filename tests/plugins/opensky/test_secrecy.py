"""Secrets go to one place each, and never into a log, a representation or an error."""

import logging
import traceback

import pytest
from opensky.errors import OpenSkyError, RedirectRefusedError

STATES = "/api/states/all"
TOKEN = "token-that-nobody-may-read"
PROXY = "http://proxyuser:proxypassword@127.0.0.1:9"


def is_ours(frame: traceback.FrameSummary) -> bool:
    return "/plugins/opensky/" in frame.filename and "/tests/" not in frame.filename


def spoken_by(error: BaseException) -> str:
    """All that an error and those behind it can be made to say."""
    said, seen = [], set()
    pending: list[BaseException | None] = [error]
    while pending:
        one = pending.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        said += [str(one), repr(one), repr(one.args), repr(vars(one))]
        frames = traceback.TracebackException.from_exception(one, capture_locals=True).stack
        # Error trackers send the locals along; those of the tests themselves do not count.
        said += [repr(frame) + repr(frame.locals) for frame in frames if is_ours(frame)]
        pending += [one.__cause__, one.__context__]
    return "\n".join(said)


def assert_silent(text: str, make) -> None:
    for secret in (make.secret, TOKEN, "proxypassword"):
        assert secret not in text


def test_the_secret_goes_to_the_auth_host_and_the_token_to_the_api_only(
    make, server, start_server, make_client
):
    api = start_server()
    api.answers(STATES, make.ok())
    server.answers("/token", make.token(TOKEN))
    make_client(api_url=f"{api.url}/api").states()
    (to_auth,), (to_api,) = server.asked, api.asked
    assert to_auth.form["client_secret"] == make.secret
    assert TOKEN not in repr(to_auth)
    assert to_api.headers["authorization"] == f"Bearer {TOKEN}"
    assert make.secret not in repr(to_api)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed_and_only_its_host_is_named(
    status, make, server, start_server, make_client
):
    trap = start_server()
    trap.answers("/api/states/all", make.ok())
    target = f"{trap.url}/api/states/all?token=of-the-redirect"
    server.answers(STATES, make.answer(status, b"", {"Location": target}))
    with pytest.raises(RedirectRefusedError, match=r"redirects to 127\.0\.0\.1") as caught:
        make_client().states()
    assert not trap.asked
    assert "of-the-redirect" not in spoken_by(caught.value)


def test_a_redirected_token_request_does_not_carry_the_secret_along(
    make, server, start_server, make_client
):
    trap = start_server()
    trap.answers("/token", make.token())
    server.answers("/token", make.answer(307, b"", {"Location": f"{trap.url}/token"}))
    with pytest.raises(RedirectRefusedError):
        make_client().states()
    assert not trap.asked


@pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 404, 429, 500, 522])
@pytest.mark.parametrize("path", [STATES, "/token"])
def test_no_answer_makes_the_client_say_a_secret(status, path, make, server, make_client, caplog):
    # A server may send back whatever it was given.
    echo = f'{{"said": "{TOKEN} {make.secret}"}}'.encode()
    server.answers("/token", make.token(TOKEN))
    server.answers(path, make.answer(status, echo))
    client = make_client()
    said = repr(client)
    with caplog.at_level(logging.DEBUG):
        try:
            said += repr(client.states())
        except OpenSkyError as error:
            said += spoken_by(error)
    assert server.asked_of(path)
    assert_silent(said + caplog.text + repr(vars(client)) + repr(client._tokens._token), make)


def test_a_broken_proxy_does_not_spill_its_login(make, make_client, caplog):
    client = make_client(is_anonymous=True, api_url="https://opensky.invalid/api", proxy=PROXY)
    with caplog.at_level(logging.DEBUG), pytest.raises(OpenSkyError, match="proxy") as caught:
        client.states()
    said = f"{caught.value}{caught.value!r}{traceback.format_exception(caught.value)}"
    assert_silent(said + caplog.text + repr(vars(client)), make)


def test_each_new_token_is_told_to_whoever_masks_logs(make, server, make_client):
    server.answers("/token", make.token(TOKEN))
    told = []
    make_client(on_token=told.append).states()
    assert told == [TOKEN]
