"""The exchange with Google behind 「変更を保存して Google で許可する」.

The one place where a web process speaks to Google: a person waits for the answer, and without it
there is nothing to show. Mail itself is left to the workers.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

from django.conf import settings
from django.urls import reverse

from callcenter.gmail import auth
from callcenter.gmail.client import GmailClient
from callcenter.gmail.errors import AuthRevoked, GmailError, InsufficientPermission
from mailboxes.actions.connect import Granted
from mailboxes.gmail import endpoints, oauth_client

log = logging.getLogger(__name__)


class ConnectFailed(Exception):
    """Connecting came to nothing; `code` is a trouble's."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


_CODES = {
    auth.AccessDenied: "denied",
    auth.MissingScope: "missing_scope",
    auth.InvalidClient: "wrong_client",
    auth.RedirectMismatch: "wrong_redirect",
    auth.InvalidGrant: "code_used",
    auth.NoRefreshToken: "no_refresh_token",
    auth.GoogleUnreachable: "google_unreachable",
}


def redirect_uri() -> str:
    """The redirect URI of this installation, as it must be registered with Google."""
    return settings.PUBLIC_URL + reverse("mailboxes:callback")


class _FreshToken:
    """The token just received, for the two questions that connecting asks Gmail."""

    def __init__(self, token: str) -> None:
        self._token = token

    def access_token(self) -> str:
        return self._token

    def replace(self, rejected: str) -> str:
        raise AuthRevoked("a token that was just given is refused", reason="fresh_token_refused")


def consent_address(*, state: str, challenge: str, expected: str) -> str:
    """Where the browser goes for Google's account chooser and consent.

    Raises:
        ConnectFailed: no client is set.
    """
    client = oauth_client()
    if client is None:
        raise ConnectFailed("no_client")
    return auth.authorization_url(
        client,
        redirect_uri(),
        state,
        challenge,
        login_hint=expected or None,
        endpoints=endpoints(),
    )


def exchange(answer: Mapping[str, str], *, verifier: str) -> Granted:
    """Turn Google's redirect into a lasting permission, and ask Gmail whose it is.

    Raises:
        ConnectFailed: with the code of what went wrong.
    """
    client = oauth_client()
    if client is None:
        raise ConnectFailed("no_client")
    try:
        code = auth.read_callback(answer)
        tokens = auth.exchange_code(
            client,
            code,
            redirect_uri=redirect_uri(),
            code_verifier=verifier,
            endpoints=endpoints(),
        )
    except auth.AuthError as error:
        log.warning("Google gave no permission: %s", error)
        raise ConnectFailed(_CODES.get(type(error), "google_error")) from error
    gmail = GmailClient(_FreshToken(tokens.access_token), api_root=settings.GOOGLE.api_root)
    try:
        profile = gmail.profile()
        send_as = gmail.send_as()
    except InsufficientPermission as error:
        raise ConnectFailed("missing_scope") from error
    except GmailError as error:
        log.warning("Gmail did not tell whose account it is: %s", error)
        raise ConnectFailed("google_unreachable") from error
    return Granted(
        address=profile.address,
        access_token=tokens.access_token,
        access_expires_at=tokens.expires_at,
        refresh_token=tokens.refresh_token,
        scopes=tuple(tokens.scopes),
        ends_at=tokens.ends_at,
        send_as=tuple(send_as),
    )


def withdraw(refresh_token: str) -> bool:
    """Tell Google that the permission is given back; False when Google could not be told."""
    if not refresh_token:
        return True
    try:
        auth.revoke(refresh_token, endpoints=endpoints())
    except auth.AuthError as error:
        log.warning("Google was not told of the disconnection: %s", error)
        return False
    return True
