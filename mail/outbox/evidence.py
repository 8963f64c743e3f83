"""Whether Gmail shows a mail as sent: positive evidence only.

A SENT message of the conversation with our header is the mail. Where the header did not survive, a
SENT message of the conversation with the same text, from after we began and of no other outgoing
mail, is it too. The Message-ID proves nothing: Gmail may rewrite it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from callcenter.gmail.client import GmailClient
from callcenter.gmail.errors import NotFound
from mail.mime.payload import parse_payload
from mail.models import Outgoing
from mail.outbox import timing

HEADER = "X-Outbox-Id"


@dataclass(frozen=True, slots=True)
class Evidence:
    gmail_id: str
    kind: str  # of Outgoing.evidence


def text_hash(text: str) -> str:
    """A fingerprint of a mail's text that survives re-encoding and re-wrapping."""
    return hashlib.sha256("".join(text.split()).encode()).hexdigest()


def header_of(resource: dict[str, Any]) -> str:
    """Our header's value in a message resource; empty when it has none."""
    headers = resource.get("payload", {}).get("headers", ())
    name = HEADER.lower()
    return next((each["value"].strip() for each in headers if each["name"].lower() == name), "")


def is_ours(resource: dict[str, Any], token: UUID, body_hash: str) -> bool:
    """Whether a draft's message (format=full) is what we wrote last: our header and our text.

    The header alone does not tell, because a person's edit may keep it.
    """
    if header_of(resource) != str(token):
        return False
    return text_hash(parse_payload(resource).text) == body_hash


def text_of(resource: dict[str, Any]) -> dict[str, str]:
    """What a person has made of a draft (format=full): its subject and text."""
    parsed = parse_payload(resource)
    return {"subject": parsed.subject, "text": parsed.text}


def find(client: GmailClient, outgoing: Outgoing) -> Evidence | None:
    """The sent mail in Gmail, if it shows one.

    Raises:
        GmailError: Gmail could not be asked; that is no answer.
    """
    if not outgoing.thread_id:
        return None
    try:
        thread = client.get_thread(outgoing.thread_id, format="metadata", headers=[HEADER])
    except NotFound:
        return None
    sent = [
        each
        for each in thread.get("messages", ())
        if "SENT" in each.get("labelIds", ()) and "DRAFT" not in each.get("labelIds", ())
    ]
    for each in sent:
        if header_of(each) == str(outgoing.token):
            return Evidence(each["id"], "header")
    return _by_text(client, outgoing, sent)


def _by_text(
    client: GmailClient, outgoing: Outgoing, sent: list[dict[str, Any]]
) -> Evidence | None:
    since = (outgoing.sending_at or outgoing.created_at) - timing.CLOCK_SLACK
    ids = [
        each["id"]
        for each in sent
        # With a header it is another outgoing mail, of this installation or of another.
        if not header_of(each) and _date(each) >= since
    ]
    taken = set(
        Outgoing.objects.filter(mailbox=outgoing.mailbox_id, sent_gmail_id__in=ids)
        .exclude(pk=outgoing.pk)
        .values_list("sent_gmail_id", flat=True)
    )
    for gmail_id in ids:
        if gmail_id in taken:
            continue
        parsed = parse_payload(client.get_message(gmail_id, "full"))
        if text_hash(parsed.text) == outgoing.body_hash:
            return Evidence(gmail_id, "body")
    return None


def _date(resource: dict[str, Any]) -> datetime:
    return datetime.fromtimestamp(int(resource.get("internalDate", 0)) / 1000, UTC)
