"""The JSON file that Google Cloud offers for download when an OAuth client is made.

People drop the wrong one: a desktop client's (`installed`), a service account's key, a screenshot.
Each gets a code of its own.
"""

from __future__ import annotations

import json
from typing import Any, Literal

from .auth import OAuthClient

LARGEST = 64 * 1024
Code = Literal[
    "too_large", "not_json", "installed", "service_account", "incomplete", "not_a_client"
]


class ClientFileError(Exception):
    """This file is not a web application's OAuth client; `code` says what it is."""

    def __init__(self, code: Code) -> None:
        super().__init__(code)
        self.code: Code = code


def parse_client_file(content: bytes) -> OAuthClient:
    """The client in Google's file.

    Raises:
        ClientFileError: with the code of what is wrong.
    """
    if len(content) > LARGEST:
        raise ClientFileError("too_large")
    try:
        document: Any = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise ClientFileError("not_json") from None
    if not isinstance(document, dict):
        raise ClientFileError("not_a_client")
    if document.get("type") == "service_account":
        raise ClientFileError("service_account")
    if "web" not in document:
        raise ClientFileError("installed" if "installed" in document else "not_a_client")
    client_id, client_secret = (
        _text(document["web"], "client_id"),
        _text(document["web"], "client_secret"),
    )
    if not client_id or not client_secret:
        raise ClientFileError("incomplete")
    uris = document["web"].get("redirect_uris", [])
    return OAuthClient(
        client_id=client_id,
        client_secret=client_secret,
        redirect_uris=tuple(uri for uri in uris if isinstance(uri, str))
        if isinstance(uris, list)
        else (),
    )


def _text(section: Any, name: str) -> str:
    value = section.get(name) if isinstance(section, dict) else None
    return value.strip() if isinstance(value, str) else ""
