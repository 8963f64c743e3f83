"""The attachment store, and how a file leaves it."""

from __future__ import annotations

from django.core.files.base import ContentFile
from django.http import FileResponse

from mail.models import Attachment

# What a browser may show by itself; whatever else is only ever downloaded.
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


def keep(attachment: Attachment, content: bytes) -> None:
    """Put the bytes into the store under a name of our own; the sender's name is only shown."""
    name = f"{attachment.message.mailbox_id}/{attachment.message_id}/{attachment.pk}"
    attachment.file.save(name, ContentFile(content), save=False)
    Attachment.objects.filter(pk=attachment.pk).update(
        file=attachment.file.name, size=len(content), trouble=""
    )


def answer(attachment: Attachment, *, as_download: bool) -> FileResponse:
    """The file as an answer that no browser takes for a page of ours."""
    shown = not as_download and attachment.content_type in PICTURES
    response = FileResponse(
        attachment.file.open("rb"),
        as_attachment=not shown,
        filename=attachment.filename or f"attachment-{attachment.part_id}",
        content_type=attachment.content_type if shown else "application/octet-stream",
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "cross-origin" if shown else "same-origin"
    response["Cache-Control"] = "private, max-age=3600"
    return response
