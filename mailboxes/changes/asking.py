"""The one call that a change stands for."""

from __future__ import annotations

from typing import Any

from callcenter.gmail.client import GmailClient
from mailboxes.changes import labels
from mailboxes.changes.patch import LabelPatch
from mailboxes.models import Change, ChangeKind


def ask(client: GmailClient, change: Change) -> None:
    """Give the command to Gmail. Raises GmailError."""
    if change.kind in Change.LABEL_KINDS:
        _ask_of_label(client, change)
        return
    patch = LabelPatch.from_payload(change.payload)
    if change.kind == ChangeKind.TRASH:
        client.trash(change.target)
    elif change.kind == ChangeKind.UNTRASH:
        client.untrash(change.target)
        # INBOX and what else is to come back does not come by itself.
        rest = LabelPatch(patch.add, patch.remove - {"TRASH"})
        if rest:
            client.modify(change.target, **arguments(rest))
    elif patch:
        client.modify(change.target, **arguments(patch))


def arguments(patch: LabelPatch) -> dict[str, list[str]]:
    return {"add": sorted(patch.add), "remove": sorted(patch.remove)}


def _ask_of_label(client: GmailClient, change: Change) -> None:
    def note(payload: dict[str, Any]) -> None:
        # Committed by itself: a worker that dies in the next moment must have said so.
        change.payload = payload
        Change.objects.filter(pk=change.pk).update(payload=payload)

    if change.kind == ChangeKind.LABEL_MAKE:
        labels.make(client, change.payload, note)
    elif change.kind == ChangeKind.LABEL_PATCH:
        labels.patch(client, change.target, change.payload)
    else:
        labels.delete(client, change.target)
