"""The tables of customers: who they are, whose an address is, and what has moved lately."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from callcenter import drawers
from callcenter.drawers import fold
from crm.kana import hiragana, katakana

# An address of 254 signs, its domain written as the DNS has it.
LONGEST_KEY = 320


class Present(models.Manager["Customer"]):
    def get_queryset(self) -> models.QuerySet[Customer]:
        return super().get_queryset().filter(left_at=None)


class Customer(drawers.Entry):
    """One customer. `addresses` and `phones` are one a line, as a person wrote them.

    Deleting sets `left_at`: addresses and number are free at once, and the row itself goes when no
    mail is linked to it any longer, which may be long work. `objects` knows those who are there.
    """

    kana = models.CharField(_("Furigana"), max_length=200, blank=True)
    company = models.CharField(_("Company"), max_length=200, blank=True)
    number = models.CharField(_("Customer number"), max_length=100, blank=True)
    number_key = models.CharField(max_length=400, blank=True, editable=False)
    rank = models.CharField(pgettext_lazy("customer", "Rank"), max_length=40, blank=True)
    addresses = models.TextField(_("Mail addresses"), blank=True)
    phones = models.TextField(_("Telephone numbers"), blank=True)
    notes = models.TextField(_("Notes"), blank=True)
    left_at = models.DateTimeField(null=True, editable=False)

    objects = Present()
    ever = models.Manager["Customer"]()

    class Meta:
        ordering = ("name_key", "id")
        constraints = (
            models.UniqueConstraint(
                fields=["number_key"],
                name="customer_number_once",
                condition=~models.Q(number_key=""),
                violation_error_message=_("Another customer has this number."),
            ),
        )
        indexes = (
            # The drawer's pages.
            models.Index(
                fields=["name_key", "id"],
                name="customer_by_name",
                condition=models.Q(left_at=None),
            ),
            # The ranks in use, and the pages of one.
            models.Index(
                fields=["rank", "name_key", "id"],
                name="customer_by_rank",
                condition=models.Q(left_at=None) & ~models.Q(rank=""),
            ),
            # Those whose mail is still being let go.
            models.Index(
                fields=["left_at"],
                name="customer_leaving",
                condition=models.Q(left_at__isnull=False),
            ),
        )

    def searched_texts(self) -> tuple[str, ...]:
        digits = (_digits(line) for line in self.phones.splitlines())
        return (
            *(self.name, self.kana, hiragana(self.kana), self.company, self.number, self.rank),
            *(self.addresses, self.phones, *digits, self.notes),
        )

    def refold(self) -> None:
        super().refold()
        # As people look a name up: by how it is read, and names without a reading by their signs.
        self.name_key = fold(katakana(self.kana) or self.name)[:400]
        self.number_key = "" if self.left_at else fold(self.number)


def _digits(line: str) -> str:
    return "".join(sign for sign in fold(line) if sign.isdecimal())


class CustomerAddress(models.Model):
    """Whose an address is: of one customer at most, however it is written."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="keys")
    address_key = models.CharField(max_length=LONGEST_KEY)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["address_key"], name="address_of_one_customer"),
        )

    def __str__(self) -> str:
        return self.address_key


class Moved(models.Model):
    """An address that has come to a customer or left one: mail with it is to be linked anew.

    Kept here for the room above, which follows it: `reached_at` and `reached` are its place in that
    mail, newest first. It goes through twice: mail that was being stored while the address moved
    may have asked before and been committed after (`is_second`).
    """

    address_key = models.CharField(max_length=LONGEST_KEY)
    due_at = models.DateTimeField(db_default=Now(), db_index=True)
    reached_at = models.DateTimeField(null=True)
    reached = models.BigIntegerField(null=True)
    is_second = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["address_key"], name="moved_once_an_address"),
        )

    def __str__(self) -> str:
        return self.address_key


class OwnCrm(models.Model):
    """The company's own CRM: the address of a customer's page in it. One row at most."""

    pattern = models.CharField(max_length=1000, blank=True)

    def __str__(self) -> str:
        return self.pattern

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.pk = 1
        super().save(*args, **kwargs)
