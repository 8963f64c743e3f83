"""Keeping searches: under a name, and the last ones that were typed.

What is shared is shared with the people of one mailbox: that, and changing what is shared, takes a
permission of its own. One's own searches are one's own.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models.functions import Now
from django.http import Http404
from django.utils import timezone

from activity.events import record
from callcenter.drawers import hold
from mail.models import RecentSearch, SavedSearch
from mailboxes.models import Mailbox
from permissions.access import require
from permissions.models import User
from permissions.operations import Operation

_REMEMBERED = 20
_LONGEST = 300


@transaction.atomic
def save_search(
    user: User, *, name: str, query: str, shared_with: Mailbox | None = None
) -> SavedSearch:
    """Keep a query under a name."""
    _ensure_sharing(user, shared_with)
    search = SavedSearch.objects.create(
        owner=user, updated_by=user, name=name, query=query, shared_with=shared_with
    )
    _tell("search.saved", search, user)
    return search


@transaction.atomic
def change_search(
    user: User, pk: int, *, version: int, name: str, query: str, shared_with: Mailbox | None
) -> SavedSearch:
    """Write what was typed, when nobody saved in between.

    Raises:
        EditedMeanwhile: somebody did. DoesNotExist: it is gone. OperationDenied: it is another's.
    """
    wanted = {"name": name, "query": query, "shared_with": shared_with}
    search = hold(SavedSearch.objects.visible_to(user), pk, version=version, wanted=wanted)
    ensure_changeable(user, search)
    if shared_with != search.shared_with:
        _ensure_sharing(user, shared_with)
    if any(getattr(search, field) != value for field, value in wanted.items()):
        search.name, search.query, search.shared_with = name, query, shared_with
        search.version += 1
        search.updated_by = user
        search.updated_at = Now()
        search.save()
        search.refresh_from_db()
        _tell("search.changed", search, user)
    return search


@transaction.atomic
def delete_search(user: User, pk: int, *, version: int) -> None:
    """Take a saved search away; what it finds stays where it is.

    Raises:
        EditedMeanwhile, DoesNotExist, OperationDenied: as `change_search`.
    """
    search = hold(SavedSearch.objects.visible_to(user), pk, version=version)
    ensure_changeable(user, search)
    _tell("search.deleted", search, user)
    search.delete()


@transaction.atomic
def remember(user: User, text: str) -> None:
    """What was searched for, for the list below the empty box; the oldest go."""
    text = text.strip()
    if not text or len(text) > _LONGEST:
        return
    RecentSearch.objects.update_or_create(
        user=user, text=text, defaults={"used_at": timezone.now()}
    )
    kept = RecentSearch.objects.filter(user=user).order_by("-used_at", "-pk")
    RecentSearch.objects.filter(
        user=user, pk__in=list(kept.values_list("pk", flat=True)[_REMEMBERED:])
    ).delete()


@transaction.atomic
def forget(user: User) -> None:
    """Nothing of what was typed is remembered any longer."""
    RecentSearch.objects.filter(user=user).delete()


def may_change(user: User, search: SavedSearch) -> bool:
    """One's own; of the shared ones all, with the permission to share."""
    return search.owner_id == user.pk or user.may(Operation.MAIL_SHARE_SEARCH)


def ensure_changeable(user: User, search: SavedSearch) -> None:
    if not may_change(user, search):
        require(user, Operation.MAIL_SHARE_SEARCH)


def _ensure_sharing(user: User, mailbox: Mailbox | None) -> None:
    require(user, Operation.MAIL_VIEW)
    if mailbox is None:
        return
    require(user, Operation.MAIL_SHARE_SEARCH)
    if mailbox.pk not in user.mailbox_ids:
        raise Http404


def _tell(kind: str, search: SavedSearch, user: User) -> None:
    record(
        kind,
        actor=user,
        thing=("search", search.pk),
        # A shared one stands in every open navigation; one's own concerns nobody else.
        mailbox_id=search.shared_with_id,
        silent=search.shared_with_id is None,
    )
