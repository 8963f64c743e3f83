"""Google's OAuth 2 for a web application: consent, code, refresh, revocation.

Spoken plainly over this room's own transport. google-auth-oauthlib would refuse token addresses
without TLS (our sandbox's), raise on a narrower scope instead of telling which, and write codes and
secrets into debug logs; google-auth's refresh sleeps and hides the status. Four forms of a few
fields each are simpler than working around that, and a code must be sent once and not again.

Every failure is a class of its own with a machine `code`, for the screen to find words for.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from .transport import Timeouts, TransportError, transport

FULL_SCOPE = "https://mail.google.com/"
MODIFY_SCOPE = "https://www.googleapis.com/auth/gmail.modify"
TIMEOUTS = Timeouts(silence=15.0, total=45.0)


class AuthError(Exception):
    """Base of all. `code` is for the program, `detail` Google's own words for the log."""

    code = "auth_failed"

    def __init__(self, detail: str = "") -> None:
        super().__init__(f"{self.code}: {detail}" if detail else self.code)
        self.detail = detail


class AccessDenied(AuthError):
    """The person, or the organisation's policy, said no on Google's screen."""

    code = "access_denied"


class InvalidClient(AuthError):
    """Google does not know this client ID, or the secret is wrong."""

    code = "invalid_client"


class InvalidGrant(AuthError):
    """The code was used before or is too old, or the refresh token has been revoked."""

    code = "invalid_grant"


class RedirectMismatch(AuthError):
    """The redirect URI is not among those registered for the client."""

    code = "redirect_uri_mismatch"


class MissingScope(AuthError):
    """Consent was given to less than mail needs; `granted` is what there is."""

    code = "missing_scope"

    def __init__(self, granted: tuple[str, ...]) -> None:
        super().__init__(" ".join(granted))
        self.granted = granted


class NoRefreshToken(AuthError):
    """Google gave no lasting permission: consent has to be asked for anew."""

    code = "no_refresh_token"


class GoogleUnreachable(AuthError):
    """No answer, or none of Google's: nothing is known, try again."""

    code = "google_unreachable"


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Google's doors. All three can be another server's (the Gmail sandbox)."""

    auth_uri: str = "https://accounts.google.com/o/oauth2/v2/auth"
    token_uri: str = "https://oauth2.googleapis.com/token"  # noqa: S105 (an address)
    revoke_uri: str = "https://oauth2.googleapis.com/revoke"


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """The installation's OAuth client of type «web application»."""

    client_id: str
    client_secret: str = field(repr=False)
    redirect_uris: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tokens:
    """What Google grants. `expires_at` is aware; `scopes` is what was really granted.

    `ends_at` is when the permission itself ends (a client in Google's test mode: seven days); None
    where Google names no end, which also means «as was said before» in the answer to a refresh.
    """

    access_token: str = field(repr=False)
    expires_at: datetime
    refresh_token: str = field(repr=False)
    scopes: tuple[str, ...] = ()
    ends_at: datetime | None = None

    def valid_at(self, moment: datetime) -> bool:
        return bool(self.access_token) and moment < self.expires_at


def new_pkce() -> tuple[str, str]:
    """A fresh PKCE verifier, to be kept by the session, and its S256 challenge for the address."""
    verifier = secrets.token_urlsafe(64)
    return verifier, pkce_challenge(verifier)


def pkce_challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def new_state() -> str:
    return secrets.token_urlsafe(32)


def authorization_url(
    client: OAuthClient,
    redirect_uri: str,
    state: str,
    code_challenge: str,
    *,
    login_hint: str | None = None,
    endpoints: Endpoints = Endpoints(),
) -> str:
    """Where to send the browser: Google's account chooser, then its consent screen.

    `prompt=consent` makes Google hand out a refresh token even to an account that consented before.
    """
    fields = {
        "client_id": client.client_id,
        "redirect_uri": redirect_uri,
        "response_type": "code",
        "scope": FULL_SCOPE,
        "access_type": "offline",
        "prompt": "select_account consent",
        "state": state,
        "code_challenge": code_challenge,
        "code_challenge_method": "S256",
    }
    if login_hint:
        fields["login_hint"] = login_hint
    parts = urlsplit(endpoints.auth_uri)
    query = urlencode([*parse_qsl(parts.query), *fields.items()])
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def read_callback(query: Mapping[str, str]) -> str:
    """The code that Google's redirect brings. `state` is the caller's to compare beforehand.

    Raises:
        AuthError: the redirect brings a refusal (AccessDenied …) or nothing.
    """
    if error := query.get("error", ""):
        raise _error(error, query.get("error_description", ""))
    if not query.get("code"):
        raise AuthError("the redirect brings no code")
    return query["code"]


def exchange_code(
    client: OAuthClient,
    code: str,
    *,
    redirect_uri: str,
    code_verifier: str,
    endpoints: Endpoints = Endpoints(),
    now: datetime | None = None,
) -> Tokens:
    """The tokens that a code stands for; a code works once.

    Raises:
        InvalidClient, InvalidGrant, RedirectMismatch, MissingScope, NoRefreshToken,
        GoogleUnreachable, AuthError.
    """
    answer = _ask(
        endpoints.token_uri,
        {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "client_id": client.client_id,
            "client_secret": client.client_secret,
            "code_verifier": code_verifier,
        },
        once=True,
    )
    tokens = _tokens(answer, now, refresh_token="", scopes=(FULL_SCOPE,))
    require_scope(tokens.scopes)
    if not tokens.refresh_token:
        raise NoRefreshToken
    return tokens


def refresh(
    client: OAuthClient,
    refresh_token: str,
    *,
    scopes: tuple[str, ...] = (),
    endpoints: Endpoints = Endpoints(),
    now: datetime | None = None,
) -> Tokens:
    """A new access token; the refresh token in the answer may be a new one and must be stored.

    Raises:
        InvalidGrant: revoked, expired, or the password was changed: connect again.
        InvalidClient, GoogleUnreachable, AuthError.
    """
    answer = _ask(
        endpoints.token_uri,
        {
            "grant_type": "refresh_token",
            "refresh_token": refresh_token,
            "client_id": client.client_id,
            "client_secret": client.client_secret,
        },
        once=False,
    )
    return _tokens(answer, now, refresh_token=refresh_token, scopes=scopes)


def revoke(token: str, *, endpoints: Endpoints = Endpoints()) -> bool:
    """Give a permission back to Google; False when Google no longer knew it."""
    try:
        _ask(endpoints.revoke_uri, {"token": token}, once=False)
    except InvalidGrant:
        return False
    return True


def require_scope(scopes: tuple[str, ...]) -> None:
    """Raises MissingScope unless mail can be read, changed and sent with these."""
    if not {FULL_SCOPE, MODIFY_SCOPE} & set(scopes):
        raise MissingScope(scopes)


def _ask(uri: str, form: Mapping[str, str], *, once: bool) -> Mapping[str, Any]:
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "accept": "application/json",
        "user-agent": "cloudcallcenter-mail",
    }
    try:
        response, content = transport(TIMEOUTS).exchange(
            uri, "POST", urlencode(form), headers, once=once
        )
    except TransportError as error:
        raise GoogleUnreachable(str(error)) from error
    try:
        answer = json.loads(content) if content.strip() else {}
    except ValueError:
        answer = None
    if response.status == 200 and isinstance(answer, dict):
        return answer
    if response.status >= 500 or response.status in {408, 429} or not isinstance(answer, dict):
        raise GoogleUnreachable(f"HTTP {response.status} from {urlsplit(uri).netloc}")
    code = answer.get("error")
    if isinstance(code, dict):
        # Some of Google's front ends answer in the API's form even here.
        raise _error(str(code.get("status", "")), str(code.get("message", "")))
    raise _error(str(code or ""), str(answer.get("error_description", "")))


_ERRORS: Mapping[str, type[AuthError]] = {
    "access_denied": AccessDenied,
    "admin_policy_enforced": AccessDenied,
    "org_internal": AccessDenied,
    "invalid_client": InvalidClient,
    "unauthorized_client": InvalidClient,
    "deleted_client": InvalidClient,
    "invalid_grant": InvalidGrant,
    "invalid_token": InvalidGrant,
    "redirect_uri_mismatch": RedirectMismatch,
    "server_error": GoogleUnreachable,
    "temporarily_unavailable": GoogleUnreachable,
    "internal_failure": GoogleUnreachable,
}


def _error(code: str, description: str) -> AuthError:
    detail = f"{code}: {description}" if description else code
    return _ERRORS.get(code, AuthError)(detail[:300])


def _tokens(
    answer: Mapping[str, Any],
    now: datetime | None,
    *,
    refresh_token: str,
    scopes: tuple[str, ...],
) -> Tokens:
    access_token = answer.get("access_token")
    if not isinstance(access_token, str) or not access_token:
        raise GoogleUnreachable("the answer holds no access token")
    # RFC 6749: a scope that is not named is the one that was asked for.
    granted = answer.get("scope")
    moment = now or datetime.now(UTC)
    ends_in = _seconds(answer.get("refresh_token_expires_in"))
    return Tokens(
        access_token=access_token,
        expires_at=moment + timedelta(seconds=_lifetime(answer)),
        refresh_token=str(answer.get("refresh_token") or refresh_token),
        scopes=tuple(granted.split()) if isinstance(granted, str) and granted else scopes,
        ends_at=None if ends_in is None else moment + timedelta(seconds=ends_in),
    )


def _lifetime(answer: Mapping[str, Any]) -> float:
    return _seconds(answer.get("expires_in", 3600)) or 0.0


# Longer than any grant; beyond it, dates overflow.
_LONGEST = 10.0 * 366 * 86_400


def _seconds(told: object) -> float | None:
    """A duration as Google writes it (a number, or one in quotes); None for anything else."""
    if not isinstance(told, (int, float, str)):
        return None
    try:
        seconds = float(told)
    except ValueError:
        return None
    return min(max(0.0, seconds), _LONGEST) if math.isfinite(seconds) else None
