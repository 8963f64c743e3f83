"""Contenders for one edit lock, and writes with tokens that are no longer good."""

from __future__ import annotations

import argparse
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from django.db import DatabaseError, connection, connections
from django.db.models.functions import Now

from bench.sending import people
from bench.setting import say
from mail import editlock
from mail.actions.drafts import autosave
from mail.actions.errors import Declined
from mail.actions.fields import DraftFields
from mail.actions.reply import start_reply
from mail.models import Draft, DraftKind, EditLock, Message
from permissions.models import User

_REFUSED = (editlock.LockRefusal, Declined)


def measure(options: argparse.Namespace) -> dict[str, object]:
    box = people.mailbox("lock@shop.example")
    everybody = people.agents(box, options.contenders)
    two, none, stale, stopped, waits = 0, 0, 0, 0, []
    for number in range(options.rounds):
        message = people.mail(box, number)
        winners, seconds = _reach(message, everybody, options.connections)
        waits.append(seconds)
        two += len(winners) > 1
        none += not winners
        accepted = _write_stale(message, winners, everybody, options.connections)
        late = _write_after_a_stop(message, everybody)
        stale += accepted
        stopped += late
        say(
            f"round {number + 1}: {len(winners)} holder in {seconds:.1f} s, {accepted} stale "
            f"writes accepted, {late} after a stop"
        )
    return {
        "contenders": options.contenders,
        "connections": options.connections,
        "rounds": options.rounds,
        "rounds_with_two_holders": two,
        "rounds_without_holder": none,
        "stale_writes_accepted": stale + stopped,
        "stale_writes_tried": options.rounds * (options.contenders + 1),
        "stopped_past_the_lease": options.rounds,
        "slowest_round_s": round(max(waits), 2),
    }


def _reach(message: Message, everybody: list[User], wide: int) -> tuple[list[User], float]:
    """All of them take the lock at once; who got it."""
    ready = threading.Barrier(min(wide, len(everybody)))

    def take(mine: list[User]) -> list[User]:
        got = []
        try:
            connection.ensure_connection()
            ready.wait()
            for user in mine:
                try:
                    editlock.acquire(message, user)
                except editlock.LockHeld:
                    continue
                got.append(user)
        finally:
            connection.close()
        return got

    began = time.monotonic()
    with ThreadPoolExecutor(wide) as pool:
        shares = [everybody[start::wide] for start in range(min(wide, len(everybody)))]
        winners = [user for share in pool.map(take, shares) for user in share]
    return winners, time.monotonic() - began


def _write_stale(message: Message, winners: list[User], everybody: list[User], wide: int) -> int:
    """The first holder's text and token, tried by all after another has taken over."""
    if not winners:
        return 0
    holder = winners[0]
    old = start_reply(message, holder, DraftKind.REPLY)
    editlock.break_lock(message, by=holder, reason="bench")
    other = next(each for each in everybody if each.pk != holder.pk)
    start_reply(message, other, DraftKind.REPLY)

    def write(mine: list[User]) -> int:
        accepted = 0
        try:
            for user in mine:
                draft = Draft.objects.get(pk=old.draft.pk)
                fields = DraftFields(text=f"stale, by {user.pk}")
                try:
                    autosave(
                        draft, user, token=old.lock.token, version=draft.version, fields=fields
                    )
                except _REFUSED:
                    continue
                accepted += 1
        finally:
            connection.close()
        return accepted

    with ThreadPoolExecutor(wide) as pool:
        shares = [everybody[start::wide] for start in range(min(wide, len(everybody)))]
        accepted = sum(pool.map(write, shares))
    written = Draft.objects.filter(answers=message, text__startswith="stale").count()
    editlock.break_lock(message, by=holder, reason="bench")
    Draft.objects.filter(answers=message, state="live").update(state="parked")
    return max(accepted, written)


def _write_after_a_stop(message: Message, everybody: list[User]) -> int:
    """Whether a process that slept through the end of its lease can write when it goes on."""
    connections.close_all()
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        thread = threading.Thread(target=_sleeper, args=[message, everybody[0], writing])
        thread.start()
        thread.join()
        os._exit(0)
    os.close(writing)
    os.waitpid(pid, os.WUNTRACED)
    EditLock.objects.filter(message=message).update(expires_at=Now() - timedelta(seconds=1))
    editlock.acquire(message, everybody[1])
    os.kill(pid, signal.SIGCONT)
    os.waitpid(pid, 0)
    told = os.read(reading, 100)
    os.close(reading)
    if told not in {b"refused", b"accepted"}:
        raise RuntimeError("the stopped process has not told what became of its write")
    editlock.break_lock(message, by=everybody[0], reason="bench")
    return int(told == b"accepted")


def _sleeper(message: Message, user: User, writing: int) -> None:
    composer = start_reply(message, user, DraftKind.REPLY)
    os.kill(os.getpid(), signal.SIGSTOP)
    fields = DraftFields(text="late")
    version, token = composer.draft.version, composer.lock.token
    try:
        autosave(composer.draft, user, token=token, version=version, fields=fields)
    except (*_REFUSED, DatabaseError):
        # The signal stops a process of several threads a little later, at times in the middle of
        # its transaction: then the database has ended it, and the lock was free all the same.
        os.write(writing, b"refused")
    else:
        os.write(writing, b"accepted")
