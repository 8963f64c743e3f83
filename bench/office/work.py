"""What the office does: so many changes a second, each through the product's own actions."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from activity.events import record
from bench.office.page import Clock
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


class Office(threading.Thread):
    """Changes mails on screen, at an even rate, until its time is over."""

    def __init__(
        self,
        clock: Clock,
        mailbox: Mailbox,
        on_screen: list[int],
        *,
        rate: float,
        seconds: float,
        seed: int,
    ) -> None:
        super().__init__(name="office")
        self.clock, self.mailbox, self.on_screen = clock, mailbox, on_screen
        self.rate, self.seconds = rate, seconds
        self.chance = random.Random(seed)
        self.agents = list(User.objects.filter(role__key="agent")[:20])
        self.inbox = Label.objects.get(mailbox=mailbox, gmail_id="INBOX")
        self.made = 0
        self.late = 0.0
        """The longest that a change had to wait for the one before it, in seconds."""

    def run(self) -> None:
        kinds = [kind for kind, share in MIX for _ in range(share)]
        begin = time.monotonic()
        try:
            for number in range(round(self.rate * self.seconds)):
                due = begin + number / self.rate
                self.late = max(self.late, time.monotonic() - due)
                time.sleep(max(0.0, due - time.monotonic()))
                self._change(self.chance.choice(kinds))
                self.made += 1
        finally:
            connection.close()

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
        # Known before anybody can hear of it.
        for step in range(1, 4):
            self.clock.begun[(mail.public_id, mail.version + step)] = begun
        try:
            verbs[kind](mail, user)
        except editlock.LockHeld:
            self.clock.errors.append("a lock was held by somebody else")

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
        now = timezone.now() + timedelta(microseconds=self.made)
        name = f"live{self.made}"
        thread = Conversation.objects.create(mailbox=self.mailbox, gmail_thread_id=name)
        mail = Message.objects.create(
            mailbox=self.mailbox,
            conversation=thread,
            gmail_id=name,
            internal_date=now,
            subject=f"お問い合わせ {self.made}",
            folder="received",
            from_address="aoi@customer.example",
            is_unread=True,
            status=Status.OPEN,
        )
        MessageBody.objects.create(message=mail, text="届きません。")
        MessageLabel.objects.create(message=mail, label=self.inbox, internal_date=now)
        self.clock.begun[(mail.public_id, 0)] = begun
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
