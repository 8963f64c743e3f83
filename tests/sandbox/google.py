"""The real google-api-python-client, pointed at the sandbox, and mails to feed it with."""

from __future__ import annotations

import base64
from email.message import EmailMessage
from typing import Any

import google.oauth2.credentials
import google_auth_httplib2
import httplib2
from googleapiclient import discovery_cache
from googleapiclient.discovery import build_from_document

from tests.sandbox_server import Sandbox

ME = "support@shop.example"


def service(sandbox: Sandbox, access_token: str) -> Any:
    """The library as Google ships it; only the address in its document is changed."""
    document = discovery_cache.get_static_doc("gmail", "v1")
    document = document.replace("https://gmail.googleapis.com/", sandbox.api_root)
    document = document.replace("https://www.googleapis.com/", sandbox.api_root)
    credentials = google.oauth2.credentials.Credentials(token=access_token)
    http = google_auth_httplib2.AuthorizedHttp(credentials, http=httplib2.Http(timeout=30))
    return build_from_document(document, http=http)


def connected(sandbox: Sandbox, address: str = ME, **account: Any) -> Any:
    """An account, and the library logged in to it."""
    sandbox.admin.account(address, **account)
    return service(sandbox, sandbox.admin.connect(address)["access_token"])


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
