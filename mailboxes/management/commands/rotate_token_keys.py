"""`manage.py rotate_token_keys`: encrypt all stored secrets with the first of TOKEN_KEYS."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from mailboxes.models import Mailbox, OAuthClient
from mailboxes.secrets import Secret, SecretUnreadable, reseal


class Command(BaseCommand):
    help = __doc__

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        done = 0
        for model, fields in (
            (OAuthClient, ("client_secret",)),
            (Mailbox, ("refresh_token", "access_token")),
        ):
            for row in model.objects.select_for_update():
                for field in fields:
                    try:
                        setattr(row, field, Secret(reseal(getattr(row, field).sealed)))
                    except SecretUnreadable:
                        self.stderr.write(f"{row}: {field} cannot be read with any key; left as is")
                    else:
                        done += 1
                row.save(update_fields=fields)
        self.stdout.write(f"{done} secrets now stand under the first key.")
