"""Google's client built from the discovery document that it ships, pointed at our API root.

Built once per process and root: building takes tens of milliseconds, and each `users().messages()`
three more, so the resource objects are kept. The document's `rootUrl` is what batches and uploads
follow; `client_options.api_endpoint` would move neither. Nothing here touches the network: a
request is executed by `calls` with a transport of its own.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from googleapiclient import discovery_cache
from googleapiclient.discovery import build_from_document


class _NoTransport:
    """Stands where googleapiclient wants a transport while it builds requests."""

    def request(self, *_: object, **__: object) -> None:
        raise RuntimeError("requests are executed through callcenter.gmail.calls")


@dataclass(frozen=True)
class Api:
    """The resource objects of one API root, and where its batches go."""

    batch_uri: str
    users: Any
    messages: Any
    attachments: Any
    threads: Any
    drafts: Any
    labels: Any
    history: Any
    send_as: Any


def normalise_root(api_root: str) -> str:
    """The API root with its one trailing slash; a path prefix is kept.

    Raises:
        ValueError: not an absolute http(s) address, or one with a query.
    """
    parts = urlsplit(api_root.strip())
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment:
        raise ValueError(f"not the root of an API: {api_root!r}")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}/"


_building = threading.Lock()


def api(api_root: str) -> Api:
    """The client for this root, the same object for the life of the process."""
    root = normalise_root(api_root)
    with _building:
        return _build(root)


@cache
def _build(root: str) -> Api:
    document = json.loads(discovery_cache.get_static_doc("gmail", "v1"))
    document["rootUrl"] = root
    document["baseUrl"] = root + document["servicePath"]
    document.pop("mtlsRootUrl", None)
    service = build_from_document(document, http=_NoTransport())
    users = service.users()
    messages = users.messages()
    return Api(
        batch_uri=root + document["batchPath"],
        users=users,
        messages=messages,
        attachments=messages.attachments(),
        threads=users.threads(),
        drafts=users.drafts(),
        labels=users.labels(),
        history=users.history(),
        send_as=users.settings().sendAs(),
    )
