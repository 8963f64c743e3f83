"""A draft that was begun in Gmail itself is gone on with here: one draft there, one mail sent."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from email.policy import SMTP
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now

from callcenter.gmail.types import raw_bytes
from mail import editlock
from mail.actions.adopt import adopt
from mail.actions.drafts import autosave, cancel, discard, save
from mail.actions.errors import AnswerBegun, DraftMoved, OthersDraft
from mail.actions.fields import DraftFields
from mail.actions.reply import Composer, start_reply
from mail.actions.send import send
from mail.attachments.fetch import fetch
from mail.browse import Browse
from mail.categories import BY_KEY
from mail.mime import parse
from mail.models import Attachment, Draft, DraftKind, DraftState, Message, OutgoingState, ToFetch
from mail.outbox import adopting, following, noticing, troubles
from mail.outbox.freeze import Unsendable
from mail.sync.turn import take_turn
from mail.views.listing import live_drafts
from permissions.models import User
from tests.mail.connected import ADDRESS
from tests.mail.outbox.conftest import CUSTOMER, Office
from tests.waiting import until

FILE = "納品書①.txt"


def letter(
    text: str = "途中まで書いた。",
    *,
    html: str = "",
    subject: str = "Re: Where is my order?",
    to: str = CUSTOMER,
    answers: str = "<first@customer.example>",
    file: bytes = b"",
) -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = f"Shop <{ADDRESS}>", to, subject
    mail["Cc"], mail["Bcc"] = "cc@customer.example", "bcc@customer.example"
    if answers:
        mail["In-Reply-To"] = mail["References"] = answers
    mail.set_content(text, cte="base64")
    if html:
        mail.add_alternative(html, subtype="html", cte="base64")
    if file:
        mail.add_attachment(file, maintype="text", subtype="plain", filename=FILE)
    return mail.as_bytes()


class Desk:
    """An account in which somebody has begun a draft, and a mirror that has seen it."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def begun(self, raw: bytes | None = None, *, in_thread: bool = True) -> Message:
        thread = self.office.message.conversation.gmail_thread_id if in_thread else None
        made = self.office.gmail().create_draft(raw or letter(), thread)
        self.look()
        return Message.objects.select_related("mailbox", "conversation").get(
            gmail_id=made.message_id
        )

    def look(self) -> None:
        def settled() -> bool:
            take_turn(self.office.box.pk, seconds=30)
            return not ToFetch.objects.filter(mailbox=self.office.box).exists()

        until(settled, timeout=60, what="the mirror caught up")

    def act(self, action: str, **more: Any) -> dict[str, Any]:
        return self.office.sandbox.admin.act(ADDRESS, action, **more)

    def save(self, composer: Composer, **fields: Any) -> Draft:
        save(
            composer.draft,
            self.office.agent,
            token=composer.lock.token,
            version=self.fresh(composer).version,
            fields=DraftFields(**fields),
        )
        self.follow(composer)
        return self.fresh(composer)

    def follow(self, composer: Composer) -> None:
        adopting.bind(composer.draft.pk)
        following.follow(composer.draft.pk)

    def send(self, composer: Composer, **fields: Any) -> str:
        outgoing = send(
            composer.draft,
            self.office.agent,
            token=composer.lock.token,
            version=self.fresh(composer).version,
            fields=DraftFields(**fields),
        )
        return self.office.work(outgoing).state

    def fresh(self, composer: Composer) -> Draft:
        return Draft.objects.get(pk=composer.draft.pk)

    def in_gmail(self) -> dict[str, Any]:
        """The one draft that Gmail has."""
        [draft_id] = self.office.gmail_drafts()
        found: dict[str, Any] = self.office.gmail().get_draft(draft_id, "raw")
        return found

    def rows(self) -> int:
        """下書き: how many rows it has."""
        browse = Browse(category=BY_KEY["drafts"])
        agent = self.office.agent
        return len(live_drafts(agent, browse)) + browse.messages(agent).count()


@pytest.fixture
def desk(office: Office) -> Desk:
    return Desk(office)


@pytest.mark.spec("M5b")
def test_it_is_taken_as_it_stands_and_answers_what_it_answered(desk: Desk) -> None:
    message = desk.begun()
    there = desk.in_gmail()["id"]
    assert desk.rows() == 1
    composer = adopt(message, desk.office.agent)
    draft = desk.fresh(composer)
    assert (draft.kind, draft.answers) == (DraftKind.REPLY, desk.office.message)
    assert (draft.subject, draft.text.strip()) == ("Re: Where is my order?", "途中まで書いた。")
    assert [draft.to, draft.cc, draft.bcc] == [
        [["", CUSTOMER]],
        [["", "cc@customer.example"]],
        [["", "bcc@customer.example"]],
    ]
    assert (draft.from_address, draft.html, draft.signature) == (ADDRESS, "", "")
    assert desk.rows() == 1
    # The mail that is answered is locked, as for any answer.
    lock = editlock.current(desk.office.mail())
    assert lock is not None
    assert lock.held_by(desk.office.agent)
    # Which draft it is there is found out once; nothing is written.
    desk.follow(composer)
    draft = desk.fresh(composer)
    assert (draft.unbound, draft.gmail_draft_id) == (False, there)
    assert desk.in_gmail()["message"]["id"] == message.gmail_id


@pytest.mark.spec("M5b", "M20b")
def test_saving_writes_over_the_same_draft_and_the_row_stays_one(desk: Desk) -> None:
    message = desk.begun()
    there = desk.in_gmail()["id"]
    composer = adopt(message, desk.office.agent)
    draft = desk.save(composer, text="ここで書き足した。")
    assert draft.gmail_draft_id == there == desk.in_gmail()["id"]
    assert draft.gmail_message_id != message.gmail_id
    assert desk.rows() == 1  # before the mirror has heard of it
    desk.look()
    assert desk.rows() == 1
    thread = desk.office.message.conversation.gmail_thread_id
    assert desk.in_gmail()["message"]["threadId"] == thread
    # Saved again at once, and its Gmail draft is followed as any other is.
    draft = desk.save(composer, text="もう一度。")
    assert desk.in_gmail()["id"] == there
    assert draft.trouble == ""


@pytest.mark.spec("M5b", "M22", "M18b")
@pytest.mark.parametrize("saved_before", [False, True])
@pytest.mark.parametrize("bound_before", [False, True])
def test_sending_sends_that_draft_once_and_none_stays(
    desk: Desk, saved_before: bool, bound_before: bool
) -> None:
    composer = adopt(desk.begun(), desk.office.agent)
    if bound_before:
        desk.follow(composer)
    if saved_before:
        desk.save(composer, text="保存した。")
    assert desk.send(composer, text="送ります。") == OutgoingState.SENT
    assert desk.office.gmail_drafts() == []
    sent = parse(desk.office.delivered())
    assert sent.text.strip() == "送ります。"
    assert sent.in_reply_to == "first@customer.example"
    assert [each.address for each in sent.cc] == ["cc@customer.example"]
    desk.look()
    assert desk.rows() == 0
    assert desk.office.mail().status == "done"


@pytest.mark.spec("M5b")
def test_a_new_mail_begun_there_is_locked_by_itself(desk: Desk) -> None:
    raw = letter(subject="新しいご案内", answers="")
    composer = adopt(desk.begun(raw, in_thread=False), desk.office.agent)
    draft = desk.fresh(composer)
    assert (draft.kind, draft.answers) == (DraftKind.NEW, None)
    assert composer.lock.held_by(desk.office.agent)
    assert desk.send(composer) == OutgoingState.SENT
    assert desk.office.gmail_drafts() == []
    assert len(desk.office.ledger()) == 1


@pytest.mark.spec("M5b")
def test_formatting_comes_along_harmless(desk: Desk) -> None:
    html = (
        '<div dir="ltr">明日<b style="color:red">必ず</b>送ります<script>alert(1)</script>'
        '<table><tr><td>品名</td><td>箱</td></tr></table><img src="https://t.example/p.png"></div>'
    )
    composer = adopt(desk.begun(letter("明日必ず送ります", html=html)), desk.office.agent)
    draft = desk.fresh(composer)
    assert "<b>必ず</b>" in draft.html
    for harm in ("script", "style", "img", "table"):
        assert harm not in draft.html
    assert draft.text.startswith("明日必ず送ります")
    assert "品名 " in draft.text.replace("\u00a0", " ")
    # Without any formatting that is kept, it stays plain text.
    plain = '<div dir="ltr">一行目<br>二行目</div>'
    raw = letter("一行目\n二行目", html=plain, answers="", subject="別の件")
    other = desk.fresh(adopt(desk.begun(raw, in_thread=False), desk.office.agent))
    assert (other.html, other.text) == ("", "一行目\n二行目")


@pytest.mark.spec("M5b", "M19d")
def test_its_files_stay_in_gmail_and_go_out_with_it(desk: Desk) -> None:
    message = desk.begun(letter(file=b"content"))
    composer = adopt(message, desk.office.agent)
    [file] = Attachment.objects.filter(message=message)
    assert desk.fresh(composer).forwarded_files == [file.pk]
    # Saved before a worker has brought the file: it is waited for, and not lost.
    draft = desk.save(composer, text="保存した。")
    assert (draft.trouble, desk.in_gmail()["message"]["id"]) == ("", message.gmail_id)
    fetch(file.pk)
    Draft.objects.update(not_before=Now())
    desk.follow(composer)
    there = parse(_raw(desk.in_gmail()))
    assert [(each.filename, each.payload) for each in there.attachments] == [(FILE, b"content")]
    assert desk.send(composer) == OutgoingState.SENT
    sent = parse(desk.office.delivered())
    assert [(each.filename, each.payload) for each in sent.attachments] == [(FILE, b"content")]


def test_a_file_that_cannot_be_fetched_keeps_gmails_draft_as_it_is(
    desk: Desk, settings: Any
) -> None:
    message = desk.begun(letter(file=b"content"))
    composer = adopt(message, desk.office.agent)
    [file] = Attachment.objects.filter(message=message)
    settings.ATTACHMENT_MAX_BYTES = 1
    fetch(file.pk)
    draft = desk.save(composer, text="保存した。")
    assert (draft.trouble, draft.text) == (troubles.FILES_MISSING, "保存した。")
    assert desk.in_gmail()["message"]["id"] == message.gmail_id
    fetch(file.pk)
    with pytest.raises(Unsendable) as refused:
        desk.send(composer)
    assert [each.code for each in refused.value.problems] == ["file_missing"]
    # Taken out, it is in nobody's way.
    draft = desk.save(composer, forwarded_files=())
    assert draft.trouble == ""
    assert parse(_raw(desk.in_gmail())).attachments == ()
    assert not Attachment.objects.get(pk=file.pk).file


def test_giving_it_up_changes_nothing_in_gmail(desk: Desk) -> None:
    message = desk.begun(letter(file=b"content"))
    composer = adopt(message, desk.office.agent)
    [file] = desk.fresh(composer).forwarded_files
    fetch(file)
    kept = cancel(composer.draft, desk.office.agent, token=composer.lock.token)
    assert (kept.state, kept.text.strip()) == (DraftState.LIVE, "途中まで書いた。")
    desk.follow(composer)
    assert desk.in_gmail()["message"]["id"] == message.gmail_id
    assert desk.rows() == 1
    assert editlock.current(desk.office.mail()) is None
    # Gone on with once more by the same row; a file taken out comes back with キャンセル.
    again = adopt(message, desk.office.agent)
    assert again.draft.pk == composer.draft.pk
    autosave(
        again.draft,
        desk.office.agent,
        token=again.lock.token,
        version=desk.fresh(again).version,
        fields=DraftFields(text="消す文", forwarded_files=()),
    )
    kept = cancel(again.draft, desk.office.agent, token=again.lock.token)
    assert kept.forwarded_files == [file]


@pytest.mark.parametrize("bound_before", [False, True])
def test_deleting_it_deletes_it_there(desk: Desk, bound_before: bool) -> None:
    composer = adopt(desk.begun(), desk.office.agent)
    if bound_before:
        desk.follow(composer)
    discard(composer.draft, desk.office.agent, token=composer.lock.token)
    assert desk.rows() == 0
    desk.follow(composer)
    assert desk.office.gmail_drafts() == []


@pytest.mark.spec("M5b", "M24a")
def test_two_who_begin_at_once_end_with_one_draft(desk: Desk) -> None:
    message = desk.begun()
    people = [desk.office.agent, desk.office.colleague]
    found = at_once(*[_adopting(message, each) for each in people])
    assert sorted(type(each).__name__ for each in found) == ["Composer", "LockHeld"]
    assert Draft.objects.count() == 1
    # Afterwards it is somebody else's draft, to be taken over as any other is.
    winner = next(each for each in found if isinstance(each, Composer))
    author = winner.draft.author
    other = next(each for each in people if each.pk != author.pk)
    cancel(winner.draft, author, token=winner.lock.token)
    with pytest.raises(OthersDraft):
        adopt(message, other)
    assert Draft.objects.count() == 1


@pytest.mark.spec("M5b", "M24c")
def test_a_mail_that_is_answered_here_already_is_not_answered_twice(desk: Desk) -> None:
    message = desk.begun()
    begun = start_reply(desk.office.message, desk.office.agent, DraftKind.REPLY)
    with pytest.raises(AnswerBegun) as told:
        adopt(message, desk.office.agent)
    assert told.value.draft == begun.draft
    with pytest.raises(editlock.LockHeld):
        adopt(message, desk.office.colleague)
    # What a colleague left without saving is kept for them, as when a reply is begun.
    editlock.break_lock(desk.office.mail(), by=desk.office.colleague, reason="急ぎ")
    composer = adopt(message, desk.office.colleague)
    assert composer.draft.author == desk.office.colleague
    assert Draft.objects.get(pk=begun.draft.pk).state == DraftState.PARKED


@pytest.mark.spec("M5b", "M20b")
@pytest.mark.parametrize("bound_before", [False, True])
def test_what_is_changed_there_meanwhile_is_shown_and_not_overwritten(
    desk: Desk, bound_before: bool
) -> None:
    message = desk.begun()
    composer = adopt(message, desk.office.agent)
    if bound_before:
        desk.follow(composer)
    desk.act("edit_draft", message_id=message.gmail_id, text="Gmailで直した文章")
    desk.look()
    if bound_before:
        Draft.objects.update(saved_at=Now() - noticing.SEEN_AFTER, not_before=Now())
        noticing.look_at(composer.draft.pk)
    else:
        desk.follow(composer)
    draft = desk.fresh(composer)
    assert (draft.trouble, draft.text.strip()) == (troubles.DRAFT_CHANGED, "途中まで書いた。")
    assert draft.theirs is not None
    assert draft.theirs["text"].strip() == "Gmailで直した文章"
    assert desk.rows() == 1
    assert "Gmailで直した" in parse(_raw(desk.in_gmail())).text


@pytest.mark.parametrize("change", ["edit_draft", "delete_draft"])
def test_nor_is_it_sent_over_what_was_made_of_it_there(desk: Desk, change: str) -> None:
    message = desk.begun()
    composer = adopt(message, desk.office.agent)
    desk.act(change, message_id=message.gmail_id, text="Gmailで直した文章")
    assert desk.send(composer, text="こちらの文") == OutgoingState.FAILED
    draft = desk.fresh(composer)
    changed = change == "edit_draft"
    wanted = troubles.DRAFT_CHANGED if changed else troubles.DRAFT_GONE
    assert (draft.trouble, draft.state, draft.unbound) == (wanted, DraftState.LIVE, False)
    assert desk.office.ledger() == []
    # Told once, its author decides: sent again it goes out, and what is theirs stays.
    composer = adopt(message, desk.office.agent)
    assert desk.send(composer) == OutgoingState.SENT
    assert len(desk.office.gmail_drafts()) == int(changed)


def test_one_that_was_sent_there_before_it_was_found_is_over(desk: Desk) -> None:
    message = desk.begun()
    composer = adopt(message, desk.office.agent)
    cancel(composer.draft, desk.office.agent, token=composer.lock.token)
    desk.act("send_draft", message_id=message.gmail_id)
    desk.follow(composer)
    draft = desk.fresh(composer)
    assert (draft.state, draft.unbound) == (DraftState.SENT, False)
    assert len(desk.office.ledger()) == 1


def test_what_gmail_does_not_answer_is_asked_later(desk: Desk) -> None:
    composer = adopt(desk.begun(), desk.office.agent)
    desk.office.sandbox.admin.faults(fail_next=99)
    desk.follow(composer)
    assert desk.fresh(composer).unbound
    desk.office.sandbox.admin.faults(reset=True)
    Draft.objects.update(not_before=Now())
    assert list(adopting.unbound()) == [composer.draft]
    desk.follow(composer)
    assert not desk.fresh(composer).unbound


def test_one_that_is_gone_is_not_gone_on_with(desk: Desk) -> None:
    message = desk.begun()
    desk.act("delete_draft", message_id=message.gmail_id)
    desk.look()
    with pytest.raises(DraftMoved):
        adopt(message, desk.office.agent)
    with pytest.raises(DraftMoved):
        adopt(desk.office.message, desk.office.agent)


def test_a_copy_of_ours_that_the_mirror_still_shows_is_no_other_draft(desk: Desk) -> None:
    begun = start_reply(desk.office.message, desk.office.agent, DraftKind.REPLY)
    desk.save(begun, text="一度目")
    desk.look()
    before = Message.objects.get(folder="draft", gone_at=None)
    desk.save(begun, text="二度目")
    assert adopt(before, desk.office.agent).draft == begun.draft


def _raw(resource: dict[str, Any]) -> bytes:
    return raw_bytes(resource["message"])


def _adopting(message: Message, user: User) -> Callable[[], object]:
    return lambda: adopt(Message.objects.get(pk=message.pk), User.objects.get(pk=user.pk))


def at_once(*deeds: Callable[[], object]) -> list[object]:
    gate = Barrier(len(deeds))

    def run(deed: Callable[[], object]) -> object:
        connection.ensure_connection()
        gate.wait(timeout=20)
        try:
            return deed()
        except editlock.LockRefusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))
