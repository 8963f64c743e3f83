"""Google's OAuth 2, the part with a person in it: who may ask, and what a consent gives.

Refusals that the application must not hear of (a foreign redirect address) are pages at Google. A
code remembers whether a refresh token belongs to it: only with `access_type=offline`, and after the
first consent only when `prompt=consent` asks again. Changing codes for tokens is in
token_endpoint.py.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from sandbox.world import World

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class PageError(Exception):
    """A refusal that the person sees at Google, never sent on to the application."""

    def __init__(self, status: int, error: str, detail: str) -> None:
        self.status = status
        self.error = error
        self.detail = detail
        super().__init__(f"{error}: {detail}")


@dataclass(frozen=True, slots=True)
class Client:
    client_id: str
    secret: str
    redirect_uris: tuple[str, ...]
    name: str
    testing: bool

    def allows(self, redirect_uri: str) -> bool:
        if redirect_uri in self.redirect_uris:
            return True
        if "*" in self.redirect_uris:
            parts = urlsplit(redirect_uri)
            return parts.scheme == "http" and parts.hostname in _LOOPBACK
        return False


@dataclass(frozen=True, slots=True)
class Asked:
    """An authorization request that may be shown to a person."""

    client: Client
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str | None
    offline: bool
    prompt: frozenset[str]
    login_hint: str
    include_granted: bool
    challenge: str
    challenge_method: str
    language: str
    params: dict[str, str]  # as they came, to be carried from page to page

    def back(self, **answer: str) -> str:
        """The application's address with an answer."""
        found = {} if self.state is None else {"state": self.state}
        joint = "&" if "?" in self.redirect_uri else "?"
        return f"{self.redirect_uri}{joint}{urlencode({**found, **answer})}"


def register(
    world: World,
    client_id: str,
    secret: str,
    redirect_uris: list[str],
    *,
    name: str = "",
    testing: bool = False,
) -> None:
    world.store.execute(
        "INSERT OR REPLACE INTO clients VALUES (?, ?, ?, ?, ?)",
        (client_id, secret, json.dumps(redirect_uris), name or "CloudCallCenter Mail", testing),
    )


def find_client(world: World, client_id: str) -> Client | None:
    row = world.store.one(
        "SELECT client_id, secret, redirect_uris, name, testing FROM clients WHERE client_id = ?",
        (client_id,),
    )
    if row is None:
        return None
    return Client(row[0], row[1], tuple(json.loads(row[2])), row[3], bool(row[4]))


def read_request(world: World, params: dict[str, str]) -> Asked:
    """Checks what must hold before anything may be sent back to the application."""
    client = find_client(world, params.get("client_id", ""))
    if client is None:
        raise PageError(401, "invalid_client", "The OAuth client was not found.")
    redirect_uri = params.get("redirect_uri", "")
    if not redirect_uri:
        raise PageError(400, "invalid_request", "Missing required parameter: redirect_uri")
    if not client.allows(redirect_uri):
        raise PageError(400, "redirect_uri_mismatch", f"redirect_uri={redirect_uri}")
    if params.get("response_type") != "code":
        raise PageError(400, "invalid_request", "Required parameter is missing: response_type")
    scopes = tuple(dict.fromkeys(params.get("scope", "").split()))
    if not scopes:
        raise PageError(400, "invalid_request", "Missing required parameter: scope")
    challenge = params.get("code_challenge", "")
    method = params.get("code_challenge_method", "plain" if challenge else "")
    if method not in ("", "plain", "S256"):
        raise PageError(400, "invalid_request", f"Invalid code_challenge_method: {method}")
    return Asked(
        client=client,
        redirect_uri=redirect_uri,
        scopes=scopes,
        state=params.get("state"),
        offline=params.get("access_type") == "offline",
        prompt=frozenset(params.get("prompt", "").split()),
        login_hint=params.get("login_hint", ""),
        include_granted=params.get("include_granted_scopes") == "true",
        challenge=challenge,
        challenge_method=method,
        language="en" if params.get("hl", "").startswith("en") else "ja",
        params=params,
    )


def granted(world: World, client_id: str, account: str) -> frozenset[str]:
    """Scopes that the account has consented to before."""
    found = world.store.value(
        "SELECT scope FROM consents WHERE client_id = ? AND account = ?", (client_id, account)
    )
    return frozenset((found or "").split())


def issue_code(world: World, asked: Asked, account: str, scopes: list[str]) -> tuple[str, str]:
    """(code, its scopes); remembers the consent."""
    before = granted(world, asked.client.client_id, account)
    # A second consent without prompt=consent brings no second refresh token.
    offline = asked.offline and (not before or "consent" in asked.prompt)
    chosen = list(scopes)
    if asked.include_granted:
        chosen += [scope for scope in sorted(before) if scope not in chosen]
    scope = " ".join(chosen)
    code = "4/0A" + secrets.token_urlsafe(50)
    with world.store.transaction():
        world.store.execute(
            "INSERT OR REPLACE INTO consents VALUES (?, ?, ?)",
            (asked.client.client_id, account, " ".join(sorted(before | set(chosen)))),
        )
        world.store.execute(
            "INSERT INTO codes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
            (
                code,
                asked.client.client_id,
                account,
                asked.redirect_uri,
                scope,
                asked.challenge,
                asked.challenge_method,
                offline,
                world.clock.now() + world.faults.settings["code_seconds"],
            ),
        )
    return code, scope
