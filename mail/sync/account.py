"""What applying needs to know of a mailbox, read once a turn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from labels.actions.mirror import ensure_known
from labels.models import Label
from mail.mime.addresses import normalise_address
from mail.models import SyncState
from mailboxes.models import Mailbox


@dataclass(slots=True)
class Account:
    """One mailbox at work. `met_strangers`: a label that our list of labels did not have yet."""

    mailbox: Mailbox
    own_addresses: frozenset[str]
    connected_at: datetime
    open_since: datetime
    met_strangers: bool = False
    _labels: dict[str, Label] = field(default_factory=dict)

    @classmethod
    def of(cls, mailbox: Mailbox, state: SyncState) -> Account:
        own = {mailbox.address, *mailbox.send_as.values_list("address", flat=True)}
        return cls(
            mailbox=mailbox,
            own_addresses=frozenset(normalise_address(address) for address in own),
            connected_at=state.mail_before,
            open_since=state.mail_before - timedelta(days=mailbox.open_days),
        )

    def labels(self, gmail_ids: Iterable[str]) -> dict[str, Label]:
        """Our rows for Gmail's label ids; one that is new to us is made at once.

        A label that is deleted while the turn lasts leaves its row in here: storing a mail with it
        then fails on the foreign key, and `forget_labels` mends that.
        """
        wanted = set(gmail_ids)
        if unknown := wanted - self._labels.keys():
            found, strangers = ensure_known(self.mailbox, unknown)
            self._labels.update(found)
            self.met_strangers |= strangers
        return {gmail_id: self._labels[gmail_id] for gmail_id in wanted}

    def forget_labels(self) -> None:
        """The labels were read anew, or something about them was wrong."""
        self._labels.clear()
        self.met_strangers = False
