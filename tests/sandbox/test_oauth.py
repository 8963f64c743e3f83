"""Google's OAuth 2 as a browser and a server meet it: pages, codes, tokens and their refusals."""

from __future__ import annotations

import base64
import hashlib
import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.sandbox_server import CLIENT_ID, CLIENT_SECRET, MAIL_SCOPE, REDIRECT_URI, Sandbox

ME = "support@shop.example"
LABELS_SCOPE = "https://www.googleapis.com/auth/gmail.labels"
VERIFIER = "v" * 64
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
)


@pytest.fixture
def google(sandbox: Sandbox) -> Sandbox:
    sandbox.admin.account(ME, name="カスタマーサポート")
    sandbox.admin.account("info@shop.example", name="ご注文窓口")
    sandbox.admin.client()
    return sandbox


def ask(google: Sandbox, **changes: str | None) -> requests.Response:
    params: dict[str, str | None] = {
        "client_id": CLIENT_ID,
        "redirect_uri": REDIRECT_URI,
        "response_type": "code",
        "scope": MAIL_SCOPE,
        "state": "s/1=&",
        "access_type": "offline",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **changes,
    }
    return requests.get(google.auth_uri, params=params, allow_redirects=False, timeout=10)


def press(google: Sandbox, page: requests.Response, name: str, value: str, **ticks: str) -> Any:
    """Presses a button of the page's form."""
    [action] = re.findall(r'<form method="post" action="([^"]+)"', page.text)
    hidden = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page.text)
    assert f'name="{name}" value="{value}"' in page.text
    form = {unescape(key): unescape(item) for key, item in hidden} | {name: value} | ticks
    return requests.post(google.url + action, data=form, allow_redirects=False, timeout=10)


def consent(google: Sandbox, **changes: str | None) -> dict[str, str]:
    """What comes back to the application after choosing and allowing."""
    page = press(google, ask(google, **changes), "chosen_account", ME)
    return answer(press(google, page, "decision", "allow"))


def answer(response: requests.Response) -> dict[str, str]:
    assert response.status_code == 302
    location = response.headers["location"]
    assert location.startswith(REDIRECT_URI + "?")
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def exchange(google: Sandbox, code: str, /, **changes: str | None) -> requests.Response:
    form: dict[str, str | None] = {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "redirect_uri": REDIRECT_URI,
        "code_verifier": VERIFIER,
        **changes,
    }
    return requests.post(google.token_uri, data=form, timeout=10)


def refresh(google: Sandbox, token: str, **changes: str) -> requests.Response:
    form = {
        "grant_type": "refresh_token",
        "refresh_token": token,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        **changes,
    }
    return requests.post(google.token_uri, data=form, timeout=10)


def profile(google: Sandbox, token: str) -> requests.Response:
    return requests.get(
        f"{google.url}/gmail/v1/users/me/profile",
        headers={"Authorization": f"Bearer {token}"},
        timeout=10,
    )


def test_the_whole_way(google: Sandbox) -> None:
    chooser = ask(google)
    assert "アカウントの選択" in chooser.text
    assert "カスタマーサポート" in chooser.text
    assert "ご注文窓口" in chooser.text
    page = press(google, chooser, "chosen_account", ME)
    assert ">許可<" in page.text
    assert ">拒否<" in page.text
    back = answer(press(google, page, "decision", "allow"))
    assert back["state"] == "s/1=&"
    assert back["scope"] == MAIL_SCOPE
    tokens = exchange(google, back["code"]).json()
    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] == 3599
    assert tokens["scope"] == MAIL_SCOPE
    assert profile(google, tokens["access_token"]).json()["emailAddress"] == ME
    renewed = refresh(google, tokens["refresh_token"]).json()
    assert "refresh_token" not in renewed
    assert renewed["access_token"] != tokens["access_token"]
    assert profile(google, renewed["access_token"]).ok


def test_english_pages(google: Sandbox) -> None:
    chooser = ask(google, hl="en")
    assert "Choose an account" in chooser.text
    assert ">Allow<" in press(google, chooser, "chosen_account", ME).text


def test_login_hint_skips_the_chooser(google: Sandbox) -> None:
    assert ">許可<" in ask(google, login_hint=ME).text
    assert "アカウントの選択" in ask(google, login_hint=ME, prompt="select_account consent").text
    assert "アカウントの選択" in ask(google, login_hint="nobody@shop.example").text


def test_denied_consent_goes_back(google: Sandbox) -> None:
    page = press(google, ask(google), "chosen_account", ME)
    back = answer(press(google, page, "decision", "deny"))
    assert back == {"state": "s/1=&", "error": "access_denied"}


def test_refresh_token_rules(google: Sandbox) -> None:
    online = exchange(google, consent(google, access_type="online")["code"]).json()
    assert "refresh_token" not in online
    # Consent was given before: no page, and no refresh token even though offline is asked for.
    again = answer(press(google, ask(google), "chosen_account", ME))
    assert "refresh_token" not in exchange(google, again["code"]).json()
    forced = consent(google, prompt="consent")
    assert "refresh_token" in exchange(google, forced["code"]).json()


def test_prompt_none_cannot_ask(google: Sandbox) -> None:
    assert answer(ask(google, prompt="none"))["error"] == "interaction_required"


def test_scopes_can_be_granted_in_part(google: Sandbox) -> None:
    both = f"{MAIL_SCOPE} {LABELS_SCOPE}"
    page = press(google, ask(google, scope=both), "chosen_account", ME)
    back = answer(press(google, page, "decision", "allow", scope_1="on"))
    assert back["scope"] == LABELS_SCOPE
    tokens = exchange(google, back["code"]).json()
    assert tokens["scope"] == LABELS_SCOPE
    refused = requests.get(
        f"{google.url}/gmail/v1/users/me/messages",
        headers={"Authorization": f"Bearer {tokens['access_token']}"},
        timeout=10,
    )
    assert refused.status_code == 403
    assert refused.json()["error"]["errors"][0]["reason"] == "insufficientPermissions"
    nothing = answer(press(google, page, "decision", "allow"))
    assert nothing["error"] == "access_denied"


def test_include_granted_scopes(google: Sandbox) -> None:
    consent(google, scope=LABELS_SCOPE)
    back = consent(google, include_granted_scopes="true")
    assert set(back["scope"].split()) == {MAIL_SCOPE, LABELS_SCOPE}


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"client_id": "who"}, 401, "invalid_client"),
        ({"redirect_uri": "https://elsewhere.example/x"}, 400, "redirect_uri_mismatch"),
        ({"redirect_uri": None}, 400, "invalid_request"),
        ({"response_type": "token"}, 400, "invalid_request"),
        ({"scope": None}, 400, "invalid_request"),
        ({"code_challenge_method": "MD5"}, 400, "invalid_request"),
    ],
)
def test_wrong_requests_stay_at_google(
    google: Sandbox, changes: dict[str, str | None], status: int, error: str
) -> None:
    page = ask(google, **changes)
    assert page.status_code == status
    assert error in page.text
    assert "location" not in page.headers


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_secret": None}, 400, "invalid_request"),
        ({"client_id": "who"}, 401, "invalid_client"),
        ({"client_id": None}, 400, "invalid_request"),
        ({"code": "4/0Anonsense"}, 400, "invalid_grant"),
        ({"redirect_uri": "http://127.0.0.1:8000/other"}, 400, "redirect_uri_mismatch"),
        ({"code_verifier": None}, 400, "invalid_grant"),
        ({"code_verifier": "w" * 64}, 400, "invalid_grant"),
        ({"code_verifier": "short"}, 400, "invalid_grant"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": None}, 400, "invalid_request"),
    ],
)
def test_refused_exchanges(
    google: Sandbox, changes: dict[str, str | None], status: int, error: str
) -> None:
    code = google.admin.grant(ME, code_challenge=CHALLENGE)
    refused = exchange(google, code, **changes)
    assert refused.status_code == status
    assert refused.json()["error"] == error
    assert refused.json()["error_description"]
    assert exchange(google, code).ok  # a refused try does not use the code up


def test_a_code_works_once(google: Sandbox) -> None:
    code = google.admin.grant(ME)
    assert exchange(google, code, code_verifier=None).ok
    again = exchange(google, code, code_verifier=None)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


def test_a_code_dies_of_age(google: Sandbox) -> None:
    code = google.admin.grant(ME)
    google.admin.advance(601)
    assert exchange(google, code, code_verifier=None).json()["error"] == "invalid_grant"


def test_plain_challenge(google: Sandbox) -> None:
    code = google.admin.grant(ME, code_challenge=VERIFIER, code_challenge_method="plain")
    assert exchange(google, code).ok


def test_basic_authentication_of_the_client(google: Sandbox) -> None:
    code = google.admin.grant(ME)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT_URI}
    auth = (CLIENT_ID, CLIENT_SECRET)
    assert requests.post(google.token_uri, data=form, auth=auth, timeout=10).ok


def test_access_tokens_expire(google: Sandbox) -> None:
    token = google.admin.connect(ME)["access_token"]
    assert profile(google, token).ok
    google.admin.advance(3600)
    refused = profile(google, token)
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].startswith("Bearer")
    assert refused.json()["error"]["status"] == "UNAUTHENTICATED"
    token = google.admin.connect(ME)["access_token"]
    assert profile(google, token).ok
    google.admin.expire_tokens()
    assert profile(google, token).status_code == 401


def test_no_token(google: Sandbox) -> None:
    refused = requests.get(f"{google.url}/gmail/v1/users/me/profile", timeout=10)
    assert refused.status_code == 401
    assert refused.json()["error"]["errors"][0]["reason"] == "required"


def test_revoking_one_token_ends_all(google: Sandbox) -> None:
    tokens = google.admin.connect(ME)
    other = google.admin.connect("info@shop.example")
    revoked = requests.post(google.revoke_uri, data={"token": tokens["access_token"]}, timeout=10)
    assert revoked.ok
    assert profile(google, tokens["access_token"]).status_code == 401
    dead = refresh(google, tokens["refresh_token"])
    assert dead.json() == {
        "error": "invalid_grant",
        "error_description": "Token has been expired or revoked.",
    }
    again = requests.post(google.revoke_uri, data={"token": tokens["refresh_token"]}, timeout=10)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_token")
    assert profile(google, other["access_token"]).ok


def test_a_foreign_client_cannot_refresh(google: Sandbox) -> None:
    google.admin.client("other-client", "other-secret")
    token = google.admin.connect(ME)["refresh_token"]
    refused = refresh(google, token, client_id="other-client", client_secret="other-secret")
    assert (refused.status_code, refused.json()["error"]) == (401, "unauthorized_client")


def test_test_mode_tokens_die_after_seven_days(google: Sandbox) -> None:
    google.admin.client(testing=True)
    code = google.admin.grant(ME)
    tokens = exchange(google, code, code_verifier=None).json()
    assert tokens["refresh_token_expires_in"] == 604_799
    google.admin.advance(6 * 86_400)
    assert refresh(google, tokens["refresh_token"]).ok
    google.admin.advance(86_400)
    assert refresh(google, tokens["refresh_token"]).json()["error"] == "invalid_grant"


def test_tokeninfo(google: Sandbox) -> None:
    tokens = google.admin.connect(ME)
    params = {"access_token": tokens["access_token"]}
    told = requests.get(f"{google.url}/tokeninfo", params=params, timeout=10).json()
    assert (told["aud"], told["scope"], told["email"]) == (CLIENT_ID, MAIL_SCOPE, ME)


def test_a_failing_token_endpoint(google: Sandbox) -> None:
    token = google.admin.connect(ME)["refresh_token"]
    google.admin.faults(errors=[{"method": "oauth.token", "status": 503, "times": 1}])
    assert refresh(google, token).status_code == 503
    assert refresh(google, token).ok


@pytest.mark.parametrize("headers", [{"Host": "shop.example"}, {"Origin": "https://evil.example"}])
def test_admin_calls_are_for_this_machine_alone(google: Sandbox, headers: dict[str, str]) -> None:
    refused = requests.get(f"{google.url}/admin/health", headers=headers, timeout=10)
    assert refused.status_code == 403
