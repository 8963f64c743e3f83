"""添付ファイル: a file that an agent brings (M19d)."""

from __future__ import annotations

from collections.abc import Collection

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from mail.access import ensure, writing
from mail.actions.drafts import own_live
from mail.models import Draft, DraftFile
from mail.outbox.freeze import LARGEST, MOST_FILES, encoded
from permissions.models import User

_LONGEST_NAME = 200


class FileRefused(Exception):
    """A file that cannot be attached; nothing that was written or attached before is touched."""

    status = 422

    def __init__(self, code: str, name: str) -> None:
        super().__init__(code)
        self.code, self.name = code, name

    def explain(self) -> str:
        words = {
            "too_many": _("“%(name)s” was not attached: at most %(most)s files can be."),
            "too_large": _("“%(name)s” was not attached: Gmail's limit for a mail is 25 MB."),
            "empty": _("“%(name)s” was not attached: the file is empty."),
        }
        return words[self.code] % {"name": self.name, "most": MOST_FILES}


def attach(
    draft: Draft, user: User, *, token: int, upload: UploadedFile[bytes], beside: Collection[int]
) -> DraftFile:
    """Keep a file with the draft. It goes out once it stands in the draft's own list, which the
    page saves with the text; so no text waits for a file.

    Args:
        beside: the files that the page shows already.

    Raises:
        FileRefused: a sixth, an empty one, or too much for a mail.
        DraftClosed, OthersDraft, BeingSent, editlock.LockLost.
    """
    ensure(user, draft, writing(draft.kind))
    name = _name(upload)
    with transaction.atomic():
        own_live(draft, user, token)
        others = DraftFile.objects.filter(draft=draft, pk__in=beside)
        if len(others) >= MOST_FILES:
            raise FileRefused("too_many", name)
        if not upload.size:
            raise FileRefused("empty", name)
        if encoded(upload.size) + sum(encoded(each.size) for each in others) > LARGEST:
            raise FileRefused("too_large", name)
    # Outside of the transaction: a large file takes its time, and nobody shall wait for it.
    row = DraftFile(
        draft=draft,
        filename=name,
        content_type=(upload.content_type or "application/octet-stream")[:255],
        size=upload.size,
    )
    row.file.save(name, upload, save=False)
    row.save(force_insert=True)
    return row


def _name(upload: UploadedFile[bytes]) -> str:
    """The name without what no file name holds; its ending is kept when it is too long."""
    name = "".join(sign for sign in upload.name or "" if sign.isprintable()).strip() or "file"
    stem, dot, ending = name.rpartition(".")
    if len(name) <= _LONGEST_NAME or not dot or len(ending) > 20:
        return name[:_LONGEST_NAME]
    return stem[: _LONGEST_NAME - len(ending) - 1] + dot + ending
