"""備考: hand-over notes on one mail, and whom they call by name."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from mail.models.message import Message


class Comment(models.Model):
    """`version` grows with every edit: whoever edits names the one that they saw."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.TextField(max_length=4000)
    created_at = models.DateTimeField(db_default=Now())
    version = models.PositiveIntegerField(default=1, editable=False)
    edited_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"comment {self.pk} on {self.message_id}"


class Mention(models.Model):
    """Somebody whom a comment calls by `@name`; `seen_at` once they had it before their eyes."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="mentions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="mentions")
    seen_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["user", "comment"], name="one_mention_a_comment"),
        )
        indexes = (
            models.Index(
                condition=models.Q(seen_at__isnull=True), fields=["user"], name="mention_unseen"
            ),
        )

    def __str__(self) -> str:
        return f"user {self.user_id} in comment {self.comment_id}"
