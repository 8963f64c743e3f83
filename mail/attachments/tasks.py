"""Celery's side of attachments (queue `interactive`: somebody waits for the file)."""

from __future__ import annotations

from celery import shared_task

from callcenter.redis import connection
from mail.attachments.fetch import fetch
from mail.models import Attachment

_ASKED_SECONDS = 30


@shared_task
def fetch_attachment(attachment_id: int) -> None:
    fetch(attachment_id)


def want(attachment: Attachment) -> None:
    """Have a worker fetch it; asking again and again is one task."""
    if connection().set(f"attachment:{attachment.pk}", 1, nx=True, ex=_ASKED_SECONDS):
        Attachment.objects.filter(pk=attachment.pk).update(trouble="")
        fetch_attachment.delay(attachment.pk)
