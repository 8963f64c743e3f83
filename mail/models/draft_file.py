"""Files that an agent attaches to what they write."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models.functions import Now

from mail.models.draft import Draft


def place(file: DraftFile, _: str) -> str:
    """A name of our own in the store; the agent's is only shown and sent."""
    return f"drafts/{file.draft_id}/{uuid.uuid4().hex}"


class DraftFile(models.Model):
    """One uploaded file.

    Which of them go out says the draft's own list `files`, so that a file is taken away, brought
    back by キャンセル and kept with a parked copy exactly as text is; the row stays.
    """

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="uploads")
    filename = models.TextField()
    content_type = models.CharField(max_length=255)
    size = models.PositiveIntegerField()
    file = models.FileField(max_length=255, upload_to=place)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.filename
