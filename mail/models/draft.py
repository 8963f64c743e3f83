"""A mail being written."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from mail import publicid
from mail.models.message import Message
from mailboxes.models import Mailbox

if TYPE_CHECKING:
    from mail.models.outgoing import Outgoing


class DraftKind(models.TextChoices):
    REPLY = "reply", _("Reply")
    REPLY_ALL = "reply_all", _("Reply to all")
    FORWARD = "forward", _("Forward")
    NEW = "new", _("New mail")


class DraftState(models.TextChoices):
    LIVE = "live"
    SENT = "sent"
    DISCARDED = "discarded"
    PARKED = "parked"


class Draft(models.Model):
    """One mail being written; `answers` is the received mail whose edit lock guards it.

    `to`, `cc` and `bcc` are lists of [name, address]. `version` grows with each save: a stale tab
    is told so. Gmail keys a draft by its draft id; its message id changes with every update.

    下書き保存 keeps a copy of the fields in `saved` (what キャンセル goes back to) and asks for the
    draft in Gmail to follow: it is behind while `gmail_version` is not `saved_version`, or while a
    discarded draft still has a `gmail_draft_id`. The row is that queue; `mail.outbox` works it off.

    A parked draft is its author's own copy of what was typed without the lock: `parked_from` says
    of which draft, `parked_page` from which open page. `theirs` is the text {subject, text} that
    Gmail has instead of ours, when a person changed the draft there, until somebody decides.

    A draft that was begun in Gmail itself and is gone on with here is `adopted`: `saved` is then
    what Gmail has, and its files are among `forwarded_files`. Gmail tells a draft's id only to who
    asks for it: until a worker has, the draft is `unbound`, and `gmail_message_id` alone names it.
    """

    # Travels as X-Outbox-Id in the saved Gmail draft: how an orphan of ours is recognised.
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    mailbox = models.ForeignKey(Mailbox, models.CASCADE, related_name="drafts")
    kind = models.CharField(max_length=10, choices=DraftKind.choices)
    state = models.CharField(max_length=10, choices=DraftState.choices, default=DraftState.LIVE)
    answers = models.ForeignKey(Message, models.CASCADE, null=True, related_name="drafts")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="drafts")
    from_address = models.TextField(blank=True)
    to = models.JSONField(default=list)
    cc = models.JSONField(default=list)
    bcc = models.JSONField(default=list)
    subject = models.TextField(blank=True)
    text = models.TextField(blank=True)
    # With formatting, harmless already; `text` is then what it says. Empty: plain text alone.
    html = models.TextField(blank=True)
    signature = models.TextField(blank=True)
    # The quoted original, kept apart so that typed text is never mixed up with it.
    quoted = models.TextField(blank=True)
    # Of the template that was put in: {template: its key, put: the values by field, unfilled: the
    # blanks that nobody had a value for}; empty for a draft without one (see actions.fill).
    born = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    gmail_draft_id = models.CharField(max_length=64, blank=True)
    gmail_message_id = models.CharField(max_length=64, blank=True)
    # One draft here for one there, however many agents go on with it at once.
    adopted = models.OneToOneField(
        Message, models.SET_NULL, null=True, related_name="adopted_as", editable=False
    )
    unbound = models.BooleanField(default=False)
    saved_at = models.DateTimeField(null=True)  # 下書き保存, in Gmail too
    saved = models.JSONField(null=True)
    saved_version = models.PositiveIntegerField(default=0)
    gmail_version = models.PositiveIntegerField(default=0)
    # Where the second gate begins: the conversation's mails in Gmail that were here when the
    # composer opened (and the keys of what its author has decided about since), and the mirror's
    # place in Gmail's history (empty while it is not complete).
    known = models.JSONField(default=list)
    opened_history = models.CharField(max_length=32, blank=True)
    parked_from = models.ForeignKey("self", models.SET_NULL, null=True, related_name="copies")
    parked_page = models.CharField(max_length=24, blank=True)
    theirs = models.JSONField(null=True)
    # Original attachments that a forward takes along: primary keys of Attachment.
    forwarded_files = models.JSONField(default=list)
    # What its author attached: primary keys of DraftFile, in their order.
    files = models.JSONField(default=list)
    # Writing to Gmail: when next, who has it in hand, and what went wrong.
    not_before = models.DateTimeField(db_default=Now())
    claimed_until = models.DateTimeField(null=True)
    creating_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    trouble = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["answers"],
                condition=models.Q(state="live"),
                name="one_live_draft_a_message",
            ),
            models.UniqueConstraint(
                fields=["parked_from", "author", "parked_page"],
                condition=~models.Q(parked_page=""),
                name="one_parked_copy_a_page",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=DraftState.values), name="draft_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="new") | models.Q(answers__isnull=False),
                name="draft_answers_something",
            ),
        )
        indexes = (
            # 下書き: the live ones of a mailbox.
            models.Index(
                fields=["mailbox", "-updated_at"],
                name="draft_live",
                condition=models.Q(state="live"),
            ),
            # The sweeper's: those whose Gmail draft is still to be found out.
            models.Index(
                fields=["not_before"], name="draft_unbound", condition=models.Q(unbound=True)
            ),
            # The sweeper's: drafts that Gmail does not have as they are here.
            models.Index(
                fields=["not_before"],
                name="draft_behind",
                condition=(
                    models.Q(state="live") & ~models.Q(saved_version=models.F("gmail_version"))
                )
                | (models.Q(state="discarded") & ~models.Q(gmail_draft_id="")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.public_id} {self.subject}"

    @property
    def in_outbox(self) -> Outgoing | None:
        """The mail that waits or is being sent from it, if one does; lists prefetch `outgoing`."""
        return next((each for each in self.outgoing.all() if each.state in each.UNSETTLED), None)

    @property
    def is_kept(self) -> bool:
        """Whether its author meant it to stay: 下書き保存, or a sending that did not come off."""
        return self.saved_at is not None or self.outgoing.exists()

    @property
    def public_id(self) -> str:
        return publicid.encode(self.pk, "D")
