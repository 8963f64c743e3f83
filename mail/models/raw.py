"""Mail as it was received, kept outside the database; and the way there."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from mailboxes.models import Mailbox


class RawMail(models.Model):
    """One mail's own bytes in the attachment store. Only `mail.raw` writes it.

    Keyed by Gmail's id and not by our row: mails that could not be imported have an original too.
    """

    mailbox = models.ForeignKey(Mailbox, models.CASCADE, related_name="+", db_index=False)
    gmail_id = models.CharField(max_length=64)
    # Compressed (gzip); empty until it has been fetched. `size` is that of the mail itself.
    file = models.FileField(max_length=255, blank=True)
    size = models.PositiveIntegerField(default=0)
    # Why it is not here: a code of mail.troubles.
    trouble = models.CharField(max_length=40, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["mailbox", "gmail_id"], name="one_raw_a_gmail_id"),
        )

    def __str__(self) -> str:
        return f"{self.mailbox_id}: {self.gmail_id}"
