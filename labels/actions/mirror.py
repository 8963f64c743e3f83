"""Making our labels of a mailbox the same as Gmail's."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from activity.events import record
from callcenter.gmail.types import Label as GmailLabel
from labels.models import Label, LabelKind
from mailboxes.models import Mailbox

_FIELDS = ("name", "kind", "background", "text_color", "hidden")


def _values(theirs: GmailLabel) -> dict[str, object]:
    return {
        "name": theirs.name,
        "kind": LabelKind(theirs.kind),
        "background": theirs.background,
        "text_color": theirs.text_color,
        "hidden": theirs.hidden,
    }


@transaction.atomic
def mirror_labels(mailbox: Mailbox, gmail_labels: Iterable[GmailLabel]) -> None:
    """Add, change and remove rows until they say what Gmail says."""
    theirs = {label.id: _values(label) for label in gmail_labels}
    ours = {label.gmail_id: label for label in Label.objects.filter(mailbox=mailbox)}
    changed = []
    for gmail_id, values in theirs.items():
        label = ours.get(gmail_id)
        if label is None:
            changed.append(Label(mailbox=mailbox, gmail_id=gmail_id, **values))
        elif any(getattr(label, field) != values[field] for field in _FIELDS):
            for field, value in values.items():
                setattr(label, field, value)
            changed.append(label)
    Label.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["mailbox", "gmail_id"],
        update_fields=_FIELDS,
    )
    gone = [label.pk for gmail_id, label in ours.items() if gmail_id not in theirs]
    Label.objects.filter(pk__in=gone).delete()
    if changed or gone:
        record("labels.changed", mailbox_id=mailbox.pk)


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
