"""The attachment store, and how a file leaves it."""

from __future__ import annotations

import io
from typing import IO

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from callcenter.streams import in_pieces
from mail.models import Attachment, DraftFile

# What an <img> in a mail may show; whatever else is only ever downloaded or previewed.
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_INERT = "default-src 'none'; sandbox"


def keep(attachment: Attachment, content: bytes) -> None:
    """Put a file that is held anyway into the store."""
    keep_file(attachment, io.BytesIO(content), len(content))


def keep_file(attachment: Attachment, source: IO[bytes], size: int) -> None:
    """Put a file into the store under a name of our own; the sender's name is only shown."""
    name = f"{attachment.message.mailbox_id}/{attachment.message_id}/{attachment.pk}"
    # What a killed worker left behind under this name belongs to no row.
    default_storage.delete(name)
    attachment.file.save(name, File(source), save=False)
    Attachment.objects.filter(pk=attachment.pk).update(
        file=attachment.file.name, size=size, trouble=""
    )


def name_of(attachment: Attachment | DraftFile) -> str:
    if isinstance(attachment, DraftFile):
        return attachment.filename
    return attachment.filename or f"attachment-{attachment.part_id}"


def answer(
    attachment: Attachment | DraftFile, *, shown_as: str = "", policy: str = _INERT
) -> StreamingHttpResponse:
    """The file as an answer that no browser takes for a page of ours.

    Args:
        shown_as: the content type that its own bytes proved; without one it is a download.
        policy: the content policy of what is shown.
    """
    response = StreamingHttpResponse(
        in_pieces(attachment.file.open("rb")),
        content_type=shown_as or "application/octet-stream",
    )
    # RFC 6266, with filename* for whatever is not ASCII.
    disposition = content_disposition_header(
        as_attachment=not shown_as, filename=name_of(attachment)
    )
    response["Content-Disposition"] = disposition or "attachment"
    response["Content-Length"] = str(attachment.size)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = policy
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, max-age=300"
    return response
