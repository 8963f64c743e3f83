"""Text that comes after the lock is over: kept for who typed it (M26b), and for nobody else."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.http import Http404

from mail.actions.drafts import autosave
from mail.actions.errors import Declined, DraftConflict
from mail.actions.fields import DraftFields
from mail.editlock import LockRefusal
from mail.models import Draft, DraftState
from permissions.access import OperationDenied
from permissions.models import User


def keep_typed(
    draft: Draft, user: User, *, token: int, version: int, page: str, fields: DraftFields
) -> tuple[Draft, Exception | None]:
    """Autosave; what may not go into the draft any more is parked, and why is returned with it.

    `page` names the open composer: each has a parked copy of its own, so that two tabs never
    overwrite one another. Who is not (and never was) the draft's author keeps nothing here.

    Raises:
        DraftConflict: another tab saved meanwhile; the person chooses.
        What autosave raises, where there is nothing of the user's to keep.
    """
    try:
        return autosave(draft, user, token=token, version=version, fields=fields), None
    except DraftConflict:
        raise
    except (LockRefusal, Declined, OperationDenied, Http404) as refused:
        if not page or not is_author(draft, user):
            raise
        return _park(draft, user, page, fields), refused


def is_author(draft: Draft, user: User) -> bool:
    """Whether the user wrote it, or had before somebody took it over."""
    wrote = Q(pk=draft.pk) | Q(parked_from=draft.pk)
    return Draft.objects.filter(wrote, author=user).exists()


@transaction.atomic
def _park(draft: Draft, user: User, page: str, fields: DraftFields) -> Draft:
    stored = Draft.objects.select_for_update(no_key=True).get(pk=draft.pk)
    copies = Draft.objects.filter(parked_from=stored, author=user, parked_page=page)
    copy = copies.first()
    if copy is None:
        if stored.author_id == user.pk and fields.same_as(stored):
            return stored  # nothing was typed that is not kept there already
        copy = Draft.objects.create(
            mailbox_id=stored.mailbox_id,
            kind=stored.kind,
            state=DraftState.PARKED,
            answers_id=stored.answers_id,
            author=user,
            parked_from=stored,
            parked_page=page,
            **DraftFields.of(stored).values(),
        )
    copies.filter(pk=copy.pk).update(**fields.within(copy).values(), updated_at=Now())
    copy.refresh_from_db()
    return copy
