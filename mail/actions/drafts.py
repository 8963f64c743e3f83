"""Keeping what is typed: 自動保存, 下書き保存, 削除 and キャンセル."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from mail import editlock, journal
from mail.access import ensure, writing
from mail.actions.errors import BeingSent, DraftClosed, DraftConflict, OthersDraft
from mail.actions.fields import DraftFields
from mail.models import Draft, DraftState, LockMode, Outgoing
from permissions.models import User
from permissions.operations import Operation


def own_live(draft: Draft, user: User, token: int) -> tuple[Draft, editlock.Lock]:
    """The draft as it stands, held until the commit with the user's lock: ready to be changed.

    Raises:
        LockLost: the user's lock is over.
        DraftClosed, OthersDraft, BeingSent: there is nothing to change.
    """
    lock = editlock.check(draft, user, token)
    stored = (
        Draft.objects.select_for_update(no_key=True, of=("self",))
        .select_related("author", "mailbox", "answers__conversation")
        .get(pk=draft.pk)
    )
    if stored.state != DraftState.LIVE:
        raise DraftClosed(stored)
    if stored.author_id != user.pk:
        raise OthersDraft(stored)
    outgoing = stored.outgoing.exclude(state__in=Outgoing.UNSENT).first()
    if outgoing is not None:
        raise BeingSent(outgoing)
    return stored, lock


def write(stored: Draft, version: int, fields: DraftFields) -> None:
    """Put the fields into a held draft.

    A repeated request (its answer got lost) finds its own text and is content.

    Raises:
        DraftConflict: the draft has moved on since the page's `version`, with another text.
    """
    fields = fields.within(stored)
    if fields.same_as(stored):
        return
    if stored.version != version:
        raise DraftConflict(stored, fields)
    Draft.objects.filter(pk=stored.pk).update(
        **fields.values(), version=F("version") + 1, updated_at=Now()
    )
    stored.refresh_from_db(fields=[*fields.values(), "version", "updated_at"])


@transaction.atomic
def autosave(draft: Draft, user: User, *, token: int, version: int, fields: DraftFields) -> Draft:
    """Keep what was typed, here and not in Gmail; returns the draft with its next version.

    Tells nobody: it happens every few seconds. Whoever types is not away: the lock lives by its
    heartbeat again.

    Raises:
        DraftConflict, DraftClosed, OthersDraft, BeingSent, editlock.LockLost.
    """
    ensure(user, draft, writing(draft.kind))
    stored, lock = own_live(draft, user, token)
    write(stored, version, fields)
    if lock.mode != LockMode.ACTIVE:
        editlock.rest(stored, user, token, LockMode.ACTIVE)
    return stored


@transaction.atomic
def save(draft: Draft, user: User, *, token: int, version: int, fields: DraftFields) -> Draft:
    """下書き保存: what stands now is what キャンセル goes back to, and Gmail gets it (M20b).

    Raises:
        As `autosave`.
    """
    stored = autosave(draft, user, token=token, version=version, fields=fields)
    Draft.objects.filter(pk=stored.pk).update(
        saved=DraftFields.of(stored).values(),
        saved_at=Now(),
        saved_version=stored.version,
        not_before=Now(),
        attempts=0,
        trouble="",
    )
    stored.refresh_from_db()
    journal.tell_of("draft.saved", stored, actor=user)
    return stored


@transaction.atomic
def discard(draft: Draft, user: User, *, token: int) -> None:
    """削除: away for good, in Gmail too, and the lock with it (M20c). One's parked copy just goes.

    Raises:
        DraftClosed, OthersDraft, BeingSent, editlock.LockLost.
    """
    if draft.state == DraftState.PARKED and draft.author_id == user.pk:
        _close(draft)
        return
    ensure(user, draft, Operation.MAIL_DELETE_DRAFT)
    stored, _ = own_live(draft, user, token)
    _close(stored)
    journal.tell_of("draft.discarded", stored, actor=user)
    editlock.release(stored, user, token)


@transaction.atomic
def cancel(draft: Draft, user: User, *, token: int) -> Draft:
    """キャンセル: give up what was typed since 下書き保存, or all of it, and the lock (M20d).

    Raises:
        DraftClosed, OthersDraft, BeingSent, editlock.LockLost.
    """
    ensure(user, draft, writing(draft.kind))
    stored, _ = own_live(draft, user, token)
    if stored.saved is None:
        _close(stored)
        journal.tell_of("draft.discarded", stored, actor=user)
    else:
        write(stored, stored.version, DraftFields.from_saved(stored.saved))
        # Gmail has just this text: it need not be told.
        up_to_date = stored.gmail_version == stored.saved_version
        Draft.objects.filter(pk=stored.pk).update(
            saved_version=F("version"),
            gmail_version=F("version") if up_to_date else F("gmail_version"),
        )
        journal.tell_of("draft.cancelled", stored, actor=user)
    editlock.release(stored, user, token)
    stored.refresh_from_db()
    return stored


def _close(stored: Draft) -> None:
    Draft.objects.filter(pk=stored.pk).update(
        state=DraftState.DISCARDED, updated_at=Now(), not_before=Now(), attempts=0, trouble=""
    )
    stored.refresh_from_db()
