"""続きを書く on a draft that was begun in Gmail: who is offered it, and what each gets."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from mail import editlock
from mail.actions.reply import start_reply
from mail.models import Draft, DraftKind, Folder, Message, MessageBody
from permissions.models import User, UserGrant
from permissions.operations import Operation
from tests.mail import cast

pytestmark = pytest.mark.django_db


class Desk:
    """A customer's mail, and a draft in its conversation that was begun in Gmail."""

    def __init__(self) -> None:
        self.box = cast.mailbox()
        self.agent = cast.person("agent", self.box, name="田中 健一")
        self.other = cast.person("other", self.box, name="山田 花子")
        self.mail = cast.mail(self.box, subject="ご注文について")
        self.draft = self.begun("Re: ご注文について", conversation=self.mail.conversation)

    def begun(self, subject: str, **more: Any) -> Message:
        return cast.mail(
            self.box,
            subject=subject,
            folder=Folder.DRAFT,
            status=None,
            sender=("サポート", self.box.address),
            to=(("井上 葵", "aoi@customer.example"),),
            text="途中まで",
            **more,
        )

    def as_(self, user: User) -> Client:
        client = Client()
        client.force_login(User.objects.get(pk=user.pk))
        return client

    def go_on(self, user: User, message: Message | None = None, *, within: bool = False) -> Any:
        """`within` the page, as its script asks."""
        address = reverse("mail:adopt", args=[(message or self.draft).pk])
        return self.as_(user).post(address, headers={"hx-request": "true"} if within else {})

    def is_offered(self, user: User, message: Message | None = None) -> bool:
        address = reverse("mail:adopt", args=[(message or self.draft).pk])
        return f'action="{address}"' in self.page(user, message)

    def page(self, user: User, message: Message | None = None) -> str:
        answer = self.as_(user).get(reverse("mail:detail", args=[(message or self.draft).pk]))
        assert answer.status_code == 200
        found: str = answer.content.decode()
        return found


@pytest.fixture
def desk(broker: Any) -> Desk:
    return Desk()


def deny(user: User, operation: Operation) -> None:
    UserGrant.objects.create(user=user, operation=operation.value, allowed=False)


@pytest.mark.spec("M5b")
def test_an_answer_opens_beside_its_mail_and_a_new_mail_on_a_page_of_its_own(desk: Desk) -> None:
    assert desk.is_offered(desk.agent)
    answer = desk.go_on(desk.agent)
    assert answer.status_code == 302
    assert answer["Location"] == reverse("mail:detail", args=[desk.mail.pk])
    assert "途中まで" in desk.page(desk.agent, desk.mail)
    alone = desk.begun("ご案内")
    answer = desk.go_on(desk.agent, alone)
    draft = Draft.objects.get(adopted=alone)
    assert answer["Location"] == reverse("mail:draft", args=[draft.pk])
    assert "途中まで" in desk.as_(desk.agent).get(answer["Location"]).content.decode()
    # The same once more: a second tab, or the way back in the browser.
    assert desk.go_on(desk.agent, alone)["Location"] == answer["Location"]
    assert Draft.objects.count() == 2


@pytest.mark.spec("M5b")
def test_a_colleague_is_told_who_writes_and_may_take_over_what_was_left(desk: Desk) -> None:
    desk.go_on(desk.agent)
    refused = desk.go_on(desk.other, within=True)
    assert refused.status_code == 409
    assert "田中 健一" in refused.content.decode()
    lock = editlock.current(desk.mail)
    assert lock is not None
    editlock.release(desk.mail, desk.agent, lock.token)
    refused = desk.go_on(desk.other, within=True)
    assert refused.status_code == 409
    draft = Draft.objects.get()
    # The way to the page where it can be taken over.
    assert reverse("mail:draft", args=[draft.pk]) in refused.content.decode()


@pytest.mark.spec("M5b", "M28")
def test_work_close_by_is_confirmed_first(desk: Desk) -> None:
    near = cast.mail(desk.box, subject="追伸", conversation=desk.mail.conversation)
    start_reply(near, desk.other, DraftKind.REPLY)
    MessageBody.objects.filter(message=desk.draft).update(
        headers=[["In-Reply-To", f"<{desk.mail.body.rfc822_id}>"]]
    )
    assert desk.go_on(desk.agent).status_code == 409
    assert not Draft.objects.filter(adopted=desk.draft).exists()
    address = reverse("mail:adopt", args=[desk.draft.pk])
    assert desk.as_(desk.agent).post(address, {"confirmed": "1"}).status_code == 302
    assert Draft.objects.get(adopted=desk.draft).answers == desk.mail


@pytest.mark.spec("P2")
@pytest.mark.parametrize(
    ("subject", "operation"),
    [
        ("Re: ご注文について", Operation.MAIL_REPLY),
        ("Fwd: ご注文について", Operation.MAIL_FORWARD),
        ("ご案内", Operation.MAIL_COMPOSE),
    ],
)
def test_it_takes_the_right_for_what_it_is(desk: Desk, subject: str, operation: Operation) -> None:
    there = {} if operation == Operation.MAIL_COMPOSE else {"conversation": desk.mail.conversation}
    draft = desk.begun(subject, **there)
    deny(desk.agent, operation)
    assert not desk.is_offered(desk.agent, draft)
    assert desk.go_on(desk.agent, draft).status_code == 403
    assert not Draft.objects.exists()
    # The others' rights are not needed for it.
    deny_all_but(desk.other, operation)
    assert desk.is_offered(desk.other, draft)
    assert desk.go_on(desk.other, draft).status_code == 302


def deny_all_but(user: User, operation: Operation) -> None:
    writing = {Operation.MAIL_REPLY, Operation.MAIL_FORWARD, Operation.MAIL_COMPOSE}
    for each in writing - {operation}:
        deny(user, each)


def test_the_six_questions(desk: Desk) -> None:
    """Other role · outsider · read-only · wrong method · bad id; that it works stands above."""
    address = reverse("mail:adopt", args=[desk.draft.pk])
    leader = cast.person("leader", desk.box, role="leader")
    outsider = cast.person("outsider")
    reader = cast.person("reader", desk.box)
    for operation in Operation:
        if operation != Operation.MAIL_VIEW:
            deny(reader, operation)
    assert desk.go_on(outsider).status_code == 404
    assert desk.go_on(reader).status_code == 403
    assert desk.as_(desk.agent).get(address).status_code == 405
    assert desk.as_(desk.agent).post("/mail/M-UUUUUU/adopt/").status_code == 404
    assert Client().post(address).status_code == 302  # to the log-in
    assert not Draft.objects.exists()
    assert desk.go_on(leader).status_code == 302


def test_what_is_still_read_in_waits(desk: Desk) -> None:
    MessageBody.objects.filter(message=desk.draft).update(needs_raw=True)
    refused = desk.go_on(desk.agent)
    assert refused.status_code == 409
    assert not Draft.objects.exists()


def test_a_draft_of_an_unanswerable_conversation_is_a_new_mail(desk: Desk) -> None:
    Message.objects.filter(pk=desk.mail.pk).update(folder=Folder.SPAM, status=None)
    desk.go_on(desk.agent)
    draft = Draft.objects.get()
    assert (draft.kind, draft.answers) == (DraftKind.NEW, None)
