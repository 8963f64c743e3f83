"""The tables of the address book: entries, past correspondents, and files on their way in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from callcenter import drawers
from callcenter.addresses import normalise_address
from callcenter.drawers import fold
from mailboxes.models import Mailbox

# An address of 254 signs, its domain written as the DNS has it.
LONGEST_KEY = 320


class Address(drawers.Entry):
    """One entry of アドレス帳: an address stands in it once, however it is written.

    `customer_search` is 検索対象: mail from it is not from the customer itself (a web form, a mall,
    a forwarder); the customer's own address is looked for in it.
    """

    name = models.CharField(_("Name"), max_length=200, blank=True)
    address = models.CharField(_("Mail address"), max_length=254)
    address_key = models.CharField(max_length=LONGEST_KEY, editable=False)
    customer_search = models.BooleanField(_("Customer search"), default=False)
    # The import that wrote it last, for 操作履歴.
    imported_by = models.BigIntegerField(null=True, editable=False)

    class Meta:
        ordering = ("name_key", "id")
        constraints = (
            models.UniqueConstraint(
                fields=["address_key"],
                name="address_once_in_the_book",
                violation_error_message=_("This address is in the address book already."),
            ),
        )
        indexes = (
            # The list, and the address modal, in their order.
            models.Index(fields=["name_key", "id"], name="address_by_name"),
        )

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>" if self.name else self.address

    def searched_texts(self) -> tuple[str, ...]:
        return (self.name, self.address)

    def refold(self) -> None:
        super().refold()
        self.address_key = normalise_address(self.address)
        self.name_key = self.name_key or fold(self.address)[:400]


class AddressStart(models.Model):
    """A place in an entry where somebody may begin to type: see `addressbook.starts`.

    Written and deleted with its entry by `addressbook.writing`, without a foreign key's check: ten
    rows an entry, a million in an import. A row without its entry would only be passed over.
    """

    pk = models.CompositePrimaryKey("start", "address_id")
    # Beginnings are walked in the order of code points, whatever the database's language is.
    start = models.TextField(db_collation="C")
    address = models.ForeignKey(
        Address, models.DO_NOTHING, related_name="starts", db_constraint=False, db_index=False
    )

    def __str__(self) -> str:
        return f"{self.start}…"


class Contact(models.Model):
    """Somebody with whom a mailbox has exchanged mail, and when last: a past correspondent."""

    mailbox = models.ForeignKey(Mailbox, models.CASCADE, related_name="+", db_index=False)
    address = models.CharField(max_length=254)
    address_key = models.CharField(max_length=LONGEST_KEY)
    name = models.CharField(max_length=200, blank=True)
    search_text = models.TextField(blank=True)
    last_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["mailbox", "address_key"], name="contact_once_a_mailbox"
            ),
        )
        indexes = (
            # Those of late come first in a completion.
            models.Index(fields=["mailbox", "-last_at"], name="contact_of_late"),
        )

    def __str__(self) -> str:
        return self.address


class ContactStart(models.Model):
    """As `AddressStart`, of a mailbox's past correspondents."""

    pk = models.CompositePrimaryKey("mailbox_id", "start", "contact_id")
    mailbox = models.ForeignKey(
        Mailbox, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    start = models.TextField(db_collation="C")
    contact = models.ForeignKey(
        Contact, models.DO_NOTHING, related_name="starts", db_constraint=False, db_index=False
    )

    def __str__(self) -> str:
        return f"{self.start}…"


class ImportState(models.TextChoices):
    READING = "reading", _("Being read")
    READY = "ready", _("Ready to be imported")
    APPLYING = "applying", _("Being imported")
    DONE = "done", _("Imported")
    FAILED = "failed", _("Could not be read")


class Import(models.Model):
    """A CSV file on its way into the book.

    `mapping` is which column holds which field: {"name": 0, "address": 2, "customer_search": null}.
    `counts` is {"new", "changed", "same", "faulty", "duplicate"}: rows by what would become of them
    (what became of them, once it is done). The row is the queue: a task only wakes it.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    state = models.CharField(max_length=8, choices=ImportState.choices, default=ImportState.READING)
    filename = models.CharField(max_length=255)
    file = models.FileField(upload_to="imports/", max_length=255, blank=True)
    encoding = models.CharField(max_length=12, blank=True)
    delimiter = models.CharField(max_length=1, default=",")
    has_header = models.BooleanField(default=True)
    # The first lines as they stand, for the page that maps columns.
    sample = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    rows_read = models.PositiveIntegerField(default=0)
    # A code of `addressbook.imports.words`, and the line that it is about.
    problem = models.CharField(max_length=24, blank=True)
    problem_line = models.PositiveIntegerField(default=0)
    # Somebody changed the book after the preview: it was made anew, and wants another look.
    moved = models.BooleanField(default=False)
    claimed_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(state__in=ImportState.values), name="import_state_known"
            ),
        )
        indexes = (
            # The sweeper's.
            models.Index(
                fields=["id"],
                name="import_open",
                condition=models.Q(state__in=["reading", "applying"]),
            ),
        )

    def __str__(self) -> str:
        return f"{self.filename} ({self.state})"

    def count(self, verdict: str) -> int:
        return int(self.counts.get(verdict, 0))


class Verdict(models.TextChoices):
    """What becomes of one line of a file."""

    NEW = "new", _("New")
    CHANGED = "changed", _("Changed")
    SAME = "same", _("As it is")
    FAULTY = "faulty", _("Faulty")
    DUPLICATE = "duplicate", _("Twice in the file")


class ImportRow(models.Model):
    """One line of a file as it was read, and what becomes of it.

    `entry` and `entry_version` are the entry with this address when the preview was made. `problem`
    is a code of `addressbook.imports.words`, `detail` what it is about. `customer_search` is None
    where the file does not say.
    """

    pk = models.CompositePrimaryKey("of_id", "line")
    of = models.ForeignKey(
        Import, models.CASCADE, related_name="rows", db_constraint=False, db_index=False
    )
    line = models.PositiveIntegerField()
    name = models.CharField(max_length=200, blank=True)
    name_key = models.CharField(max_length=400, blank=True)
    search_text = models.TextField(blank=True)
    address = models.CharField(max_length=254, blank=True)
    address_key = models.CharField(max_length=LONGEST_KEY, blank=True)
    customer_search = models.BooleanField(null=True)
    verdict = models.CharField(max_length=9, choices=Verdict.choices, blank=True)
    problem = models.CharField(max_length=24, blank=True)
    detail = models.TextField(blank=True)
    entry = models.BigIntegerField(null=True)
    entry_version = models.PositiveIntegerField(null=True)

    class Meta:
        indexes = (
            # The preview's tabs, in the order of the file.
            models.Index(fields=["of", "verdict", "line"], name="import_row_by_verdict"),
        )

    def __str__(self) -> str:
        return f"line {self.line} of {self.of_id}"


class Gathered(models.Model):
    """How far past correspondents have been gathered; one row. Keys of the room above.

    Keys are given before the commit: `sure` follows `seen` minutes later, and what stands between
    is read twice.
    """

    seen = models.BigIntegerField(default=0)
    sure = models.BigIntegerField(default=0)
    next_sure = models.BigIntegerField(default=0)
    sure_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"up to {self.seen}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.pk = 1
        super().save(*args, **kwargs)
