from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from callcenter.gmail import auth
from callcenter.gmail.auth import Endpoints, OAuthClient, Tokens
from tests.callcenter.gmail.scripted import Script, Seen, cut_short, drop, free_port, reply

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CLIENT = OAuthClient("id-1.apps.googleusercontent.com", "s3cret")
REDIRECT = "https://mail.shop.example/auth/gmail/callback"
GRANTED = {
    "access_token": "ya29.a",
    "expires_in": 3599,
    "refresh_token": "1//r",
    "scope": "https://mail.google.com/",
    "token_type": "Bearer",
}


@pytest.fixture
def doors(script: Script) -> Endpoints:
    return Endpoints(
        f"{script.root}o/oauth2/v2/auth", f"{script.root}token", f"{script.root}revoke"
    )


def form(seen: Seen) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(seen.body.decode()).items()}


def exchange(doors: Endpoints) -> Tokens:
    return auth.exchange_code(
        CLIENT, "4/code", redirect_uri=REDIRECT, code_verifier="v" * 64, endpoints=doors, now=NOW
    )


@pytest.mark.spec("S3")
def test_the_address_asks_for_all_that_is_needed() -> None:
    verifier, challenge = auth.new_pkce()
    url = auth.authorization_url(
        CLIENT, REDIRECT, "st&te", challenge, login_hint="support@shop.example"
    )
    parts = urlsplit(url)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == Endpoints().auth_uri
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    assert query == {
        "client_id": CLIENT.client_id,
        "redirect_uri": REDIRECT,
        "response_type": "code",
        "scope": "https://mail.google.com/",
        "access_type": "offline",
        "prompt": "select_account consent",
        "state": "st&te",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "login_hint": "support@shop.example",
    }
    digest = hashlib.sha256(verifier.encode()).digest()
    assert base64.urlsafe_b64decode(challenge + "=") == digest
    assert 43 <= len(verifier) <= 128
    assert auth.new_pkce()[0] != verifier
    assert auth.new_state() != auth.new_state()


def test_the_address_keeps_what_its_door_already_asks() -> None:
    doors = Endpoints(auth_uri="http://127.0.0.1:1/auth?hl=ja")
    url = auth.authorization_url(CLIENT, REDIRECT, "s", "c", endpoints=doors)
    query = parse_qs(urlsplit(url).query)
    assert query["hl"] == ["ja"]
    assert query["state"] == ["s"]


@pytest.mark.spec("S3")
@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ({"error": "access_denied", "state": "s"}, auth.AccessDenied),
        ({"error": "admin_policy_enforced"}, auth.AccessDenied),
        ({"error": "redirect_uri_mismatch"}, auth.RedirectMismatch),
        ({"error": "server_error"}, auth.GoogleUnreachable),
        ({"error": "something_new", "code": "x"}, auth.AuthError),
        ({}, auth.AuthError),
        ({"code": ""}, auth.AuthError),
    ],
)
def test_the_redirect_may_bring_a_refusal(
    query: dict[str, str], kind: type[auth.AuthError]
) -> None:
    with pytest.raises(auth.AuthError) as caught:
        auth.read_callback(query)
    assert type(caught.value) is kind


def test_the_redirect_brings_a_code() -> None:
    assert auth.read_callback({"code": "4/x", "state": "s", "scope": "y"}) == "4/x"


@pytest.mark.spec("S3")
def test_a_code_becomes_tokens(script: Script, doors: Endpoints) -> None:
    script.will(reply(GRANTED))
    assert exchange(doors) == Tokens(
        "ya29.a", NOW + timedelta(seconds=3599), "1//r", ("https://mail.google.com/",)
    )
    (seen,) = script.seen
    assert (seen.method, seen.path) == ("POST", "/token")
    assert form(seen) == {
        "grant_type": "authorization_code",
        "code": "4/code",
        "redirect_uri": REDIRECT,
        "client_id": CLIENT.client_id,
        "client_secret": "s3cret",
        "code_verifier": "v" * 64,
    }


@pytest.mark.spec("S3")
@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, {"error": "invalid_client", "error_description": "Unauthorized"}, auth.InvalidClient),
        (401, {"error": "unauthorized_client"}, auth.InvalidClient),
        (400, {"error": "invalid_grant", "error_description": "Bad Request"}, auth.InvalidGrant),
        (400, {"error": "redirect_uri_mismatch"}, auth.RedirectMismatch),
        (400, {"error": "invalid_request"}, auth.AuthError),
        (403, {"error": {"status": "PERMISSION_DENIED", "message": "no"}}, auth.AuthError),
        (400, {}, auth.AuthError),
        (500, {"error": "internal_failure"}, auth.GoogleUnreachable),
        (503, "<html>down</html>", auth.GoogleUnreachable),
        (429, {"error": "rate_limit_exceeded"}, auth.GoogleUnreachable),
        (404, "<html>no such page</html>", auth.GoogleUnreachable),
        (200, "<html>Sign in to Wi-Fi</html>", auth.GoogleUnreachable),
        (200, {"token_type": "Bearer"}, auth.GoogleUnreachable),
        (200, [1], auth.GoogleUnreachable),
        (200, {**GRANTED, "scope": "openid email"}, auth.MissingScope),
        (
            200,
            {**GRANTED, "scope": "https://www.googleapis.com/auth/gmail.readonly"},
            auth.MissingScope,
        ),
        (200, {k: v for k, v in GRANTED.items() if k != "refresh_token"}, auth.NoRefreshToken),
    ],
)
def test_each_failure_has_its_own_class(
    script: Script, doors: Endpoints, status: int, body: Any, kind: type[auth.AuthError]
) -> None:
    script.otherwise = reply(body, status)
    with pytest.raises(auth.AuthError) as caught:
        exchange(doors)
    assert type(caught.value) is kind
    assert len(script.seen) == 1


def test_the_codes_are_distinct() -> None:
    kinds = auth.AuthError.__subclasses__()
    assert len({kind.code for kind in kinds} | {auth.AuthError.code}) == len(kinds) + 1


@pytest.mark.parametrize("answer", [drop, cut_short])
def test_a_code_is_offered_once(script: Script, doors: Endpoints, answer: Any) -> None:
    script.otherwise = answer
    with pytest.raises(auth.GoogleUnreachable):
        exchange(doors)
    assert len(script.seen) == 1


def test_nobody_at_the_door() -> None:
    doors = Endpoints(token_uri=f"http://127.0.0.1:{free_port()}/token")
    with pytest.raises(auth.GoogleUnreachable):
        exchange(doors)


@pytest.mark.parametrize(
    ("scope", "granted"),
    [
        (None, ("https://mail.google.com/",)),
        (
            "https://www.googleapis.com/auth/gmail.modify openid",
            ("https://www.googleapis.com/auth/gmail.modify", "openid"),
        ),
    ],
)
def test_what_was_granted(
    script: Script, doors: Endpoints, scope: str | None, granted: tuple[str, ...]
) -> None:
    script.will(reply({k: v for k, v in {**GRANTED, "scope": scope}.items() if v is not None}))
    assert exchange(doors).scopes == granted


@pytest.mark.parametrize(
    ("expires_in", "seconds"), [(3599, 3599), ("1800", 1800), ("soon", 0), (None, 0), (-5, 0)]
)
def test_how_long_a_token_lasts(
    script: Script, doors: Endpoints, expires_in: Any, seconds: int
) -> None:
    script.will(reply({**GRANTED, "expires_in": expires_in}))
    assert exchange(doors).expires_at == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("told", "days"),
    [(604_799, 7), ("604799", 7), (None, None), ("soon", None), ([], None), (1e300, 3660)],
)
def test_a_permission_that_ends_says_when(
    script: Script, doors: Endpoints, told: Any, days: int | None
) -> None:
    """Google's test mode: seven days, in a field that other grants do not have."""
    script.will(reply({**GRANTED, "refresh_token_expires_in": told}))
    ends = exchange(doors).ends_at
    if days is None:
        assert ends is None
    else:
        assert ends is not None
        assert abs(ends - NOW - timedelta(days=days)) <= timedelta(seconds=1)


@pytest.mark.parametrize(
    ("answer", "refresh_token"), [({}, "1//old"), ({"refresh_token": "1//new"}, "1//new")]
)
def test_a_refresh_keeps_or_replaces_its_own_token(
    script: Script, doors: Endpoints, answer: dict[str, str], refresh_token: str
) -> None:
    script.will(reply({"access_token": "ya29.b", "expires_in": 3600, **answer}))
    tokens = auth.refresh(CLIENT, "1//old", scopes=("x",), endpoints=doors, now=NOW)
    assert tokens == Tokens("ya29.b", NOW + timedelta(hours=1), refresh_token, ("x",))
    assert form(script.seen[0]) == {
        "grant_type": "refresh_token",
        "refresh_token": "1//old",
        "client_id": CLIENT.client_id,
        "client_secret": "s3cret",
    }


def test_a_revoked_permission_cannot_be_refreshed(script: Script, doors: Endpoints) -> None:
    body = {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
    script.will(reply(body, 400))
    with pytest.raises(auth.InvalidGrant) as caught:
        auth.refresh(CLIENT, "1//old", endpoints=doors)
    assert caught.value.detail == "invalid_grant: Token has been expired or revoked."


def test_giving_a_permission_back(script: Script, doors: Endpoints) -> None:
    script.will(
        reply({}),
        reply({"error": "invalid_token", "error_description": "Token expired or revoked"}, 400),
        reply(None, 200),
        reply("down", 503),
    )
    assert auth.revoke("1//r", endpoints=doors)
    assert not auth.revoke("1//r", endpoints=doors)
    assert auth.revoke("1//r", endpoints=doors)
    with pytest.raises(auth.GoogleUnreachable):
        auth.revoke("1//r", endpoints=doors)
    assert form(script.seen[0]) == {"token": "1//r"}


def test_secrets_do_not_show_themselves() -> None:
    shown = repr(CLIENT) + repr(Tokens("ya29.a", NOW, "1//r"))
    for secret in ("s3cret", "ya29.a", "1//r"):
        assert secret not in shown
