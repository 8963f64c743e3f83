"""The real google-api-python-client, pointed at the sandbox, and mails to feed it with."""

from __future__ import annotations

import base64
from email.message import EmailMessage
from functools import cache
from typing import Any

import google.oauth2.credentials
import google_auth_httplib2
import httplib2
import requests
from googleapiclient import discovery_cache
from googleapiclient.discovery import build_from_document
from googleapiclient.errors import HttpError

from tests.sandbox_server import Sandbox

ME = "support@shop.example"


@cache
def _service(api_root: str, address: str) -> tuple[google.oauth2.credentials.Credentials, Any]:
    """The library as Google ships it; only the address in its document is changed.

    Building it takes longer than most tests, so it is kept and only its token is replaced.
    """
    document = discovery_cache.get_static_doc("gmail", "v1")
    document = document.replace("https://gmail.googleapis.com/", api_root)
    credentials = google.oauth2.credentials.Credentials(  # type: ignore[no-untyped-call]
        token="none yet"
    )
    plain = httplib2.Http(timeout=30)
    plain.redirect_codes = plain.redirect_codes - {308}  # a resumable upload goes on
    http = google_auth_httplib2.AuthorizedHttp(credentials, http=plain)
    return credentials, build_from_document(document, http=http)


def service(sandbox: Sandbox, address: str = ME) -> Any:
    credentials, built = _service(sandbox.api_root, address)
    credentials.token = sandbox.admin.connect(address)["access_token"]
    return built


def connected(sandbox: Sandbox, address: str = ME, **account: Any) -> Any:
    """`users()` of the library, logged in to a new account."""
    sandbox.admin.account(address, **account)
    return service(sandbox, address).users()


def get(sandbox: Sandbox, path: str, address: str = ME) -> requests.Response:
    """A call that Google's library would not let through, below `users/me/`."""
    token = sandbox.admin.connect(address)["access_token"]
    return requests.get(
        f"{sandbox.api_root}gmail/v1/users/me/{path}",
        headers={"Authorization": f"Bearer {token}"},
        timeout=10,
    )


def post(sandbox: Sandbox, path: str, body: dict[str, Any], address: str = ME) -> requests.Response:
    """One request, never repeated."""
    token = sandbox.admin.connect(address)["access_token"]
    return requests.post(
        f"{sandbox.api_root}gmail/v1/users/me/{path}",
        json=body,
        headers={"Authorization": f"Bearer {token}"},
        timeout=10,
    )


def mail(
    subject: str = "注文の件",
    text: str = "こんにちは",
    *,
    sender: str = "taro@customer.example",
    to: str = ME,
    message_id: str = "",
    reply_to: str = "",
    **headers: str,
) -> bytes:
    message = EmailMessage()
    message["From"] = sender
    if to:
        message["To"] = to
    message["Subject"] = subject
    if message_id:
        message["Message-ID"] = f"<{message_id}>"
    if reply_to:
        message["In-Reply-To"] = f"<{reply_to}>"
        message["References"] = f"<{reply_to}>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes()


def raw(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode("ascii")


def unraw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text)


def header(message: dict[str, Any], name: str) -> str | None:
    """A header of a message resource (or of a ledger entry)."""
    fields = message.get("headers") or message["payload"]["headers"]
    return next((f["value"] for f in fields if f["name"].lower() == name.lower()), None)


def refusal(error: HttpError) -> tuple[int, str]:
    """(status, Google's reason) of an error."""
    return error.resp.status, error.error_details[0]["reason"]
