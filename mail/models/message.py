"""The mirrored mail: a narrow row for lists, the wide rest beside it.

Handling status and assignee are ours; labels, read and star are Gmail's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.indexes import HashIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.models import Customer
from labels.models import Label
from mail import publicid
from mailboxes.models import Mailbox

if TYPE_CHECKING:
    from permissions.models import User


class Status(models.TextChoices):
    OPEN = "open", _("Open")
    IN_PROGRESS = "in_progress", _("In progress")
    DONE = "done", _("Done")


class Folder(models.TextChoices):
    """Where one mail stands in Gmail; its icon in the list."""

    RECEIVED = "received", _("Received")
    SENT = "sent", _("Sent")
    DRAFT = "draft", _("Draft")
    TRASH = "trash", _("Trash")
    SPAM = "spam", _("Spam")


class Automatic(models.TextChoices):
    """Mail that no person wrote to us."""

    NO = "", ""
    REPLY = "auto_reply", _("Automatic reply")
    BULK = "bulk", _("Bulk mail")
    BOUNCE = "bounce", _("Delivery report")


class Conversation(models.Model):
    """One of Gmail's threads. Its row is what the edit lock is taken under."""

    mailbox = models.ForeignKey(Mailbox, models.CASCADE, related_name="conversations")
    gmail_thread_id = models.CharField(max_length=64)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["mailbox", "gmail_thread_id"], name="one_conversation_a_thread"
            ),
        )

    def __str__(self) -> str:
        return self.gmail_thread_id


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, user: User) -> MessageQuerySet:
        """Every list of mail begins here: the mail of the mailboxes that the user was given.

        Mail deleted in Gmail is gone from here; see `ever_visible_to`.
        """
        return self.ever_visible_to(user).filter(gone_at=None)

    def ever_visible_to(self, user: User) -> MessageQuerySet:
        """As `visible_to`, with what was deleted in Gmail: its comments and history are kept."""
        return self.filter(mailbox_id__in=user.mailbox_ids)

    def for_rows(self) -> MessageQuerySet:
        """With the people whom a row of a list shows; of the customer no more than that."""
        unseen = ("search_text", "name_key", "number_key", "addresses", "phones", "notes")
        rows = self.select_related("assignee", "customer")
        return rows.defer(*(f"customer__{name}" for name in unseen))

    def newest_first(self) -> MessageQuerySet:
        return self.order_by("-internal_date", "-id")


class Message(models.Model):
    """One mail of one mailbox."""

    mailbox = models.ForeignKey(Mailbox, models.CASCADE, related_name="messages", db_index=False)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="messages")
    gmail_id = models.CharField(max_length=64)
    internal_date = models.DateTimeField()
    subject = models.TextField(blank=True)
    snippet = models.TextField(blank=True)
    folder = models.CharField(max_length=8, choices=Folder.choices)
    from_name = models.TextField(blank=True)
    from_address = models.TextField(blank=True)
    # Whom it went to, as one line for the list.
    to_line = models.TextField(blank=True)
    has_attachments = models.BooleanField(default=False)
    is_unread = models.BooleanField(default=False)
    is_starred = models.BooleanField(default=False)
    # 不達: this mail, or the answer to it, did not arrive; until somebody has dealt with it.
    undelivered = models.BooleanField(default=False)
    automatic = models.CharField(max_length=10, choices=Automatic.choices, blank=True)
    size = models.PositiveIntegerField(default=0)
    status = models.CharField(max_length=12, choices=Status.choices, null=True)  # noqa: DJ001
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    # Whom it was exchanged with, where that is known; written by mail.linking.
    customer = models.ForeignKey(
        Customer, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    # Grows with every change of what a row shows; rendered rows are cached by it.
    version = models.PositiveIntegerField(default=0)
    # Deleted for good in Gmail; the row stays so that comments and history do.
    gone_at = models.DateTimeField(null=True)
    stored_at = models.DateTimeField(auto_now_add=True)
    labels = models.ManyToManyField(Label, through="MessageLabel", related_name="messages")

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["mailbox", "gmail_id"], name="one_message_a_gmail_id"),
            models.CheckConstraint(
                condition=models.Q(status__in=Status.values) | models.Q(status=None),
                name="message_status_known",
            ),
            models.CheckConstraint(
                condition=models.Q(folder__in=Folder.values), name="message_folder_known"
            ),
        )
        indexes = (
            # すべてのメール and whatever no narrower index serves.
            models.Index(fields=["mailbox", "-internal_date", "-id"], name="message_by_date"),
            # 未処理 and 作業中: what is not done is a small part of all.
            models.Index(
                fields=["status", "mailbox", "-internal_date", "-id"],
                name="message_not_done",
                condition=models.Q(status__in=["open", "in_progress"]),
            ),
            # 自分の担当.
            models.Index(
                fields=["assignee", "-internal_date", "-id"],
                name="message_by_assignee",
                condition=models.Q(assignee__isnull=False),
            ),
            # A customer's page; customer:
            models.Index(
                fields=["customer", "-internal_date", "-id"],
                name="message_by_customer",
                condition=models.Q(customer__isnull=False),
            ),
            # larger: — what is really large is rare.
            models.Index(fields=["size"], name="message_by_size"),
        )

    def __str__(self) -> str:
        return f"{self.public_id} {self.subject}"

    @property
    def public_id(self) -> str:
        return publicid.encode(self.pk)

    @property
    def known_customer(self) -> Customer | None:
        """The customer, unless deleted: then the link is about to go."""
        customer = self.customer
        return customer if customer is not None and customer.left_at is None else None


class MessageBody(models.Model):
    """What only the open mail needs.

    `people` is {"from"|"to"|"cc"|"bcc"|"reply_to": [[name, address], …]}; `headers` a list of
    [name, value] as received; `notices` a list of [code, detail].
    """

    message = models.OneToOneField(Message, models.CASCADE, primary_key=True, related_name="body")
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    people = models.JSONField(default=dict)
    headers = models.JSONField(default=list)
    notices = models.JSONField(default=list)
    rfc822_id = models.TextField(blank=True)
    references = models.JSONField(default=list)
    # Gmail's own reading is doubtful, and the mail's own bytes have not been read yet (mail.raw).
    needs_raw = models.BooleanField(default=False)

    class Meta:
        indexes = (
            # The few that wait for their raw mail.
            models.Index(
                fields=["message"], name="body_needs_raw", condition=models.Q(needs_raw=True)
            ),
            # Which mail a delivery report is about. An id may be longer than a tree's key.
            HashIndex(fields=["rfc822_id"], name="body_by_rfc822_id"),
        )

    def __str__(self) -> str:
        return f"body of {self.message_id}"


class MessageLabel(models.Model):
    """A label on a mail, with the mail's date: a label's page is one walk down one index."""

    label = models.ForeignKey(Label, models.CASCADE, related_name="+", db_index=False)
    message = models.ForeignKey(Message, models.CASCADE, related_name="message_labels")
    internal_date = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["message", "label"], name="label_once_a_message"),
        )
        indexes = (
            models.Index(
                fields=["label", "-internal_date", "-message"], name="message_label_by_date"
            ),
        )

    def __str__(self) -> str:
        return f"{self.label_id} on {self.message_id}"


class Correspondent(models.Model):
    """Who a mail was from or went to, one row an address: メール履歴 in both directions."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="correspondents")
    address = models.TextField()  # normalised
    internal_date = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["message", "address"], name="address_once_a_message"),
        )
        indexes = (
            models.Index(
                fields=["address", "-internal_date", "-message"], name="correspondence_by_date"
            ),
        )

    def __str__(self) -> str:
        return f"{self.address} in {self.message_id}"
