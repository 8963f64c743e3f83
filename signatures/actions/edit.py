"""登録, 変更, 削除."""

from __future__ import annotations

from typing import Any, TypedDict

from django.db import transaction
from django.db.models.functions import Now

from activity.events import record
from callcenter.drawers import hold
from permissions.access import require
from permissions.models import User
from permissions.operations import Operation
from signatures.models import Signature

THING = "signature"


class SignatureFields(TypedDict):
    """All that a person writes into a signature."""

    name: str
    text: str
    html: str


@transaction.atomic
def add(fields: SignatureFields, *, by: User) -> Signature:
    """A new signature."""
    require(by, Operation.SIGNATURES_ADD)
    signature = Signature.objects.create(**fields, updated_by=by)
    tell("signature.added", signature, by)
    return signature


@transaction.atomic
def change(signature: Signature, fields: SignatureFields, *, version: int, by: User) -> Signature:
    """Write all fields over those of `version`.

    Raises:
        drawers.EditedMeanwhile: somebody saved since then. Signature.DoesNotExist: it is gone.
    """
    require(by, Operation.SIGNATURES_CHANGE)
    stored = hold(Signature.objects.all(), signature.pk, version=version, wanted=fields)
    changed = [name for name, value in fields.items() if getattr(stored, name) != value]
    if not changed:
        return stored
    for name in changed:
        setattr(stored, name, fields[name])  # type: ignore[literal-required]
    stored.version += 1
    stored.updated_by = by
    stored.save()
    Signature.objects.filter(pk=stored.pk).update(updated_at=Now())
    stored.refresh_from_db()
    tell("signature.changed", stored, by, fields=changed)
    return stored


@transaction.atomic
def delete(signature: Signature, *, version: int, by: User) -> None:
    """Away for good; where it was the default there is none then. Mails stay as they are.

    Raises:
        drawers.EditedMeanwhile: somebody saved since `version`. Signature.DoesNotExist.
    """
    require(by, Operation.SIGNATURES_DELETE)
    stored = hold(Signature.objects.all(), signature.pk, version=version)
    tell("signature.deleted", stored, by)
    stored.delete()


def tell(kind: str, signature: Signature, by: User, **data: Any) -> None:
    record(kind, actor=by, thing=(THING, signature.pk), silent=True, name=signature.name, **data)
