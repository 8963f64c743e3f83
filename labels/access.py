"""Which labels may be looked at, and by whom."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from labels.models import Label, LabelQuerySet
from mailboxes.models import Mailbox
from permissions.access import require
from permissions.models import User
from permissions.operations import Operation


def visible_to(user: User) -> LabelQuerySet:
    """The labels that people make, of the mailboxes that the user was given.

    Raises:
        OperationDenied: they may not see the list of labels (403).
    """
    require(user, Operation.LABELS_VIEW)
    return Label.objects.of_people().filter(mailbox__in=user.mailbox_ids)


def readable(user: User, label_id: int, operation: Operation = Operation.LABELS_VIEW) -> Label:
    """One label.

    Raises:
        Http404: not there, Gmail's own, or of a mailbox that the user was not given.
        OperationDenied: they see the mailbox, but may not do this (403).
    """
    rows = Label.objects.of_people().filter(mailbox__in=user.mailbox_ids)
    label = get_object_or_404(rows.select_related("mailbox", "updated_by"), pk=label_id)
    require(user, Operation.LABELS_VIEW)
    require(user, operation)
    return label


def mailbox(user: User, mailbox_id: int) -> Mailbox:
    """A mailbox that the user was given (404)."""
    return get_object_or_404(Mailbox.objects.filter(pk__in=user.mailbox_ids), pk=mailbox_id)
