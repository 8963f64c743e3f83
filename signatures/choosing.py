"""Which signature a mail begins with, and which others can be chosen.

The nearest default counts: a person's own before everybody's, and of each the sender's address
before its mailbox before all mailboxes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Q

from callcenter.addresses import normalise_address
from mailboxes.models import Mailbox
from permissions.models import User
from permissions.operations import Operation
from signatures.models import Signature, SignatureDefault


@dataclass(frozen=True, slots=True)
class Place:
    """Where one writes: a mailbox, and there from an address. No mailbox: everywhere."""

    mailbox_id: int | None
    address: str = ""

    @property
    def key(self) -> str:
        """As forms post it: `all`, `3`, `3:info@shop.example`."""
        if self.mailbox_id is None:
            return "all"
        return f"{self.mailbox_id}:{self.address}" if self.address else str(self.mailbox_id)


def places(mailboxes: Iterable[Mailbox]) -> list[tuple[Place, Mailbox]]:
    """The mailboxes, each followed by the other verified addresses that it writes from.

    What is the default in a mailbox holds for its own address and for those without one.
    """
    found = []
    for mailbox in mailboxes:
        found.append((Place(mailbox.pk), mailbox))
        own = normalise_address(mailbox.address)
        verified = {
            normalise_address(each.address) for each in mailbox.send_as.all() if each.verified
        }
        found.extend((Place(mailbox.pk, address), mailbox) for address in sorted(verified - {own}))
    return found


def defaults_for(
    user: User, mailbox: Mailbox, addresses: Collection[str]
) -> dict[str, Signature | None]:
    """The signature that a mail from each of these addresses begins with; None for none."""
    rows = list(
        SignatureDefault.objects.filter(Q(user=user) | Q(user=None))
        .filter(Q(mailbox=mailbox) | Q(mailbox=None))
        .select_related("signature")
    )
    # Also without the right to see the drawer: what everybody's mails end with is no secret.
    return {address: _nearest(rows, normalise_address(address)) for address in addresses}


def _nearest(rows: list[SignatureDefault], address: str) -> Signature | None:
    fitting = [row for row in rows if row.address in ("", address)]
    if not fitting:
        return None
    nearest = max(
        fitting, key=lambda row: (row.user_id is not None, bool(row.address), bool(row.mailbox_id))
    )
    return nearest.signature


def offered(user: User) -> list[Signature]:
    """What this person can choose from while writing, by name; nothing without the right."""
    if not user.may(Operation.SIGNATURES_VIEW):
        return []
    return list(Signature.objects.order_by("name_key", "pk"))
