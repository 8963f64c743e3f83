"""Celery's side of attachments (queue `interactive`: somebody waits for the file)."""

from __future__ import annotations

from celery import shared_task

from mail import fetching
from mail.attachments.fetch import KIND, fetch
from mail.models import Attachment


@shared_task
def fetch_attachment(attachment_id: int) -> None:
    try:
        fetch(attachment_id)
    finally:
        fetching.end(KIND, attachment_id)


def want(attachment: Attachment, *, again: bool = True) -> None:
    """Have a worker fetch it; asking again and again is one task.

    Args:
        again: also when it could not be had the last time.
    """
    if attachment.file or (attachment.trouble and not again):
        return
    if fetching.begin(KIND, attachment.pk):
        Attachment.objects.filter(pk=attachment.pk).update(trouble="")
        attachment.trouble = ""
        fetch_attachment.delay(attachment.pk)
