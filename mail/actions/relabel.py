"""A mail's labels changed here at once and in Gmail soon: what the verbs on Gmail's side share.

Star, unread, spam and trash are labels to Gmail. The row here says so in the same transaction that
hands the command in, with the event that tells the open pages.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from labels.actions.mirror import ensure_known
from mail import editlock, journal
from mail.access import ensure
from mail.actions import release
from mail.actions.errors import BeingSent, NotForThisMail
from mail.mime.addresses import normalise_address
from mail.models import Folder, Message, MessageLabel, SetAside, Status, SyncState
from mail.sync.account import Account
from mail.sync.first_status import first_status, folder_of
from mailboxes.changes import ChangeKind, LabelPatch, hand_in
from permissions.models import User
from permissions.operations import Operation

# What happened to a mail while it was away stays so when it comes back.
_FLAGS = frozenset({"UNREAD", "STARRED", "TRASH", "SPAM", "SENT", "DRAFT", "CHAT"})


def held_for(
    message: Message, user: User, operation: Operation, *folders: Folder
) -> editlock.Lock | None:
    """First thing in a one-step verb: permitted, nobody else's, and of one of these folders.

    Returns the user's own lock, if there is one.

    Raises:
        editlock.LockHeld: somebody else works on it.
        NotForThisMail: it stands elsewhere.
    """
    ensure(user, message, operation)
    own = editlock.refuse_if_held(message, user)
    message.refresh_from_db(fields=["folder", "status"])
    if message.folder not in folders:
        raise NotForThisMail
    return own


def relabel(
    message: Message,
    user: User,
    told: str,
    patch: LabelPatch,
    *,
    kind: ChangeKind = ChangeKind.MODIFY,
    fields: dict[str, Any] | None = None,
    **data: Any,
) -> bool:
    """Lay the patch on the mail, tell of it as `told`, hand it in; False when it is so already.

    Within the verb's transaction. `fields` are written to the row as well, `data` to the event.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("a row and its change are written together")
    row = Message.objects.select_for_update(no_key=True).get(pk=message.pk)
    present = labels_of(row)
    after = patch.over(present)
    if after == present:
        return False
    _write_labels(row, after)
    values: dict[str, Any] = {
        "is_unread": "UNREAD" in after,
        "is_starred": "STARRED" in after,
        **(fields or {}),
    }
    if {"TRASH", "SPAM"} & (after ^ present):
        values["folder"] = folder_of(after)
    journal.tell(
        told,
        message,
        actor=user,
        fields=values,
        unread=values["is_unread"],
        starred=values["is_starred"],
        folder=values.get("folder", row.folder),
        **data,
    )
    hand_in(row.mailbox, kind, row.gmail_id, patch, actor=user, about=row.pk)
    message.refresh_from_db(fields=["folder", "is_unread", "is_starred"])
    return True


def labels_of(message: Message) -> frozenset[str]:
    """Gmail's ids of the labels that the mail has here."""
    found = set(message.labels.values_list("gmail_id", flat=True))
    flags = {"UNREAD": message.is_unread, "STARRED": message.is_starred}
    return frozenset(found | {label for label, on in flags.items() if on})


def _write_labels(message: Message, after: frozenset[str]) -> None:
    written = dict(message.message_labels.values_list("label__gmail_id", "pk"))
    surplus = [pk for gmail_id, pk in written.items() if gmail_id not in after]
    MessageLabel.objects.filter(pk__in=surplus).delete()
    missing, _ = ensure_known(message.mailbox, set(after - written.keys()))
    MessageLabel.objects.bulk_create(
        MessageLabel(message=message, label=label, internal_date=message.internal_date)
        for label in missing.values()
    )


def put_aside(
    message: Message,
    user: User,
    own: editlock.Lock | None,
    folder: Folder,
    told: str,
    patch: LabelPatch,
    *,
    kind: ChangeKind = ChangeKind.MODIFY,
) -> None:
    """Into trash or spam: its labels are remembered, and one's own lock is over.

    The status stays in the row, unseen while the mail is away.

    Raises:
        BeingSent: an answer to it is on its way.
    """
    outgoing = release.in_hand(message)
    if outgoing is not None:
        raise BeingSent(outgoing)
    if own is not None:
        editlock.release(message, user, own.token)
    before = labels_of(Message.objects.get(pk=message.pk))
    if relabel(message, user, told, patch, kind=kind):
        SetAside.objects.update_or_create(
            message=message, folder=folder, defaults={"label_ids": sorted(before)}
        )


def bring_back(
    message: Message,
    user: User,
    folder: Folder,
    told: str,
    *,
    kind: ChangeKind = ChangeKind.MODIFY,
) -> None:
    """Out of trash or spam with the labels it had; what Gmail itself put there goes to the inbox.

    A status that it had comes back with it; one that never had any begins with its first (M34).
    """
    away = {Folder.TRASH: "TRASH", Folder.SPAM: "SPAM"}[folder]
    present = labels_of(Message.objects.get(pk=message.pk))
    remembered = SetAside.objects.filter(message=message, folder=folder).first()
    if remembered is not None:
        wanted = set(remembered.label_ids)
    else:
        wanted = set() if {"SENT", "DRAFT"} & present else {"INBOX"}
    known = message.mailbox.labels.filter(gmail_id__in=wanted - _FLAGS)
    add = set(known.values_list("gmail_id", flat=True)) | (wanted & {"INBOX"})
    if folder == Folder.TRASH and remembered is not None and "SPAM" in wanted:
        add = (add | {"SPAM"}) - {"INBOX"}
    patch = LabelPatch.of(add=add - present, remove=[away])
    fields: dict[str, Any] = {}
    if message.status is None:
        fields["status"] = _first_status(message, patch.over(present))
    if relabel(message, user, told, patch, kind=kind, fields=fields):
        SetAside.objects.filter(message=message, folder=folder).delete()


def _first_status(message: Message, labels: frozenset[str]) -> Status | None:
    state = SyncState.objects.filter(mailbox=message.mailbox).first()
    if state is None:
        return None
    account = Account.of(message.mailbox, state)
    return first_status(
        folder_of(labels),
        labels,
        from_ourselves=normalise_address(message.from_address) in account.own_addresses,
        date=message.internal_date,
        open_since=account.open_since,
    )
