"""How a mail stands for one person: who works on it, and what they themselves have written.

The banner, the status control, the 下書き pane and the tabs of one page all need it; it is read for
all of them together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Case,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)

from activity.events import of_message
from activity.models import Event
from callcenter.prepared import Prepared
from labels.models import Label, LabelKind, LabelState
from labels.seen import labels_of
from mail import editlock
from mail.models import (
    Comment,
    Correspondent,
    Draft,
    DraftState,
    EditLock,
    Folder,
    Message,
    MessageLabel,
    Outgoing,
)
from mail.numbers import Number
from permissions.models import User

_COUNTED = 1000
_OF_LOCK = ("lock.taken", "lock.broken")


@dataclass(frozen=True)
class Standing:
    """`latest` is the last mail that the outbox was handed as an answer, whatever became of it."""

    lock: editlock.Lock | None
    own_drafts: tuple[Draft, ...]
    latest: Outgoing | None
    broken: Event | None
    """The person's own lock was taken by force, and nobody has worked on the mail since, or the
    first who does still holds it."""
    labels: tuple[Label, ...]
    comments: int
    mail_with: int
    """Mail with the same correspondent, as メール履歴 lists it (`mail.history`); at most 1,000."""

    @property
    def live_draft(self) -> Draft | None:
        return next((each for each in self.own_drafts if each.state == DraftState.LIVE), None)

    @property
    def parked_draft(self) -> Draft | None:
        """The newest copy of what they typed after their lock had ended."""
        parked = [each for each in self.own_drafts if each.state == DraftState.PARKED]
        return parked[-1] if parked else None

    @property
    def in_hand(self) -> Outgoing | None:
        """What the outbox has in hand, held and uncertain mail included."""
        return self.latest if self.latest and self.latest.state in Outgoing.UNSETTLED else None


def standing(message: Message, user: User) -> Standing:
    """Read all of it: one question, and one more for each of lock, sending, own drafts and broken
    lock that there is.

    In this order, since a worker may end the sending between two of them: whoever finds it ended
    finds its draft sent as well. The other way round what was sent would be a draft once more.
    """
    beside = _beside(message, user)
    latest = _latest(message) if beside.was_handed_in else None
    own_drafts = _own_drafts(message, user) if beside.has_drafts else ()
    lock = editlock.current(message) if beside.locked_once else None
    mine = lock is not None and lock.held_by(user)
    # Who breaks a lock often takes it at once.
    since = beside.last_of_lock
    if since == "lock.taken" and lock is not None:
        since = beside.before_that
    asked_for = since == "lock.broken" and not mine
    return Standing(
        lock=lock,
        own_drafts=own_drafts,
        latest=latest,
        broken=_broken(message, user) if asked_for else None,
        labels=tuple(
            label
            for label in labels_of(user)
            if label.pk in beside.labels
            and label.kind == LabelKind.USER
            and label.state == LabelState.LIVE
            and not label.hidden
        ),
        comments=beside.comments,
        mail_with=beside.mail_with,
    )


class _Beside(NamedTuple):
    """What one question tells; the columns of `_beside` in their order."""

    labels: list[int]
    comments: int
    mail_with: int
    last_of_lock: str | None
    before_that: str | None
    locked_once: bool
    was_handed_in: bool
    has_drafts: bool


def _beside(message: Message, user: User) -> _Beside:
    found = _question.ask(message.pk, user.pk, *user.mailbox_ids)
    return _Beside(*found[0]) if found else _Beside([], 0, 0, None, None, False, False, False)


def _of_both(message: int, asker: int, *mailboxes: int) -> QuerySet[Message, Any]:
    with_them = Correspondent.objects.filter(
        address=Subquery(_other_side(message).values("address")[:1]),
        message__mailbox__in=mailboxes,
    ).exclude(message__folder=Folder.DRAFT)
    of_lock = of_message(message).filter(kind__in=_OF_LOCK)
    return Message.objects.filter(pk=message).values_list(
        ArraySubquery(MessageLabel.objects.filter(message=OuterRef("pk")).values("label")),
        Number(Comment.objects.filter(message=message).order_by().values("pk")),
        Number(with_them.order_by().values("pk")[:_COUNTED]),
        Subquery(of_lock.values("kind")[:1]),
        Subquery(of_lock.values("kind")[1:2]),
        Exists(EditLock.objects.filter(message=message)),
        Exists(Outgoing.objects.filter(answers=message)),
        Exists(_drafts(message, asker)),
    )


_question = Prepared(_of_both)


def _drafts(message_id: int, user_id: int) -> QuerySet[Draft]:
    kept = [DraftState.LIVE, DraftState.PARKED]
    return Draft.objects.filter(answers=message_id, author=user_id, state__in=kept)


def _own_drafts(message: Message, user: User) -> tuple[Draft, ...]:
    return tuple(_drafts(message.pk, user.pk).select_related("mailbox").order_by("pk"))


def _latest(message: Message) -> Outgoing | None:
    outgoing = Outgoing.objects.filter(answers=message).select_related("draft", "author")
    return outgoing.order_by("-pk").first()


def _other_side(message_id: int) -> QuerySet[Correspondent]:
    """The mail's correspondents, whoever it is mostly with first: of received mail the sender."""
    sender = When(
        ~Q(message__folder=Folder.SENT),
        address__iexact=F("message__from_address"),
        then=Value(0),
    )
    order = Case(sender, default=Value(1), output_field=IntegerField())
    return Correspondent.objects.filter(message=message_id).order_by(order, F("pk"))


def correspondent_of(message: Message) -> str:
    """The address of the other side: the sender, or of our own mail whom it went to."""
    return _other_side(message.pk).values_list("address", flat=True).first() or ""


def _broken(message: Message, user: User) -> Event | None:
    """When a lock was last taken by force, if it was this user's."""
    last = of_message(message.pk).filter(kind="lock.broken").first()
    return last if last is not None and last.data.get("former") == user.pk else None
