"""Changes -> Gmail: who has them in hand, what is asked for, and what comes of it."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from callcenter.gmail.client import GmailClient
from callcenter.gmail.errors import (
    AuthRevoked,
    GmailError,
    NotFound,
    QuotaExceeded,
    Unavailable,
)
from callcenter.gmail.quota import Budget
from mailboxes.actions.keep import note_refused, note_trouble
from mailboxes.changes import timing
from mailboxes.changes.asking import arguments, ask
from mailboxes.changes.patch import LabelPatch
from mailboxes.gmail import client_for
from mailboxes.models import Change, ChangeKind, ChangeState, Mailbox, MailboxState
from mailboxes.secrets import SecretUnreadable

log = logging.getLogger(__name__)
# What one batchModify takes.
_TOGETHER = 1000
_SINGLY = 20
_TURN_SECONDS = 20.0
GONE = "gone"


class ClaimLost(Exception):
    """Another worker has taken these over; stop without a trace."""


@dataclass(slots=True)
class Claim:
    """Like changes of different mails, for this worker alone until `until`."""

    rows: list[Change]
    until: datetime

    def held(self) -> QuerySet[Change]:
        return Change.objects.filter(
            pk__in=[row.pk for row in self.rows],
            state=ChangeState.RUNNING,
            claimed_until=self.until,
        )

    def renew(self) -> None:
        """Raises ClaimLost."""
        with transaction.atomic():
            if self.held().update(claimed_until=Now() + timing.CLAIM) != len(self.rows):
                raise ClaimLost
            self.until = _stamp(self.rows)


def _stamp(rows: Sequence[Change]) -> datetime:
    until = Change.objects.values_list("claimed_until", flat=True).get(pk=rows[0].pk)
    if until is None:
        raise ClaimLost
    return until


def _free() -> QuerySet[Change]:
    """Open changes that nobody has in hand and whose time has come.

    Those of a paused or disconnected mailbox, or of one that must be connected anew, wait.
    """
    return Change.objects.filter(
        Q(claimed_until=None) | Q(claimed_until__lte=Now()),
        state__in=Change.OPEN_STATES,
        not_before__lte=Now(),
        mailbox__state=MailboxState.CONNECTED,
    )


def due() -> QuerySet[Change]:
    """Changes that may be taken in hand now: free, and none before them is open.

    Names are unique in a mailbox: what is done to its labels goes in one order for all of them.
    """
    earlier = Change.objects.filter(
        mailbox=OuterRef("mailbox"), pk__lt=OuterRef("pk"), state__in=Change.OPEN_STATES
    )
    of_labels = Q(kind__in=Change.LABEL_KINDS)
    return _free().filter(
        ~Exists(earlier.filter(target=OuterRef("target"))),
        ~of_labels | ~Exists(earlier.filter(of_labels)),
    )


def mailboxes_with_due() -> list[int]:
    """Where workers are to look; one that has to wait for an earlier change looks in vain."""
    return list(_free().order_by("mailbox").values_list("mailbox", flat=True).distinct())


def claim(mailbox_id: int) -> Claim | None:
    """The oldest due change of the mailbox, and with it those that ask for the same."""
    oldest = due().filter(mailbox=mailbox_id).order_by("pk").first()
    if oldest is None:
        return None
    limit = _TOGETHER if oldest.kind == ChangeKind.MODIFY else _SINGLY
    if oldest.kind in Change.LABEL_KINDS:
        limit = 1
    with transaction.atomic():
        rows = list(
            due()
            .filter(mailbox=mailbox_id, kind=oldest.kind, payload=oldest.payload)
            .order_by("pk")
            .select_for_update(no_key=True, skip_locked=True, of=("self",))[:limit]
        )
        if not rows:
            return None  # another worker was quicker
        Change.objects.filter(pk__in=[row.pk for row in rows]).update(
            state=ChangeState.RUNNING, claimed_until=Now() + timing.CLAIM
        )
        return Claim(rows, _stamp(rows))


def carry_out(mailbox_id: int, *, seconds: float = _TURN_SECONDS) -> bool:
    """Carry out what is due; True when more is waiting after so much time.

    Safe to call at any time, any number of times, by several workers at once.
    """
    deadline = time.monotonic() + seconds
    mailbox = Mailbox.objects.working().filter(pk=mailbox_id).first()
    if mailbox is None:
        return False
    while claimed := claim(mailbox_id):
        # What did not answer the last time gets one short chance, and no worker for long.
        failed_before = bool(mailbox.trouble) or any(row.attempts for row in claimed.rows)
        try:
            client = client_for(mailbox, priority="agent", cautious=failed_before)
            _carry_out(client, claimed)
        except ClaimLost:
            log.info("Changes of mailbox %d were taken over by another worker", mailbox_id)
        except SecretUnreadable:
            note_trouble(mailbox, "unreadable_token")
            _put_back(claimed, "unreadable_token")
            return False
        except AuthRevoked as error:
            note_refused(mailbox, error.reason)
            _put_back(claimed, error.reason)
            return False
        except (QuotaExceeded, Unavailable) as error:
            log.info("Changes of mailbox %d wait: %s", mailbox_id, error)
            _put_off(claimed, error)
            return False
        if time.monotonic() > deadline:
            return True
    return False


def _carry_out(client: GmailClient, claimed: Claim) -> None:
    """All of a claim; what is done or refused leaves it, so that a failure is of the rest.

    Raises:
        AuthRevoked, QuotaExceeded, Unavailable: to be tried again, which does no harm.
        ClaimLost
    """
    if _together_is_cheaper(claimed.rows):
        patch = LabelPatch.from_payload(claimed.rows[0].payload)
        claimed.renew()
        try:
            client.batch_modify([row.target for row in claimed.rows], **arguments(patch))
        except (AuthRevoked, QuotaExceeded, Unavailable):
            raise
        except GmailError as error:
            # One of them may have spoiled it for all: each by itself.
            log.info("batchModify of %d mails was refused: %s", len(claimed.rows), error)
        else:
            _done(claimed)
            return
    for row in list(claimed.rows):
        claimed.renew()
        alone = Claim([row], claimed.until)
        try:
            ask(client, row)
        except (AuthRevoked, QuotaExceeded, Unavailable):
            raise
        except NotFound:
            _refused(alone, GONE, "")
        except GmailError as error:
            log.warning("Change %d was refused for good: %s", row.pk, error)
            _refused(alone, error.reason, error.message)
        else:
            _done(alone)
        claimed.rows.remove(row)


def _together_is_cheaper(rows: Sequence[Change]) -> bool:
    if rows[0].kind != ChangeKind.MODIFY:
        return False
    budget = Budget(settings.GOOGLE.units_per_minute, settings.GOOGLE.costs)
    return budget.cost("messages.batchModify") < budget.cost("messages.modify", len(rows))


def _done(claimed: Claim) -> None:
    with transaction.atomic():
        ours = list(claimed.held().order_by("pk").select_for_update(no_key=True))
        Change.objects.filter(pk__in=[row.pk for row in ours]).update(
            state=ChangeState.DONE, done_at=Now(), claimed_until=None, reason="", detail=""
        )
        kept = {row.pk for row in ours}
        for row in claimed.rows:
            if row.pk not in kept:
                _say_again(row)


def _say_again(row: Change) -> None:
    """We slept through our claim and still gave the command: later ones may have gone before it."""
    log.warning("Change %d was carried out after its claim had ended", row.pk)
    later = Change.objects.filter(
        mailbox=row.mailbox_id, target=row.target, pk__gt=row.pk, state=ChangeState.DONE
    )
    later.update(state=ChangeState.QUEUED, done_at=None, not_before=Now())


def _refused(claimed: Claim, reason: str, detail: str) -> None:
    claimed.held().update(
        state=ChangeState.REFUSED,
        claimed_until=None,
        reason=reason[:40],
        detail=detail[:2000],
        attention=True,
    )


def _put_back(claimed: Claim, reason: str) -> None:
    """Until the account works again; nobody's attempt."""
    claimed.held().update(state=ChangeState.QUEUED, claimed_until=None, reason=reason[:40])


def _put_off(claimed: Claim, error: QuotaExceeded | Unavailable) -> None:
    attempts = min(claimed.rows[0].attempts + 1, 1000)
    claimed.held().update(
        state=ChangeState.QUEUED,
        claimed_until=None,
        attempts=attempts,
        not_before=Now() + timing.backoff(attempts, error.retry_after),
        reason=error.reason[:40],
        detail=error.message[:2000],
    )


def sweep() -> int:
    """Forget what nobody needs any more; returns how many."""
    over = Q(state=ChangeState.DONE, done_at__lt=Now() - timing.KEEP_DONE) | Q(
        state=ChangeState.REFUSED, created_at__lt=Now() - timing.KEEP_REFUSED
    )
    deleted, _ = Change.objects.filter(over, attention=False).delete()
    return deleted
