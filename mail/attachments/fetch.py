"""Getting one attachment from Gmail."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from callcenter.gmail.errors import AuthRevoked, GmailError, NotFound
from callcenter.gmail.types import decode_base64url
from mail.attachments.store import keep
from mail.models import Attachment
from mailboxes.actions.keep import note_refused
from mailboxes.gmail import client_for

log = logging.getLogger(__name__)


def fetch(attachment_id: int) -> None:
    """Fetch the bytes into the store; what Gmail refuses is noted on the row and may be retried."""
    attachment = (
        Attachment.objects.select_related("message__mailbox").filter(pk=attachment_id).first()
    )
    if attachment is None or attachment.file:
        return
    mailbox = attachment.message.mailbox
    client = client_for(mailbox, priority="agent")
    try:
        resource = client.get_message(attachment.message.gmail_id, "full")
        part = _part(resource.get("payload", {}), attachment.part_id)
        body = part.get("body", {})
        if "attachmentId" in body:
            content = client.get_attachment(attachment.message.gmail_id, body["attachmentId"])
        else:
            content = decode_base64url(body.get("data", ""))
    except AuthRevoked as error:
        note_refused(mailbox, error.reason)
        _note(attachment, "revoked")
    except NotFound:
        _note(attachment, "gone")
    except GmailError as error:
        log.warning("Attachment %s: %s", attachment.pk, error)
        _note(attachment, "gmail_down")
    else:
        keep(attachment, content)


def _note(attachment: Attachment, trouble: str) -> None:
    Attachment.objects.filter(pk=attachment.pk).update(trouble=trouble)


def _parts(payload: dict[str, Any]) -> Iterator[dict[str, Any]]:
    waiting = [payload]
    while waiting:
        part = waiting.pop()
        yield part
        waiting.extend(part.get("parts", ()))


def _part(payload: dict[str, Any], part_id: str) -> dict[str, Any]:
    for part in _parts(payload):
        if part.get("partId", "") == part_id:
            return part
    raise NotFound(f"no part {part_id}", reason="no_part", method="messages.get")
