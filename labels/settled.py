"""What becomes of labels that Gmail was asked to make, change or delete (see `mailboxes.changes`).

A label that was made gets its id; one that is deleted goes for good. A refusal is kept at the label
with Gmail's reason, where the form shows it at its field, and whoever wanted it is told; the labels
are read again, so that the row says what Gmail says.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from activity.events import record
from labels import reading
from labels.actions.edit import THING
from labels.actions.mirror import hold
from labels.models import Label, LabelState
from mailboxes.changes import LabelWish, attend, needing_attention
from mailboxes.changes.labels import MADE
from mailboxes.models import Change, ChangeKind, ChangeState


def see_to_ended_changes() -> list[int]:
    """Settle what has come to an end; the mailboxes whose labels are to be read again."""
    mailboxes = []
    for change in needing_attention(Change.LABEL_KINDS):
        if _see_to(change):
            mailboxes.append(change.mailbox_id)
    return list(dict.fromkeys(mailboxes))


@transaction.atomic
def _see_to(change: Change) -> bool:
    hold(change.mailbox)
    if not attend(change):
        return False  # another worker was quicker
    reading.ask(change.mailbox)
    assert change.about is not None  # handed in with the label's key
    label = Label.objects.filter(pk=change.about, mailbox=change.mailbox_id).first()
    if label is None:
        return True
    if change.state == ChangeState.REFUSED:
        _refused(change, label)
    elif change.kind == ChangeKind.LABEL_MAKE:
        _made(change, label)
    elif change.kind == ChangeKind.LABEL_DELETE:
        _tell("label.deleted", change, label)
        label.delete()
    else:
        _tell("label.settled", change, label)
    return True


def _made(change: Change, label: Label) -> None:
    gmail_id = change.payload[MADE]
    # Put on a mail in Gmail before we knew its id: the mails hang at that row.
    other = Label.objects.filter(mailbox=change.mailbox_id, gmail_id=gmail_id).first()
    if other is not None:
        other.name = label.name
        other.background, other.text_color = label.background, label.text_color
        other.save()
        label.delete()
        label = other
    else:
        label.gmail_id, label.state, label.refused = gmail_id, LabelState.LIVE, {}
        label.save(update_fields=["gmail_id", "state", "refused"])
    _tell("label.made", change, label)


def _refused(change: Change, label: Label) -> None:
    if change.kind == ChangeKind.LABEL_MAKE:
        label.state = LabelState.UNMADE
    elif change.kind == ChangeKind.LABEL_DELETE:
        label.state = LabelState.LIVE
    if _has_another_wish(change):
        label.save(update_fields=["state"])
        return
    wish = LabelWish.from_payload(change.payload).payload
    label.refused = {
        **wish,
        "kind": change.kind,
        "reason": change.reason,
        "detail": change.detail,
        "by": change.actor.name if change.actor else "",
    }
    label.version += 1
    label.save(update_fields=["state", "refused", "version"])
    _tell("label.refused", change, label, told=change.actor_id, refused=change.reason)


def _has_another_wish(change: Change) -> bool:
    """Whether somebody has wanted something else of the label since."""
    later = Change.objects.filter(mailbox=change.mailbox_id, target=change.target, pk__gt=change.pk)
    return later.exists()


def _tell(kind: str, change: Change, label: Label, **data: Any) -> None:
    record(
        kind,
        mailbox_id=change.mailbox_id,
        thing=(THING, label.pk),
        name=label.name,
        **data,
    )
