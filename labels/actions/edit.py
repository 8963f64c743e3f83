"""ラベル: ＋新規, 変更を保存, 削除. Here at once, in Gmail soon.

Names are unique in a mailbox and children bear their parent's name: each verb holds the mailbox's
labels, so that two people cannot give one name twice or tear a family apart.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils import timezone

from activity.events import record
from labels import names
from labels.actions.errors import BadName, LabelEdited, NameTaken, NotEdited
from labels.actions.mirror import hold
from labels.models import DEEPEST, Label, LabelKind, LabelState
from mailboxes.changes import ChangeKind, LabelWish, hand_in_label
from mailboxes.models import Mailbox, Membership
from permissions.access import require
from permissions.models import User
from permissions.operations import Operation

THING = "label"
# Of a label that Gmail has not made yet.
_PROVISIONAL = "new:"


@dataclass(frozen=True, slots=True)
class LabelFields:
    """What the form has. Both colours or none; empty is Gmail's own grey."""

    name: str
    background: str = ""
    text_color: str = ""


@transaction.atomic
def make(mailbox: Mailbox, user: User, fields: LabelFields) -> Label:
    """A new label: shown at once, usable when Gmail has made it.

    Raises:
        BadName, NameTaken
    """
    _ensure(user, mailbox, Operation.LABELS_ADD)
    hold(mailbox)
    name = _checked(mailbox, fields.name, ours=[])
    label = Label.objects.create(
        mailbox=mailbox,
        gmail_id=f"{_PROVISIONAL}{secrets.token_hex(12)}",
        name=name,
        state=LabelState.MAKING,
        background=fields.background,
        text_color=fields.text_color,
        updated_by=user,
    )
    _hand_in_making(label, user)
    return label


@transaction.atomic
def change(label: Label, user: User, fields: LabelFields, *, version: int) -> Label:
    """Rename (its children move along) and recolour; one that Gmail refused is asked for anew.

    Raises:
        LabelEdited: it is not as the form was filled from, nor as the form wants it.
        BadName, NameTaken, NotEdited
    """
    _ensure(user, label.mailbox, Operation.LABELS_CHANGE)
    hold(label.mailbox)
    stored = _stored(label)
    wanted = LabelFields(names.tidy(fields.name), fields.background, fields.text_color)
    if stored.version != version and _fields_of(stored) != wanted:
        raise LabelEdited(stored)
    if stored.is_deep or stored.state in {LabelState.MAKING, LabelState.GOING}:
        raise NotEdited(stored)
    before = stored.name
    family = _children(stored) if wanted.name != before else []
    if moving := [each for each in family if each.state == LabelState.MAKING]:
        raise NotEdited(moving[0])
    _checked(stored.mailbox, wanted.name, ours=[stored, *family])
    wish = _difference(stored, wanted)
    if not wish and not stored.refused:
        return stored
    stored.name, stored.background, stored.text_color = (
        wanted.name,
        wanted.background,
        wanted.text_color,
    )
    if stored.state == LabelState.UNMADE:
        stored.state = LabelState.MAKING
        stored.refused = {}
        _save(stored, user)
        _hand_in_making(stored, user)
        return stored
    stored.refused = {}
    _save(stored, user)
    if wish:
        _hand_in_change(stored, user, wish)
        _tell("label.edited", stored, user, before=before)
    for child in family:
        _rename_child(child, user, before, wanted.name)
    return stored


@transaction.atomic
def delete(label: Label, user: User, *, with_children: bool = False) -> int:
    """Out of sight at once, and gone when Gmail has deleted it; how many labels go.

    Its mails stay. Its children keep their names unless they go along.

    Raises:
        NotEdited
    """
    _ensure(user, label.mailbox, Operation.LABELS_DELETE)
    hold(label.mailbox)
    stored = _stored(label)
    if stored.is_deep or stored.state == LabelState.MAKING:
        raise NotEdited(stored)
    going = [stored, *(_children(stored) if with_children else [])]
    for each in going:
        _tell("label.removed", each, user)
        if each.state == LabelState.UNMADE:
            each.delete()
        elif each.state == LabelState.LIVE:
            each.state = LabelState.GOING
            each.refused = {}
            _save(each, user)
            hand_in_label(
                each.mailbox,
                ChangeKind.LABEL_DELETE,
                each.gmail_id,
                LabelWish(),
                actor=user,
                about=each.pk,
            )
    return len(going)


def children(label: Label) -> list[Label]:
    """The labels below it, however deep, in the tree's order."""
    below = label.mailbox.labels.of_people().filter(name__startswith=f"{label.name}/")
    return list(below.order_by("name_key", "pk"))


def _children(label: Label) -> list[Label]:
    return [each for each in children(label) if each.state != LabelState.GOING]


def _ensure(user: User, mailbox: Mailbox, operation: Operation) -> None:
    if not Membership.objects.filter(user=user, mailbox=mailbox).exists():
        raise Http404
    require(user, operation)


def _stored(label: Label) -> Label:
    found = (
        Label.objects.of_people()
        .select_for_update(of=("self",), no_key=True)
        .select_related("mailbox")
        .filter(pk=label.pk)
        .first()
    )
    if found is None:
        raise Http404
    return found


def _fields_of(label: Label) -> LabelFields:
    return LabelFields(label.name, label.background, label.text_color)


def _difference(label: Label, wanted: LabelFields) -> LabelWish:
    recoloured = (label.background, label.text_color) != (wanted.background, wanted.text_color)
    return LabelWish(
        name=wanted.name if wanted.name != label.name else None,
        background=wanted.background if recoloured else None,
        text_color=wanted.text_color if recoloured else None,
    )


def _checked(mailbox: Mailbox, name: str, *, ours: list[Label]) -> str:
    """The name, tidied, when this label and its children can have it.

    Args:
        ours: the label itself (none for a new one) and the children that move along.
    """
    name = names.tidy(name)
    itself = ours[0] if ours else None
    if itself is None or name != itself.name:
        if code := names.trouble(name):
            raise BadName(code)
        _refuse_taken(mailbox, [name, *_moved_names(ours, name)], ours)
    return name


def _moved_names(ours: list[Label], name: str) -> list[str]:
    """The children's new names. What was too deep already may stay as deep as it was."""
    moved = []
    for child in ours[1:]:
        new = _moved(child.name, ours[0].name, name)
        deepest = max(DEEPEST, child.depth)
        if code := names.trouble(new, deepest=deepest):
            raise BadName(code, new)
        moved.append(new)
    return moved


def _moved(name: str, before: str, after: str) -> str:
    return after + name[len(before) :]


def _refuse_taken(mailbox: Mailbox, wanted: Iterable[str], ours: list[Label]) -> None:
    others = {
        label.name.casefold(): label
        for label in Label.objects.filter(mailbox=mailbox, kind=LabelKind.USER).exclude(
            pk__in=[label.pk for label in ours]
        )
        # Deleted before this is asked for, since labels' changes go in their order.
        if label.state != LabelState.GOING
    }
    for name in wanted:
        if other := others.get(name.casefold()):
            raise NameTaken(other)


def _save(label: Label, user: User) -> None:
    label.version += 1
    label.updated_by = user
    label.updated_at = timezone.now()
    label.save()


def _hand_in_making(label: Label, user: User) -> None:
    wish = LabelWish(label.name, label.background, label.text_color)
    hand_in_label(
        label.mailbox, ChangeKind.LABEL_MAKE, label.gmail_id, wish, actor=user, about=label.pk
    )
    _tell("label.asked_for", label, user)


def _hand_in_change(label: Label, user: User, wish: LabelWish) -> None:
    hand_in_label(
        label.mailbox, ChangeKind.LABEL_PATCH, label.gmail_id, wish, actor=user, about=label.pk
    )


def _rename_child(child: Label, user: User, before: str, after: str) -> None:
    old = child.name
    child.name = _moved(old, before, after)
    if child.state == LabelState.LIVE:
        child.refused = {}
        _save(child, user)
        _hand_in_change(child, user, LabelWish(name=child.name))
    else:
        _save(child, user)
    _tell("label.edited", child, user, before=old)


def _tell(kind: str, label: Label, user: User, **data: Any) -> None:
    record(
        kind,
        actor=user,
        mailbox_id=label.mailbox_id,
        thing=(THING, label.pk),
        name=label.name,
        **data,
    )
