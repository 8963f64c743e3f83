"""The installation's OAuth client."""

from __future__ import annotations

from django.db import transaction

from activity.events import record
from mailboxes.models import OAuthClient
from mailboxes.secrets import Secret
from permissions.access import require
from permissions.models import User
from permissions.operations import Operation


@transaction.atomic
def save_client(*, by: User, client_id: str, client_secret: str) -> OAuthClient:
    """Store client ID and secret; an empty secret keeps the one that is stored."""
    require(by, Operation.ADMIN_MAILBOXES)
    client = OAuthClient.objects.select_for_update().first() or OAuthClient()
    client.client_id = client_id
    if client_secret:
        client.client_secret = Secret.of(client_secret)
    client.save()
    record("oauth_client.saved", actor=by)
    return client
