"""Attachments are (message, part id): Gmail's own attachment ids are short-lived tokens."""

from __future__ import annotations

from django.db import models

from mail.models.message import Message


class Attachment(models.Model):
    """One file of one mail; `file` stays empty until a worker has fetched it."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="attachments")
    part_id = models.CharField(max_length=64)
    filename = models.TextField(blank=True)
    content_type = models.CharField(max_length=255)
    size = models.PositiveIntegerField(default=0)
    content_id = models.TextField(blank=True)
    inline = models.BooleanField(default=False)
    file = models.FileField(max_length=255, blank=True)
    # Why it could not be fetched; a code of mail.attachments.
    trouble = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=["message", "part_id"], name="one_attachment_a_part"),
        )

    def __str__(self) -> str:
        return self.filename or self.part_id
