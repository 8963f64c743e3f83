"""The built-in roles, made once and left alone afterwards (an installation may change its rows)."""

from __future__ import annotations

from django.db import transaction
from django.utils import translation

from permissions.models import Role, RoleGrant
from permissions.operations import BUILT_IN_ROLES


@transaction.atomic
def ensure_built_in_roles() -> dict[str, Role]:
    """The three built-in roles by key; missing ones are made with their operations."""
    roles = {}
    for key, (name, operations) in BUILT_IN_ROLES.items():
        with translation.override("ja"):
            role, made = Role.objects.get_or_create(key=key, defaults={"name": str(name)})
        if made:
            RoleGrant.objects.bulk_create(
                RoleGrant(role=role, operation=operation.value) for operation in sorted(operations)
            )
        roles[key] = role
    return roles
