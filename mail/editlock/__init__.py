"""The edit lock: one agent works on a mail, and nobody else can.

What is locked is a received mail, or the draft itself for ＋新規; a draft that answers a mail
stands for that mail everywhere here. The whole life of a lock:

    lock = acquire(message, user)            LockHeld when somebody else works on it
    renew(message, user, lock.token)         the browser's heartbeat; LockLost when it is over
    with transaction.atomic():
        check(message, user, lock.token)     first thing in every drafting and sending write
        …
    release(message, user, lock.token)       status and assignee come back, or a status is set

Holding means: the lease is alive, the holder is active, still sees the mailbox and may still work
in it. `token` only grows, and all times are the database's, so that a process that slept through
the end of its lease cannot write any more, whatever its own clock says. All tabs of one agent share
the token. `expire_due` (every few seconds, by beat) ends what is over; nobody has to wait for it,
for `acquire` does the same where it finds a dead holder.

Order of row locks, here and wherever lock and mail are changed together: the conversation (or the
new draft), the lock's row, then outgoing, draft and message.
"""

from mail.editlock.asking import ask, decline, hand_over
from mail.editlock.ending import break_lock, end_for_good, expire_due, release
from mail.editlock.holding import check, leave, renew, rest
from mail.editlock.leases import AWAY_FOR, LEASE, LEFT_FOR
from mail.editlock.lock import Lock, LockHeld, LockLost, LockRefusal
from mail.editlock.nearby import Nearby, nearby
from mail.editlock.reading import current, current_for, refuse_if_held
from mail.editlock.rows import hold
from mail.editlock.taking import acquire

__all__ = [
    "AWAY_FOR",
    "LEASE",
    "LEFT_FOR",
    "Lock",
    "LockHeld",
    "LockLost",
    "LockRefusal",
    "Nearby",
    "acquire",
    "ask",
    "break_lock",
    "check",
    "current",
    "current_for",
    "decline",
    "end_for_good",
    "expire_due",
    "hand_over",
    "hold",
    "leave",
    "nearby",
    "refuse_if_held",
    "release",
    "renew",
    "rest",
]
