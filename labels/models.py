"""The Label table: a mirror of Gmail's labels, one row for each mailbox."""

from __future__ import annotations

from django.db import models

from mailboxes.models import Mailbox


class LabelKind(models.TextChoices):
    SYSTEM = "system"
    USER = "user"


class Label(models.Model):
    """One label of one mailbox. `name` is `親/子`; colours are Gmail's, as `#rrggbb` or empty."""

    mailbox = models.ForeignKey(Mailbox, models.CASCADE, related_name="labels")
    gmail_id = models.CharField(max_length=255)
    name = models.CharField(max_length=255)
    kind = models.CharField(max_length=8, choices=LabelKind.choices, default=LabelKind.USER)
    background = models.CharField(max_length=7, blank=True)
    text_color = models.CharField(max_length=7, blank=True)
    hidden = models.BooleanField(default=False)

    class Meta:
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(fields=["mailbox", "gmail_id"], name="one_label_a_gmail_id"),
            models.CheckConstraint(
                condition=models.Q(kind__in=LabelKind.values), name="label_kind_known"
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def depth(self) -> int:
        return self.name.count("/")

    @property
    def leaf(self) -> str:
        """The last part of the name, which a tree shows."""
        return self.name.rsplit("/", 1)[-1]

    @property
    def background_class(self) -> str:
        """The palette class of static/css/palette.css."""
        return f"lb-{self.background.lstrip('#').lower()}" if self.background else "lb-none"

    @property
    def text_class(self) -> str:
        return f"lt-{self.text_color.lstrip('#').lower()}" if self.text_color else "lt-none"
