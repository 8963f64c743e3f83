"""What of a label is still on its way to Gmail, and what Gmail said to it, for the screen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from labels.models import Label, LabelReading, LabelState
from mailboxes.changes.carrying import GONE
from mailboxes.models import Change, ChangeKind, ChangeState, Mailbox, MailboxState

# Gmail's word for a name that another label has (HTTP 409).
_TAKEN = "aborted"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Gmail's answer in words, at the field that it is about."""

    field: str
    words: str
    detail: str


def pending(labels: Iterable[Label]) -> frozenset[int]:
    """The labels of which something is on its way to Gmail."""
    keys = [label.pk for label in labels]
    # Refused, and not seen to yet: what Gmail said is not at the label before that.
    unheard = Q(state=ChangeState.REFUSED, attention=True)
    rows = Change.objects.filter(
        Q(state__in=Change.OPEN_STATES) | unheard, kind__in=Change.LABEL_KINDS, about__in=keys
    )
    found = set(rows.values_list("about", flat=True))
    # Carried out, and its end not seen to yet.
    found |= {label.pk for label in labels if label.state == LabelState.MAKING}
    return frozenset(key for key in found if key is not None)


def refusal(label: Label) -> Refusal | None:
    """What Gmail declined of this label; None when all is well."""
    told = label.refused
    if not told:
        return None
    reason, detail = told.get("reason", ""), told.get("detail", "")
    if told.get("kind") == ChangeKind.LABEL_DELETE:
        return Refusal("", _("Gmail did not delete this label."), detail)
    if reason == GONE:
        return Refusal("", _("This label is not in Gmail any more."), detail)
    if "color" in detail.lower() and "name" not in told:
        return Refusal("background", _("Gmail did not take this colour."), detail)
    if reason == _TAKEN:
        words = _("Gmail has a label of this name already (or one that conflicts with it).")
    elif "color" in detail.lower():
        return Refusal("background", _("Gmail did not take this colour."), detail)
    else:
        words = _("Gmail did not take this name. It may be one that Gmail keeps for itself.")
    return Refusal("name", words, detail)


@dataclass(frozen=True, slots=True)
class Synced:
    """How the labels of one mailbox stand to Gmail's."""

    mailbox: Mailbox
    reading: LabelReading | None

    @property
    def is_running(self) -> bool:
        return bool(self.works and self.reading and self.reading.is_awaited)

    @property
    def works(self) -> bool:
        return self.mailbox.state == MailboxState.CONNECTED

    @property
    def failed(self) -> bool:
        return bool(self.reading and self.reading.trouble)


def synced(mailboxes: Iterable[Mailbox]) -> list[Synced]:
    boxes = list(mailboxes)
    readings = LabelReading.objects.in_bulk([box.pk for box in boxes])
    return [Synced(box, readings.get(box.pk)) for box in boxes]
