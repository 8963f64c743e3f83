"""Making our labels of a mailbox the same as Gmail's."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from activity.events import record
from callcenter.gmail.types import Label as GmailLabel
from labels.models import Label, LabelKind, LabelReading, LabelState, name_key
from mailboxes.changes import LabelWish, labels_not_yet_shown
from mailboxes.changes.labels import MADE, TRIED
from mailboxes.models import Change, ChangeKind, Mailbox

_FIELDS = ("name", "kind", "background", "text_color", "hidden")
_WRITTEN = (*_FIELDS, "name_key", "version", "updated_at", "updated_by")


def hold(mailbox: Mailbox) -> LabelReading:
    """Nobody else changes this mailbox's labels until the commit; the record of its readings."""
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("labels are held for a transaction")
    Mailbox.objects.select_for_update(no_key=True).only("pk").get(pk=mailbox.pk)
    reading, _ = LabelReading.objects.get_or_create(mailbox=mailbox)
    return reading


def _values(theirs: GmailLabel) -> dict[str, Any]:
    return {
        "name": theirs.name,
        "kind": LabelKind(theirs.kind),
        "background": theirs.background,
        "text_color": theirs.text_color,
        "hidden": theirs.hidden,
    }


@transaction.atomic
def mirror_labels(
    mailbox: Mailbox,
    gmail_labels: Iterable[GmailLabel],
    *,
    read_at: datetime,
    uncoloured: Collection[str] = (),
) -> LabelReading:
    """Add, change and remove rows until they say what Gmail says, and what it will soon say.

    Args:
        read_at: the database's clock before Gmail was asked. A reading that began before the one
            that was stored last is an older word, and changes nothing.
        uncoloured: labels whose colours could not be read; ours stay.
    """
    reading = hold(mailbox)
    if reading.read_at is not None and reading.read_at > read_at:
        return reading
    ours = {label.gmail_id: label for label in Label.objects.filter(mailbox=mailbox)}
    theirs = {label.id: _values(label) for label in gmail_labels}
    for gmail_id in uncoloured:
        known = ours.get(gmail_id)
        if gmail_id in theirs and known is not None:
            theirs[gmail_id]["background"] = known.background
            theirs[gmail_id]["text_color"] = known.text_color
    kept = _lay_over(theirs, ours, labels_not_yet_shown(mailbox, read_at=read_at))
    added, changed = _write(mailbox, theirs, ours)
    gone = [
        label.pk
        for gmail_id, label in ours.items()
        if gmail_id not in theirs
        and gmail_id not in kept
        and label.state not in {LabelState.MAKING, LabelState.UNMADE}
    ]
    Label.objects.filter(pk__in=gone).delete()
    reading.read_at = read_at
    reading.tried_at = timezone.now()
    reading.trouble = ""
    reading.partial = bool(uncoloured)
    reading.added, reading.changed, reading.removed = len(added), len(changed), len(gone)
    # Not `asked_at`: somebody may be asking this very moment.
    reading.save(
        update_fields=["read_at", "tried_at", "trouble", "partial", "added", "changed", "removed"]
    )
    if added or changed or gone:
        record(
            "labels.changed",
            mailbox_id=mailbox.pk,
            added=len(added),
            changed=len(changed),
            removed=len(gone),
        )
    return reading


def _lay_over(
    theirs: dict[str, dict[str, Any]], ours: Mapping[str, Label], changes: Iterable[Change]
) -> set[str]:
    """Make a reading say what it cannot show yet; the ids of ours that it need not name."""
    kept = set()
    for change in changes:
        wish = LabelWish.from_payload(change.payload)
        if change.kind == ChangeKind.LABEL_MAKE:
            made = change.payload.get(MADE, "")
            if made in ours:
                kept.add(made)
                continue
            # Gmail has it and our row has not been told its id: it would stand here twice.
            theirs.pop(made, None)
            if change.payload.get(TRIED) and not made:
                for gmail_id, values in list(theirs.items()):
                    if values["name"] == wish.name and gmail_id not in ours:
                        del theirs[gmail_id]
        elif change.kind == ChangeKind.LABEL_DELETE:
            theirs.pop(change.target, None)
            kept.add(change.target)
        elif change.target in theirs:
            theirs[change.target].update(wish.payload)
    return kept


def _write(
    mailbox: Mailbox, theirs: Mapping[str, dict[str, Any]], ours: Mapping[str, Label]
) -> tuple[list[Label], list[Label]]:
    added, changed = [], []
    for gmail_id, values in theirs.items():
        label = ours.get(gmail_id)
        if label is None:
            label = Label(mailbox=mailbox, gmail_id=gmail_id, **values)
            added.append(label)
        elif any(getattr(label, field) != values[field] for field in _FIELDS):
            for field, value in values.items():
                setattr(label, field, value)
            label.version += 1
            label.updated_by = None
            changed.append(label)
        else:
            continue
        label.name_key = name_key(label.name)
        label.updated_at = timezone.now()
    Label.objects.bulk_create(
        [*added, *changed],
        update_conflicts=True,
        unique_fields=["mailbox", "gmail_id"],
        update_fields=_WRITTEN,
    )
    return added, changed


def ensure_known(mailbox: Mailbox, gmail_ids: set[str]) -> tuple[dict[str, Label], bool]:
    """Our rows for these Gmail label ids, and whether some were strangers.

    A label can be used before the next reading of the labels names it: it gets a row under its id,
    and the caller has the labels read anew.
    """
    known = {
        label.gmail_id: label
        for label in Label.objects.filter(mailbox=mailbox, gmail_id__in=gmail_ids)
    }
    strangers = gmail_ids - known.keys()
    for gmail_id in strangers:
        known[gmail_id], _ = Label.objects.get_or_create(
            mailbox=mailbox,
            gmail_id=gmail_id,
            # Gmail's own ids are in capitals (INBOX, CATEGORY_SOCIAL); people's are Label_…
            defaults={
                "name": gmail_id,
                "kind": LabelKind.SYSTEM if gmail_id.isupper() else LabelKind.USER,
            },
        )
    return known, bool(strangers)
