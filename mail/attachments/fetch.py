"""Getting one attachment from Gmail into the store, in pieces: it may have 25 MB and more.

Its part is looked up anew each time, because Gmail's attachment ids live for minutes. A part that
Gmail names without handing it out (an enclosed mail often is one) is cut out of the raw mail.
"""

from __future__ import annotations

import logging
import tempfile
from typing import IO, Any

from django.conf import settings

from callcenter.gmail.client import GmailClient
from callcenter.gmail.errors import AuthRevoked, GmailError, NotFound
from mail import fetching, raw, troubles
from mail.attachments.store import keep_file
from mail.mime import bounded
from mail.mime.payload import decode_base64url, part_of
from mail.models import Attachment, RawMail
from mail.raw.fetch import fetch as fetch_raw
from mailboxes.actions.keep import note_refused
from mailboxes.gmail import client_for
from mailboxes.models import Mailbox
from mailboxes.secrets import SecretUnreadable

log = logging.getLogger(__name__)
KIND = "attachment"  # as mail.fetching calls it


class _NotHandedOut(Exception):
    """`trouble`: a code of mail.troubles."""

    def __init__(self, trouble: str) -> None:
        super().__init__(trouble)
        self.trouble = trouble


def fetch(attachment_id: int) -> None:
    """Fetch the bytes into the store; whatever goes wrong, the row says it."""
    rows = Attachment.objects.select_related("message__mailbox")
    attachment = rows.filter(pk=attachment_id).first()
    if attachment is None or attachment.file:
        return
    mailbox = attachment.message.mailbox
    try:
        if not Mailbox.objects.working().filter(pk=mailbox.pk).exists():
            raise _NotHandedOut("paused")
        with tempfile.NamedTemporaryFile(prefix="file-") as spool:
            size = _bring(client_for(mailbox, priority="agent"), attachment, spool)
            spool.seek(0)
            keep_file(attachment, spool, size)
    except _NotHandedOut as error:
        _note(attachment, error.trouble)
    except AuthRevoked as error:
        note_refused(mailbox, error.reason)
        _note(attachment, "revoked")
    except SecretUnreadable:
        _note(attachment, "revoked")
    except GmailError as error:
        log.warning("Attachment %s: %s", attachment.pk, error)
        _note(attachment, troubles.code(error))
    except OSError:
        log.exception("Attachment %s could not be stored", attachment.pk)
        _note(attachment, "store")


def _note(attachment: Attachment, trouble: str) -> None:
    Attachment.objects.filter(pk=attachment.pk).update(trouble=trouble)


def _bring(client: GmailClient, attachment: Attachment, spool: Any) -> int:
    """Write the part's bytes to `spool`; how many they are.

    Raises:
        GmailError, _NotHandedOut
    """
    gmail_id = attachment.message.gmail_id
    body = _body(client, attachment)
    _check_size(body.get("size"))
    if not body.get("attachmentId"):
        content = decode_base64url(body.get("data") or "")
        if content:
            spool.write(content)
            return len(content)
        return _from_raw(client, attachment, spool)
    watched = fetching.Watched(spool, KIND, attachment.pk)
    try:
        return client.download_attachment(gmail_id, body["attachmentId"], watched)
    except NotFound:
        # The id of a moment ago has run out, or is refused: once more with a fresh one.
        body = _body(client, attachment)
        if not body.get("attachmentId"):
            raise
        return client.download_attachment(gmail_id, body["attachmentId"], watched)


def _body(client: GmailClient, attachment: Attachment) -> dict[str, Any]:
    resource = client.get_message(attachment.message.gmail_id, "full")
    part = part_of(resource, attachment.part_id)
    body = part.get("body") if part is not None else None
    return dict(body) if isinstance(body, dict) else {}


def _check_size(size: object) -> None:
    if isinstance(size, int) and size > settings.ATTACHMENT_MAX_BYTES:
        raise _NotHandedOut("too_large")


def _from_raw(client: GmailClient, attachment: Attachment, spool: IO[bytes]) -> int:
    message = attachment.message
    original, _ = RawMail.objects.get_or_create(mailbox=message.mailbox, gmail_id=message.gmail_id)
    fetch_raw(original, client)
    with raw.spooled(original) as path:
        if not bounded.extract(path, attachment.part_id, spool.name):
            raise _NotHandedOut("part_gone")
    size = spool.seek(0, 2)
    _check_size(size)
    return size
