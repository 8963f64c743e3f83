"""How often Gmail is asked for news: often where somebody looks, seldom where nobody does.

A question costs two units; a mailbox that somebody watches is asked every `POLL_SECONDS`, any other
every quarter of a minute. One in trouble is asked ever less often, so that a Gmail that hangs does
not keep the workers from the others.
"""

from __future__ import annotations

from collections.abc import Iterable

import redis
from django.conf import settings
from django.utils import timezone

from callcenter.redis import connection
from mail.models import Reconciliation, SyncPhase, SyncState
from mailboxes.models import Mailbox

UNWATCHED_SECONDS = 15.0
TROUBLED_SECONDS = 60.0
# A page that is open says so at least this often (its stream comes back, or it polls).
WATCHED_SECONDS = 45


def watch(mailbox_ids: Iterable[int]) -> None:
    """Somebody has these mailboxes' mail before them now.

    Raises:
        redis.RedisError: the broker does not answer; the mailboxes are asked less often.
    """
    ids = list(mailbox_ids)
    with connection().pipeline(transaction=False) as pipe:
        for mailbox_id in ids:
            pipe.set(f"sync:watched:{mailbox_id}", 1, ex=WATCHED_SECONDS, get=True)
        before = pipe.execute()
    # Nobody looked until now: the long pause that was right for that ends here.
    if unwatched := [one for one, was in zip(ids, before, strict=True) if not was]:
        connection().delete(*(f"sync:asked:{one}" for one in unwatched))


def due() -> list[int]:
    """The mailboxes to be asked now; each is due again after its own time."""
    broker = connection()
    found = []
    busy = _busy()
    for mailbox in Mailbox.objects.working():
        watched = mailbox.pk in busy or _is_watched(broker, mailbox.pk)
        seconds = interval(mailbox, watched=watched)
        # A little less than a whole number of beats: one must not fall just short of it.
        milliseconds = max(100, int(seconds * 1000) - 300)
        if broker.set(f"sync:asked:{mailbox.pk}", 1, nx=True, px=milliseconds):
            found.append(mailbox.pk)
    return found


def interval(mailbox: Mailbox, *, watched: bool) -> float:
    """Seconds between two questions. The longer a trouble lasts, the longer."""
    usual: float = settings.POLL_SECONDS
    if mailbox.trouble and mailbox.trouble_since:
        age = (timezone.now() - mailbox.trouble_since).total_seconds()
        return float(min(TROUBLED_SECONDS, max(usual, age / 4)))
    return usual if watched else max(usual, UNWATCHED_SECONDS)


def _busy() -> set[int]:
    """Mailboxes that are being read in or compared: a worker that died there is soon replaced."""
    at_work = SyncState.objects.exclude(phase=SyncPhase.FOLLOWING).values_list("mailbox", flat=True)
    compared = Reconciliation.objects.filter(finished_at=None).values_list("mailbox", flat=True)
    return {*at_work, *compared}


def _is_watched(broker: redis.Redis, mailbox_id: int) -> bool:
    return bool(broker.exists(f"sync:watched:{mailbox_id}"))
