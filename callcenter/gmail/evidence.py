"""Has this mail gone out? Evidence that outlives a lost answer.

Gmail may rewrite Message-ID, consumes a draft when it sends it, and gives the sent mail another id:
what stays is a header of our own. A SENT message that carries it proves the sending; finding none
proves nothing by itself, because a person may have moved or deleted the mail.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .client import GmailClient
from .errors import GmailError, HistoryExpired, NotFound
from .types import DRAFT, SENT, SentRef, header_values, read_sent_ref, touched_ids

RECENT = 25
# History pages to follow before the newest sent mails are looked at instead.
PAGES = 4


def find_sent_by_header(
    client: GmailClient,
    header: str,
    value: str,
    *,
    thread_id: str | None = None,
    since_history: str | None = None,
    recent: int = RECENT,
) -> SentRef | None:
    """The SENT message whose `header` is `value`, or None if none is where it would be.

    Looked for in its conversation, then in what was added since `since_history`, then among the
    `recent` newest sent mails.

    Raises:
        GmailError: one of these places could not be read, so that None would say too much.
    """
    if thread_id:
        try:
            thread = client.get_thread(thread_id, "metadata", [header])
        except NotFound:
            thread = {}
        if found := _among(thread.get("messages", ()), header, value):
            return found
    if since_history:
        added = _added_since(client, since_history)
        if found := _among(_metadata(client, added, header), header, value):
            return found
    if recent:
        page = client.list_message_ids(label_ids=[SENT], page_size=recent)
        newest = [message_id for message_id, _ in page.ids]
        return _among(_metadata(client, newest, header), header, value)
    return None


def _among(messages: Iterable[Mapping[str, Any]], header: str, value: str) -> SentRef | None:
    for message in messages:
        labels = message.get("labelIds", ())
        values = [text.strip() for text in header_values(message, header)]
        if SENT in labels and DRAFT not in labels and value in values:
            return read_sent_ref(message)
    return None


def _metadata(client: GmailClient, ids: Iterable[str], header: str) -> Iterable[Mapping[str, Any]]:
    for _, result in client.get_messages(ids, "metadata", [header]):
        if isinstance(result, NotFound):
            continue
        if isinstance(result, GmailError):
            raise result
        yield result


def _added_since(client: GmailClient, start: str) -> list[str]:
    ids: set[str] = set()
    token: str | None = None
    for _ in range(PAGES):
        try:
            page = client.list_history(
                start, page_token=token, label_id=SENT, kinds=["messageAdded"]
            )
        except HistoryExpired:
            break
        ids |= touched_ids(page.records)
        token = page.next_page_token
        if token is None:
            break
    return sorted(ids)
