"""Where a signature stands by itself: one's own places, and everybody's."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import transaction

from permissions.access import require
from permissions.models import User
from permissions.operations import Operation
from signatures.actions.edit import tell
from signatures.choosing import Place
from signatures.models import Signature, SignatureDefault


@transaction.atomic
def set_own(
    signature: Signature, wanted: Collection[Place], *, among: Collection[Place], by: User
) -> None:
    """Make it one's own default in the `wanted` of the places that were offered (`among`)."""
    require(by, Operation.SIGNATURES_VIEW)
    if _set(signature, wanted, among, user=by):
        tell("signature.own_default", signature, by, places=sorted(each.key for each in wanted))


@transaction.atomic
def set_shared(
    signature: Signature, wanted: Collection[Place], *, among: Collection[Place], by: User
) -> None:
    """Make it everybody's default in the `wanted` of the places that were offered (`among`)."""
    require(by, Operation.SIGNATURES_CHANGE)
    if _set(signature, wanted, among, user=None):
        tell("signature.default", signature, by, places=sorted(each.key for each in wanted))


def _set(
    signature: Signature, wanted: Collection[Place], among: Collection[Place], *, user: User | None
) -> bool:
    """Whether anything had to be changed. Places that were not offered stay as they are."""
    Signature.objects.select_for_update(no_key=True).get(pk=signature.pk)
    changed = False
    for place in among:
        here: dict[str, Any] = {
            "user": user,
            "mailbox_id": place.mailbox_id,
            "address": place.address,
        }
        row = SignatureDefault.objects.filter(**here)
        if place in wanted:
            if row.filter(signature=signature).exists():
                continue
            SignatureDefault.objects.update_or_create(**here, defaults={"signature": signature})
            changed = True
        else:
            changed = bool(row.filter(signature=signature).delete()[0]) or changed
    return changed
