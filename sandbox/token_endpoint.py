"""Google's token endpoint: codes and refresh tokens for access tokens, and their end.

A code works once and for minutes; a refused try does not use it up. Revoking one token ends every
token that the account gave this client. A client in test mode gets refresh tokens that die after
seven days.
"""

# ruff: noqa: S608  (only names of our own are put into statements)
from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
from typing import Any

from sandbox import accounts
from sandbox.oauth import Client, find_client
from sandbox.world import World

TEST_MODE_SECONDS = 604_800
MOST_REFRESH_TOKENS = 100
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


class OAuthError(Exception):
    """A refusal of the token endpoint."""

    def __init__(self, status: int, error: str, description: str) -> None:
        self.status = status
        self.error = error
        self.description = description
        super().__init__(f"{error}: {description}")

    def body(self) -> dict[str, str]:
        return {"error": self.error, "error_description": self.description}


def token(world: World, form: dict[str, str], authorization: str) -> dict[str, Any]:
    """The token endpoint."""
    client = _authenticate(world, form, authorization)
    grant = form.get("grant_type", "")
    if grant == "authorization_code":
        return _exchange(world, client, form)
    if grant == "refresh_token":
        return _refresh(world, client, form)
    if not grant:
        raise OAuthError(400, "invalid_request", "Missing required parameter: grant_type")
    raise OAuthError(400, "unsupported_grant_type", f"Invalid grant_type: {grant}")


def _authenticate(world: World, form: dict[str, str], authorization: str) -> Client:
    client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() == "basic":
        try:
            client_id, _, secret = base64.b64decode(value).decode("utf-8").partition(":")
        except ValueError as error:
            raise OAuthError(400, "invalid_request", "Malformed Authorization header.") from error
    if not client_id:
        raise OAuthError(400, "invalid_request", "Could not determine client ID from request.")
    client = find_client(world, client_id)
    if client is None:
        raise OAuthError(401, "invalid_client", "The OAuth client was not found.")
    if not secret:
        raise OAuthError(400, "invalid_request", "client_secret is missing.")
    if not hmac.compare_digest(secret.encode(), client.secret.encode()):
        raise OAuthError(401, "invalid_client", "The provided client secret is invalid.")
    return client


def _exchange(world: World, client: Client, form: dict[str, str]) -> dict[str, Any]:
    row = world.store.one(
        "SELECT account, redirect_uri, scope, challenge, challenge_method, offline, expires_at, "
        "used FROM codes WHERE code = ? AND client_id = ?",
        (form.get("code", ""), client.client_id),
    )
    if row is None:
        raise OAuthError(400, "invalid_grant", "Malformed auth code.")
    account, redirect_uri, scope, challenge, method, offline, expires_at, used = row
    if used or expires_at <= world.clock.now():
        raise OAuthError(400, "invalid_grant", "Bad Request")
    if form.get("redirect_uri", "") != redirect_uri:
        raise OAuthError(400, "redirect_uri_mismatch", "Bad Request")
    _check_verifier(challenge, method, form.get("code_verifier", ""))
    with world.store.transaction():
        world.store.execute("UPDATE codes SET used = 1 WHERE code = ?", (form["code"],))
        return issue_tokens(world, client, account, scope, offline=bool(offline))


def _check_verifier(challenge: str, method: str, verifier: str) -> None:
    if not challenge:
        if verifier:
            raise OAuthError(400, "invalid_grant", "code_verifier or verifier is not needed.")
        return
    if not verifier:
        raise OAuthError(400, "invalid_grant", "Missing code verifier.")
    if not _VERIFIER.fullmatch(verifier):
        raise OAuthError(400, "invalid_grant", "Invalid code verifier.")
    if method == "S256":
        digest = hashlib.sha256(verifier.encode()).digest()
        verifier = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    if not hmac.compare_digest(verifier, challenge.rstrip("=")):
        raise OAuthError(400, "invalid_grant", "Invalid code verifier.")


def issue_tokens(
    world: World, client: Client, account: str, scope: str, *, offline: bool
) -> dict[str, Any]:
    answer = _access_token(world, client.client_id, account, scope)
    if offline:
        refresh = "1//0" + secrets.token_urlsafe(64)
        lifetime = TEST_MODE_SECONDS if client.testing else 10**11
        world.store.execute(
            "INSERT INTO tokens VALUES (?, 'refresh', ?, ?, ?, ?)",
            (refresh, client.client_id, account, scope, world.clock.now() + lifetime),
        )
        _forget_oldest(world, client.client_id, account)
        answer["refresh_token"] = refresh
        if client.testing:
            answer["refresh_token_expires_in"] = TEST_MODE_SECONDS - 1
    if "openid" in scope.split():
        answer["id_token"] = _id_token(world, client, account)
    return answer


def _access_token(world: World, client_id: str, account: str, scope: str) -> dict[str, Any]:
    seconds = world.faults.settings["access_token_seconds"]
    access = "ya29." + secrets.token_urlsafe(120)
    world.store.execute(
        "INSERT INTO tokens VALUES (?, 'access', ?, ?, ?, ?)",
        (access, client_id, account, scope, world.clock.now() + seconds),
    )
    return {
        "access_token": access,
        "expires_in": seconds,
        "scope": scope,
        "token_type": "Bearer",
    }


def _forget_oldest(world: World, client_id: str, account: str) -> None:
    """Beyond a hundred refresh tokens the oldest silently stops working."""
    world.store.execute(
        "DELETE FROM tokens WHERE token IN (SELECT token FROM tokens "
        "WHERE client_id = ? AND account = ? AND kind = 'refresh' "
        "ORDER BY expires_at DESC LIMIT -1 OFFSET ?)",
        (client_id, account, MOST_REFRESH_TOKENS),
    )


def _id_token(world: World, client: Client, account: str) -> str:
    """Signed with the client's secret (Google signs with published keys; nothing here reads it so
    far).
    """
    now = int(world.clock.now())
    claims = {
        "iss": "https://accounts.google.com",
        "aud": client.client_id,
        "sub": hashlib.sha256(account.encode()).hexdigest()[:21],
        "email": account,
        "email_verified": True,
        "iat": now,
        "exp": now + 3600,
    }
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")
        for part in ({"alg": "HS256", "typ": "JWT"}, claims)
    ]
    signature = hmac.digest(client.secret.encode(), b".".join(parts), "sha256")
    return b".".join([*parts, base64.urlsafe_b64encode(signature).rstrip(b"=")]).decode()


def _refresh(world: World, client: Client, form: dict[str, str]) -> dict[str, Any]:
    row = world.store.one(
        "SELECT client_id, account, scope, expires_at FROM tokens "
        "WHERE token = ? AND kind = 'refresh'",
        (form.get("refresh_token", ""),),
    )
    if row is None or row[3] <= world.clock.now() or not accounts.exists(world, row[1]):
        raise OAuthError(400, "invalid_grant", "Token has been expired or revoked.")
    if row[0] != client.client_id:
        raise OAuthError(401, "unauthorized_client", "Unauthorized")
    scope = row[2]
    wanted = form.get("scope", "").split()
    if not set(wanted) <= set(scope.split()):
        raise OAuthError(400, "invalid_scope", "Bad Request")
    return _access_token(world, client.client_id, row[1], " ".join(wanted) or scope)


def revoke(world: World, value: str) -> None:
    """Ends the grant behind an access or refresh token."""
    row = world.store.one("SELECT client_id, account FROM tokens WHERE token = ?", (value,))
    if row is None:
        raise OAuthError(400, "invalid_token", "Token expired or revoked")
    revoke_grant(world, row[0], row[1])


def revoke_grant(world: World, client_id: str, account: str) -> None:
    world.tokens.clear()
    with world.store.transaction():
        for table in ("tokens", "consents", "codes"):
            world.store.execute(
                f"DELETE FROM {table} WHERE client_id = ? AND account = ?", (client_id, account)
            )


def token_info(world: World, value: str) -> dict[str, Any]:
    row = world.store.one(
        "SELECT client_id, account, scope, expires_at FROM tokens "
        "WHERE token = ? AND kind = 'access'",
        (value,),
    )
    if row is None or row[3] <= world.clock.now():
        raise OAuthError(400, "invalid_token", "Invalid Value")
    return {
        "azp": row[0],
        "aud": row[0],
        "scope": row[2],
        "exp": str(int(row[3])),
        "expires_in": str(int(row[3] - world.clock.now())),
        "email": row[1],
        "email_verified": "true",
        "access_type": "offline",
    }
