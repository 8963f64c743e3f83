"""Signatures, and where they are the default."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from callcenter.drawers import Entry
from mailboxes.models import Mailbox


class Signature(Entry):
    """A text below mails. `html` is kept as it was typed: `signatures.choosing` sanitises it."""

    text = models.TextField(_("Signature"), blank=True)
    html = models.TextField(_("HTML"), blank=True)

    class Meta:
        indexes = (
            # The drawer's pages.
            models.Index(fields=["name_key", "id"], name="signature_in_order"),
        )

    def searched_texts(self) -> tuple[str, ...]:
        return (self.name, self.text)


class SignatureDefault(models.Model):
    """Where a signature stands by itself.

    With a `user` it is that person's own choice, else everybody's. Without a `mailbox` it holds in
    all of them (a person's own only); with an `address`, when one writes from that address.
    """

    signature = models.ForeignKey(Signature, models.CASCADE, related_name="defaults")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    mailbox = models.ForeignKey(Mailbox, models.CASCADE, null=True, related_name="+")
    address = models.CharField(max_length=320, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["user", "mailbox", "address"],
                name="one_default_signature_a_place",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=models.Q(user__isnull=False) | models.Q(mailbox__isnull=False),
                name="signature_default_is_somebodys",
            ),
            models.CheckConstraint(
                condition=models.Q(address="") | models.Q(mailbox__isnull=False),
                name="signature_default_address_in_mailbox",
            ),
        )

    def __str__(self) -> str:
        return f"{self.signature_id} for {self.user_id} in {self.mailbox_id} {self.address}"
