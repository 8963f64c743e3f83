"""M34: the handling status that a mail begins with. Pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from mail.models import Folder, Status


def folder_of(label_ids: Collection[str]) -> Folder:
    """Where Gmail's labels put a mail. Trash and spam win: a trashed sent mail is trash."""
    if "TRASH" in label_ids:
        return Folder.TRASH
    if "SPAM" in label_ids:
        return Folder.SPAM
    if "DRAFT" in label_ids:
        return Folder.DRAFT
    if "SENT" in label_ids:
        # Mail to ourselves bears both labels; it is ours all the same.
        return Folder.SENT
    return Folder.RECEIVED


def first_status(
    folder: Folder,
    label_ids: Collection[str],
    *,
    from_ourselves: bool,
    date: datetime,
    open_since: datetime,
) -> Status | None:
    """The status of a mail seen for the first time (or out of spam or trash for the first time).

    Args:
        from_ourselves: its sender is the account or one of its send-as addresses.
        open_since: inbox mail from then on is 未処理; what is older was handled before us.
    """
    if folder in {Folder.DRAFT, Folder.SPAM, Folder.TRASH}:
        return None
    if folder == Folder.SENT or from_ourselves or "INBOX" not in label_ids:
        return Status.DONE
    return Status.OPEN if date >= open_since else Status.DONE
