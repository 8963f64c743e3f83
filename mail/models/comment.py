"""備考: hand-over notes on one mail."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from mail.models.message import Message


class Comment(models.Model):
    message = models.ForeignKey(Message, models.CASCADE, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.TextField(max_length=4000)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"comment {self.pk} on {self.message_id}"
