"""What the office does: so many changes a second, each through the product's own actions."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection

from django.db import connections, transaction
from django.utils import timezone

from activity.events import record
from bench.office.page import Change
from labels.models import Label
from mail import editlock
from mail.actions.comment import add_comment
from mail.actions.star import set_star
from mail.actions.status import set_status
from mail.models import Conversation, Message, MessageBody, MessageLabel, Status
from mailboxes.models import Mailbox
from permissions.models import User

# Of a hundred changes.
MIX = (("status", 55), ("star", 20), ("comment", 10), ("lock", 10), ("new", 5))


@dataclass(slots=True)
class Report:
    """What an office has done: when each change was begun (time.monotonic), and how it went."""

    begun: dict[Change, float] = field(default_factory=dict)
    made: int = 0
    late: float = 0.0
    """The longest that a change had to wait for the one before it, in seconds."""
    errors: list[str] = field(default_factory=list)

    def add(self, other: Report) -> None:
        self.begun |= other.begun
        self.made += other.made
        self.late = max(self.late, other.late)
        self.errors += other.errors


class Office:
    """Changes mails on screen, at an even rate, until its time is over.

    In a process of its own (`start`): two hundred browsers keep the benchmark's own one busy.
    """

    def __init__(
        self, mailbox: Mailbox, on_screen: list[int], *, rate: float, seconds: float, seed: int
    ) -> None:
        self.mailbox, self.on_screen = mailbox, on_screen
        self.rate, self.seconds = rate, seconds
        self.seed = seed
        self.chance = random.Random(seed)
        self.report = Report()

    def start(self) -> Connection:
        """Begin; the Report comes through this pipe when the time is over."""
        ours, theirs = Pipe()
        connections.close_all()
        get_context("fork").Process(target=self._apart, args=[theirs], daemon=True).start()
        return ours

    def _apart(self, pipe: Connection) -> None:
        # The process is a copy of one whose thread runs an event loop.
        thread = threading.Thread(target=self._work, args=[pipe])
        thread.start()
        thread.join()

    def _work(self, pipe: Connection) -> None:
        self.agents = list(User.objects.filter(role__key="agent")[:20])
        self.inbox = Label.objects.get(mailbox=self.mailbox, gmail_id="INBOX")
        kinds = [kind for kind, share in MIX for _ in range(share)]
        report, begin = self.report, time.monotonic()
        try:
            for number in range(round(self.rate * self.seconds)):
                due = begin + number / self.rate
                report.late = max(report.late, time.monotonic() - due)
                time.sleep(max(0.0, due - time.monotonic()))
                self._change(self.chance.choice(kinds))
                report.made += 1
        finally:
            pipe.send(report)
            pipe.close()

    def _change(self, kind: str) -> None:
        if kind == "new":
            self._arrive()
            return
        user = self.chance.choice(self.agents)
        verbs: dict[str, Callable[[Message, User], None]] = {
            "status": self._set_status,
            "star": self._star,
            "comment": lambda mail, user: _discard(
                add_comment(mail, user, "折り返しお電話済みです。")
            ),
            "lock": self._take_and_give_back,
        }
        mail = self._mail(kind)
        begun = time.monotonic()
        for step in range(1, 4):
            self.report.begun[(mail.public_id, mail.version + step)] = begun
        try:
            verbs[kind](mail, user)
        except editlock.LockHeld:
            self.report.errors.append("a lock was held by somebody else")

    def _mail(self, kind: str) -> Message:
        mails = Message.objects.select_related("mailbox", "conversation", "assignee")
        return mails.get(pk=self.chance.choice(self.on_screen))

    def _set_status(self, mail: Message, user: User) -> None:
        done = mail.status != Status.DONE
        set_status(mail, user, Status.DONE if done else Status.OPEN)

    def _star(self, mail: Message, user: User) -> None:
        set_star(mail, user, starred=not mail.is_starred)

    def _take_and_give_back(self, mail: Message, user: User) -> None:
        set_status(mail, user, Status.IN_PROGRESS)
        set_status(mail, user, Status.OPEN)

    @transaction.atomic
    def _arrive(self) -> None:
        begun = time.monotonic()
        now = timezone.now() + timedelta(microseconds=self.report.made)
        name = f"live{self.seed}-{self.report.made}"
        thread = Conversation.objects.create(mailbox=self.mailbox, gmail_thread_id=name)
        mail = Message.objects.create(
            mailbox=self.mailbox,
            conversation=thread,
            gmail_id=name,
            internal_date=now,
            subject=f"お問い合わせ {self.report.made}",
            folder="received",
            from_address="aoi@customer.example",
            is_unread=True,
            status=Status.OPEN,
        )
        MessageBody.objects.create(message=mail, text="届きません。")
        MessageLabel.objects.create(message=mail, label=self.inbox, internal_date=now)
        self.report.begun[(mail.public_id, 0)] = begun
        record(
            "mail.received",
            mailbox_id=self.mailbox.pk,
            message_id=mail.pk,
            public_id=mail.public_id,
            folder=mail.folder,
            status=mail.status,
        )


def _discard(_: object) -> None:
    return None
