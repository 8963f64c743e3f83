"""Any order of writing, sending, sleeping, stealing, crashing, and of what people do in Gmail.

Two agents, two mails of one conversation, a Gmail account of its own for each run. The rules drive
the product's own actions and its worker; what must hold is read from the sandbox's ledger and from
what each page believes:

- a text goes out at most once, and is `sent` here exactly when it did;
- what is not being sent, sent or uncertain has not left;
- nothing leaves while something came in the conversation that its author has not seen;
- a page whose token is stale writes nothing, and loses nothing that was typed in it;
- of two who begin in one conversation at the same moment, one is warned.
"""

from __future__ import annotations

import itertools
import threading
from base64 import urlsafe_b64decode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from mail import editlock, tasks
from mail.actions import release
from mail.actions.drafts import autosave
from mail.actions.errors import BeingSent, Declined, OthersDraft, TooLate, WorkNearby
from mail.actions.fields import DraftFields
from mail.actions.parking import keep_typed
from mail.actions.reply import Composer, resume, start_reply
from mail.actions.send import decide, send, send_anyway, undo
from mail.mime import parse
from mail.models import (
    Conversation,
    Draft,
    DraftKind,
    EditLock,
    Message,
    Outgoing,
    OutgoingState,
    SyncPhase,
    SyncState,
)
from mail.outbox import crashpoints, delivery, gate, timing
from mailboxes.gmail import client_for
from mailboxes.models import Mailbox
from tests.mail import cast, connected
from tests.mail.outbox.crashing import killed
from tests.sandbox_server import Sandbox
from tests.waiting import until

WHO = st.integers(min_value=0, max_value=1)
WHICH = st.integers(min_value=0, max_value=1)
# What goes wrong with the next look of a worker.
FAULTS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "send answered by nobody": {"accept_then_drop": {"method": "drafts.send", "times": 1}},
    "send answered with 503": {
        "accept_then_error": {"method": "drafts.send", "times": 1, "status": 503}
    },
    "send refused with 503": {"fail_next": {"times": 1, "status": 503, "method": "drafts.send"}},
    "create answered by nobody": {"accept_then_drop": {"method": "drafts.create", "times": 1}},
    "no quota": {
        "errors": [
            {"method": "drafts.send", "status": 429, "reason": "rateLimitExceeded", "times": 1}
        ]
    },
    "refused": {
        "errors": [
            {"method": "drafts.send", "status": 400, "reason": "invalidArgument", "times": 1}
        ]
    },
    "history away": {"errors": [{"method": "history.list", "status": 503, "times": 1}]},
}
QUIET_FAULTS = {"errors": [], "fail_next": 0, "accept_then_drop": None, "accept_then_error": None}
# Seconds, for a thread on a machine that has other things to do.
_PATIENCE = 60.0
_numbers = itertools.count(1)


@dataclass
class Page:
    """An open composer, as one browser believes in it."""

    who: int
    which: int
    composer: Composer
    name: str
    version: int


@dataclass
class Sent:
    """One pressing of 送信."""

    outgoing: Outgoing
    text: str
    who: int
    opened: int
    decided: set[int] = field(default_factory=set)
    left: bool = False


class SendingMachine(RuleBasedStateMachine):
    sandbox: ClassVar[Sandbox]
    crashes: ClassVar[bool] = True

    pages = Bundle("pages")

    @initialize(strip=st.booleans(), window=st.sampled_from([0, 10]))
    def set_up(self, strip: bool, window: int) -> None:
        number = next(_numbers)
        self.address = f"machine{number}@shop.example"
        self.box = connected.connect(self.sandbox, self.address)
        cast.send_as(self.box, self.address, is_default=True, is_primary=True)
        self.faults(strip_headers=["X-Outbox-Id"] if strip else [], **QUIET_FAULTS)
        first = self.sandbox.admin.deliver(self.address, self.letter("first"))
        self.thread = first["threadId"]
        second = self.sandbox.admin.deliver(
            self.address, self.letter("second"), thread_id=self.thread
        )
        conversation = Conversation.objects.create(mailbox=self.box, gmail_thread_id=self.thread)
        self.mails = [
            cast.mail(self.box, conversation=conversation, gmail_id=each["id"], text="?")
            for each in (first, second)
        ]
        self.people = [
            cast.person(f"m{number}a{each}", self.box, undo_seconds=window, role="leader")
            for each in range(2)
        ]
        self.sendings: list[Sent] = []
        self.events: list[str] = []  # what came or went in the conversation, in order
        self.kept: dict[tuple[int, str], str] = {}
        # How many of the events were there when a draft was begun.
        self.openings: dict[int, int] = {}
        # Which of them an agent has had before their eyes while writing it.
        self.decided: dict[int, set[int]] = {}
        self.words = itertools.count(1)
        self.words_in: dict[int, str] = {}

    def letter(self, name: str) -> bytes:
        return (
            f"From: Aoi <aoi@customer.example>\r\nTo: {self.address}\r\nSubject: Order\r\n"
            f"Message-ID: <{name}-{self.address}>\r\nContent-Type: text/plain\r\n\r\n{name}\r\n"
        ).encode()

    def faults(self, **changes: Any) -> None:
        self.sandbox.admin.faults(**changes)

    # Writing

    @rule(target=pages, who=WHO, which=WHICH, confirmed=st.booleans())
    def begin(self, who: int, which: int, confirmed: bool) -> Page | None:
        self.mirror_catches_up()
        try:
            opened = start_reply(
                self.mails[which], self.people[who], DraftKind.REPLY, confirmed=confirmed
            )
        except OthersDraft as others:
            try:
                opened = resume(others.draft, self.people[who], take_over=True, confirmed=True)
            except (Declined, editlock.LockRefusal):
                return None
        except WorkNearby:
            assert not confirmed
            return None
        except (Declined, editlock.LockRefusal):
            return None
        self.openings.setdefault(opened.draft.pk, len(self.events))
        name = f"page{next(self.words)}"
        return Page(who, which, opened, name, opened.draft.version)

    def mirror_catches_up(self) -> None:
        """All that came so far is here, as the mirror of a quiet mailbox has it."""
        gmail = client_for(Mailbox.objects.get(pk=self.box.pk), priority="agent")
        SyncState.objects.update_or_create(
            mailbox=self.box,
            defaults={"phase": SyncPhase.FOLLOWING, "history_id": gmail.profile().history_id},
        )
        for event in self.events:
            kind, _, gmail_id = event.partition(":")
            mine = Message.objects.filter(mailbox=self.box, gmail_id=gmail_id)
            if kind == "g" and not mine.exists():
                cast.mail(
                    self.box,
                    conversation=self.mails[0].conversation,
                    gmail_id=gmail_id,
                    status=None,
                )

    @rule(page=pages)
    def type_text(self, page: Page | None) -> None:
        if page is None:
            return
        text = f"words-{next(self.words)}-{self.address}"
        try:
            kept, refused = keep_typed(
                Draft.objects.get(pk=page.composer.draft.pk),
                self.people[page.who],
                token=page.composer.lock.token,
                version=page.version,
                page=page.name,
                fields=DraftFields(text=text),
            )
        except Declined:
            return  # another tab's text is newer: both are shown
        if refused is None:
            page.version = kept.version
        self.kept[page.who, page.name] = text

    @rule(page=pages, back=st.integers(min_value=0, max_value=2))
    def write_with_a_token(self, page: Page | None, back: int) -> None:
        """Only the present holding's token writes."""
        if page is None:
            return
        token = page.composer.lock.token - back
        draft = Draft.objects.select_related("answers").get(pk=page.composer.draft.pk)
        row = EditLock.objects.get(message=self.mails[page.which])
        lock = editlock.current(self.mails[page.which])
        mine = lock is not None and lock.held_by(self.people[page.who]) and row.token == token
        try:
            autosave(
                draft,
                self.people[page.who],
                token=token,
                version=draft.version,
                fields=DraftFields(subject=f"subject {next(self.words)}"),
            )
        except (Declined, editlock.LockRefusal):
            return
        assert mine, "a stale token has written"

    @rule(page=pages)
    def beat(self, page: Page | None) -> None:
        if page is None:
            return
        try:
            editlock.renew(self.mails[page.which], self.people[page.who], page.composer.lock.token)
        except editlock.LockLost:
            lock = editlock.current(self.mails[page.which])
            held = lock is not None and lock.held_by(self.people[page.who])
            assert not (held and lock and lock.token == page.composer.lock.token)

    @rule(which=WHICH)
    def sleep_past_the_lease(self, which: int) -> None:
        EditLock.objects.filter(message=self.mails[which]).update(
            expires_at=Now() - timedelta(hours=2)
        )

    @rule()
    def sweep(self) -> None:
        editlock.expire_due()
        for mail in self.mails:
            fresh = Message.objects.get(pk=mail.pk)
            if editlock.current(mail) is None:
                assert fresh.status != "in_progress"

    @rule(which=WHICH, who=WHO)
    def steal(self, which: int, who: int) -> None:
        try:
            release.force(self.mails[which], self.people[who], reason="急ぎ")
        except BeingSent as being:
            stored = Outgoing.objects.get(pk=being.outgoing.pk)
            assert stored.state in {OutgoingState.SENDING, OutgoingState.UNCERTAIN}

    @rule(page=pages)
    def release_lock(self, page: Page | None) -> None:
        if page is None:
            return
        try:
            release.release(
                self.mails[page.which],
                self.people[page.who],
                token=page.composer.lock.token,
            )
        except (Declined, editlock.LockRefusal):
            return

    # Sending

    @rule(page=pages, later=st.booleans())
    def press_send(self, page: Page | None, later: bool) -> None:
        if page is None:
            return
        text = f"words-{next(self.words)}-{self.address}"
        draft = Draft.objects.select_related("answers", "mailbox").get(pk=page.composer.draft.pk)
        at = Draft.objects.annotate(now=Now()).values_list("now", flat=True).first()
        assert at is not None
        try:
            outgoing = send(
                draft,
                self.people[page.who],
                token=page.composer.lock.token,
                version=page.version,
                fields=DraftFields(text=text, to=(("", "aoi@customer.example"),)),
                at=at + timedelta(days=1) if later else None,
            )
        except (Declined, editlock.LockRefusal):
            return
        if any(each.outgoing.pk == outgoing.pk for each in self.sendings):
            return  # pressed twice: the same one
        page.version = Draft.objects.get(pk=draft.pk).version
        self.kept.pop((page.who, page.name), None)
        opened = self.openings[draft.pk]
        decided = set(self.decided.get(draft.pk, ()))
        self.sendings.append(Sent(outgoing, text, page.who, opened, decided))

    def any_sending(self) -> bool:
        return bool(self.sendings)

    def sending(self, number: int) -> Sent:
        return self.sendings[number % len(self.sendings)]

    @precondition(any_sending)
    @rule(number=st.integers(min_value=0, max_value=50), fault=st.sampled_from(sorted(FAULTS)))
    def work(self, number: int, fault: str) -> None:
        sending = self.sending(number)
        self.faults(**{**QUIET_FAULTS, **FAULTS[fault]})
        delivery.deliver(sending.outgoing.pk)
        self.faults(**QUIET_FAULTS)
        self.settle(sending)

    @precondition(lambda self: bool(self.sendings) and self.crashes)
    @rule(
        number=st.integers(min_value=0, max_value=50),
        point=st.sampled_from(sorted({*crashpoints.POINTS})),
    )
    def crash(self, number: int, point: str) -> None:
        sending = self.sending(number)
        pk = sending.outgoing.pk
        killed(lambda: delivery.deliver(pk), at=point)
        self.settle(sending)

    @precondition(any_sending)
    @rule(number=st.integers(min_value=0, max_value=50), quiet=st.booleans())
    def time_passes(self, number: int, quiet: bool) -> None:
        pk = self.sending(number).outgoing.pk
        Outgoing.objects.filter(pk=pk).update(
            due_at=Now(),
            not_before=Now(),
            claimed_until=None,
            sending_at=F("sending_at") - (timing.QUIET if quiet else timedelta(0)),
        )
        Draft.objects.filter(outgoing=pk).update(claimed_until=None, not_before=Now())

    @precondition(any_sending)
    @rule(number=st.integers(min_value=0, max_value=50))
    def take_back(self, number: int) -> None:
        sending = self.sending(number)
        row = self.fresh(sending)
        told = {index for index in range(len(self.events)) if self.was_told(row, index)}
        try:
            draft = undo(row, self.people[sending.who])
        except TooLate:
            return
        except Declined:
            return
        if self.fresh(sending).state == OutgoingState.CANCELLED:
            assert draft.pk == sending.outgoing.draft_id
            self.decided.setdefault(draft.pk, set()).update(told | sending.decided)

    @precondition(any_sending)
    @rule(number=st.integers(min_value=0, max_value=50))
    def look_and_decide(self, number: int) -> None:
        """The author comes back: sends all the same, or says what became of an uncertain one."""
        sending = self.sending(number)
        row = self.fresh(sending)
        person = self.people[sending.who]
        if row.state == OutgoingState.HELD:
            known = {index for index in range(len(self.events)) if self.was_told(row, index)}
            try:
                send_anyway(row, person, seen=gate.keys(row.news))
            except (Declined, editlock.LockRefusal):
                return
            sending.decided |= known
        elif row.state == OutgoingState.UNCERTAIN:
            decide(row, person, was_sent=bool(self.copies(sending.text)))
            self.settle(sending)

    def was_told(self, row: Outgoing, index: int) -> bool:
        return any(self.events[index] in {each["key"], each["snippet"]} for each in row.news)

    # The world

    @rule()
    def customer_writes(self) -> None:
        told = self.sandbox.admin.deliver(
            self.address, self.letter(f"more-{next(self.words)}"), thread_id=self.thread
        )
        self.events.append(f"g:{told['id']}")

    @rule(which=WHICH)
    def somebody_replies_in_gmail(self, which: int) -> None:
        told = self.sandbox.admin.act(
            self.address, "reply", message_id=self.mails[which].gmail_id, text="Gmailから"
        )
        self.events.append(f"g:{told['id']}")

    @precondition(any_sending)
    @rule(
        number=st.integers(min_value=0, max_value=50),
        action=st.sampled_from(["edit_draft", "delete_draft", "send_draft"]),
    )
    def somebody_is_at_our_draft(self, number: int, action: str) -> None:
        row = self.fresh(self.sending(number))
        drafts = self.sandbox.admin.state(self.address)["drafts"]
        if row.gmail_draft_id not in {each["id"] for each in drafts}:
            return
        more = {"text": "別の文章"} if action == "edit_draft" else {}
        told = self.sandbox.admin.act(self.address, action, draft_id=row.gmail_draft_id, **more)
        if action == "send_draft":
            # For everybody but its own sending this is an answer made in Gmail.
            self.events.append(f"g:{told['id']}")

    @rule()
    def both_begin_at_once(self) -> None:
        """Of two who begin in one conversation at the same moment one is warned, or refused."""
        if any(editlock.current(mail) for mail in self.mails):
            return
        begun, entered, may_commit = [], threading.Event(), threading.Event()

        def first() -> None:
            with transaction.atomic():
                start_reply(self.mails[0], self.people[0], DraftKind.REPLY)
                begun.append(0)
                entered.set()
                may_commit.wait(_PATIENCE)

        def second() -> None:
            entered.wait(_PATIENCE)
            self.waiting_pid = _backend()
            start_reply(self.mails[1], self.people[1], DraftKind.REPLY)
            begun.append(1)

        threads = [_started(first, entered), _started(second)]
        until(
            lambda: not threads[1].is_alive() or self.second_waits(),
            timeout=_PATIENCE,
            what="the second waits",
        )
        may_commit.set()
        for thread in threads:
            thread.join(_PATIENCE)
        for mail in self.mails:
            for draft in Draft.objects.filter(answers=mail):
                self.openings.setdefault(draft.pk, len(self.events))
        assert begun != [0, 1], "two began in one conversation, and neither was warned"
        for mail in self.mails:
            editlock.break_lock(mail, by=self.people[0], reason="over")

    def second_waits(self) -> bool:
        pid = getattr(self, "waiting_pid", None)
        if pid is None:
            return False
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = %s", [pid]
            )
            found = cursor.fetchone()
        return bool(found and found[0])

    # What must hold

    def fresh(self, sending: Sent) -> Outgoing:
        return Outgoing.objects.select_related("draft__answers", "mailbox", "author").get(
            pk=sending.outgoing.pk
        )

    def copies(self, text: str) -> list[dict[str, Any]]:
        return [each for each in self.ledger() if text in self.words_in[each["n"]]]

    def ledger(self) -> list[dict[str, Any]]:
        """What was delivered; each mail's words are read once."""
        entries = self.sandbox.admin.ledger(self.address)
        if any(each["n"] not in self.words_in for each in entries):
            told = self.sandbox.admin.call("GET", "ledger", account=self.address, raw=1)
            for each in told["entries"]:
                self.words_in[each["n"]] = parse(urlsafe_b64decode(each["raw"])).text
        return entries

    def settle(self, sending: Sent) -> None:
        """After a look of a worker: may what left have left?"""
        entries = self.copies(sending.text)
        assert len(entries) <= 1, "sent twice"
        if not entries or sending.left:
            return
        sending.left = True
        by_us = entries[0]["via"] != "person"
        if by_us:
            unseen = [
                self.events[index]
                for index in range(sending.opened, len(self.events))
                if index not in sending.decided and self.events[index] != f"o:{sending.outgoing.pk}"
            ]
            assert not unseen, f"left although {unseen} had come and nobody had seen it"
            self.events.append(f"o:{sending.outgoing.pk}")

    @invariant()
    def the_ledger_and_the_rows_agree(self) -> None:
        if not getattr(self, "sendings", ()):
            return
        ledger = self.ledger()
        rows = Outgoing.objects.in_bulk([each.outgoing.pk for each in self.sendings])
        for sending in self.sendings:
            entries = [each for each in ledger if sending.text in self.words_in[each["n"]]]
            row = rows[sending.outgoing.pk]
            assert len(entries) <= 1, "sent twice"
            if row.state == OutgoingState.SENT:
                assert len(entries) == 1, "said to be sent, and is not"
            by_us = [each for each in entries if each["via"] != "person"]
            if by_us:
                assert row.state in {
                    OutgoingState.SENDING,
                    OutgoingState.SENT,
                    OutgoingState.UNCERTAIN,
                }, f"left, and stands as {row.state}"

    @invariant()
    def nothing_typed_is_lost(self) -> None:
        for (who, _page), text in getattr(self, "kept", {}).items():
            mine = Draft.objects.filter(author=self.people[who], text=text)
            theirs = Draft.objects.filter(copies__author=self.people[who], text=text)
            newer = self.overwritten_by_its_author(who, text)
            assert mine.exists() or theirs.exists() or newer, f"{text} is lost"

    def overwritten_by_its_author(self, who: int, text: str) -> bool:
        """The same agent typed on in another tab, or sent with another text."""
        own = {each.text for each in self.sendings if each.who == who}
        own |= {typed for (author, _), typed in self.kept.items() if author == who}
        live = Draft.objects.filter(mailbox=self.box, text__in=own).exists()
        return live and text in own

    def teardown(self) -> None:
        if hasattr(self, "sandbox"):
            self.faults(strip_headers=[], **QUIET_FAULTS)
        tasks.expire_locks()


def _backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def _started(deed: Callable[[], object], *signals: threading.Event) -> threading.Thread:
    def run() -> None:
        try:
            deed()
        except (Declined, editlock.LockRefusal):
            pass  # refused: that is an answer, too
        finally:
            for signal in signals:
                signal.set()
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread
