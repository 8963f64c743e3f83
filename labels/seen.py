"""The labels that a person sees, read once a request: lists, rows and the navigation need them."""

from __future__ import annotations

from labels.models import Label, LabelState
from permissions.models import User


def labels_of(user: User) -> tuple[Label, ...]:
    """All labels of the person's mailboxes, by name, each with its mailbox's name and address."""
    known: tuple[Label, ...] | None = user.__dict__.get("seen_labels")
    if known is None:
        seen = Label.objects.exclude(state=LabelState.GOING)
        rows = seen.filter(mailbox__in=user.mailbox_ids).select_related("mailbox")
        known = tuple(rows.only(*_OWN, "mailbox__address", "mailbox__name").order_by("name", "pk"))
        user.__dict__["seen_labels"] = known
    return known


_OWN = tuple(field.attname for field in Label._meta.concrete_fields)
