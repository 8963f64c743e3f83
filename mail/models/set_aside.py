"""What a mail gets back when it returns from trash or spam."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from mail.models.message import Folder, Message


class SetAside(models.Model):
    """The labels that a mail had when somebody here moved it to trash or spam: Gmail forgets INBOX.

    `label_ids` are Gmail's. Written anew with each move, used up by the way back.
    """

    message = models.ForeignKey(Message, models.CASCADE, related_name="set_aside")
    folder = models.CharField(max_length=8, choices=Folder.choices)
    label_ids = models.JSONField(default=list)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["message", "folder"], name="set_aside_once_a_folder"),
            models.CheckConstraint(
                condition=models.Q(folder__in=[Folder.TRASH, Folder.SPAM]),
                name="set_aside_in_trash_or_spam",
            ),
        )

    def __str__(self) -> str:
        return f"{self.message_id} in {self.folder}"
