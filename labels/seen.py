"""The labels that a person sees, read once a request: lists, rows and the navigation need them."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import QuerySet

from callcenter.prepared import Prepared
from labels.models import Label, LabelState
from mailboxes.models import Mailbox
from permissions.models import User

# What Gmail has refused of one is asked for where it is told.
_OWN = [field.attname for field in Label._meta.concrete_fields if field.name != "refused"]
_ITS_MAILBOX = ["id", "address", "name"]


def _labels(*mailboxes: int) -> QuerySet[Any, Any]:
    seen = Label.objects.exclude(state=LabelState.GOING).filter(mailbox__in=mailboxes)
    columns = (*_OWN, *(f"mailbox__{name}" for name in _ITS_MAILBOX))
    return seen.order_by("name", "pk").values_list(*columns)


_question = Prepared(_labels)


def labels_of(user: User) -> tuple[Label, ...]:
    """All labels of the person's mailboxes, by name, each with its mailbox's name and address."""
    known: tuple[Label, ...] | None = user.__dict__.get("seen_labels")
    if known is None:
        known = tuple(_label(row) for row in _question.ask(*user.mailbox_ids))
        user.__dict__["seen_labels"] = known
    return known


def _label(row: tuple[Any, ...]) -> Label:
    label = Label.from_db(connection.alias, _OWN, row[: len(_OWN)])
    label.mailbox = Mailbox.from_db(connection.alias, _ITS_MAILBOX, row[len(_OWN) :])
    return label
