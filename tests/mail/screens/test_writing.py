"""Writing and sending through the screens: what is posted, refused, kept, and decided."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from mail import editlock
from mail.mime import parse
from mail.models import Draft, Message, Outgoing, OutgoingState, Status
from mailboxes.models import SendAs
from permissions.models import User
from tests.mail import cast

pytestmark = pytest.mark.django_db


class Desk:
    def __init__(self) -> None:
        self.box = cast.mailbox()
        self.agent = cast.person("agent", self.box, name="田中 健一")
        self.other = cast.person("other", self.box, name="山田 花子")
        self.mail = cast.mail(self.box, subject="Re: Re: ご注文について")
        self.client = self.as_(self.agent)

    def as_(self, user: User) -> Client:
        client = Client(headers={"hx-request": "true"})
        client.force_login(User.objects.get(pk=user.pk))
        return client

    def begin(self, kind: str = "reply") -> Draft:
        answer = self.client.post(reverse(f"mail:{kind}", args=[self.mail.pk]))
        assert answer.status_code == 200, answer.content.decode()
        return Draft.objects.get(answers=self.mail, state="live")

    def token(self) -> int:
        lock = editlock.current(self.mail)
        assert lock is not None
        return lock.token

    def post(self, verb: str, draft: Draft, **fields: Any) -> Any:
        data = {"token": self.token(), "version": draft.version, **fields}
        return self.client.post(reverse(f"mail:{verb}", args=[draft.pk]), data)

    def fresh(self) -> Message:
        return Message.objects.get(pk=self.mail.pk)


@pytest.fixture
def desk(broker: Any) -> Desk:
    return Desk()


FILLED = {
    "from": "support@shop.example",
    "to": "井上 葵 <aoi@customer.example>",
    "cc": "",
    "bcc": "",
    "subject": "Re: ご注文について",
    "body": "本日発送いたします。\r\n\r\nよろしくお願いいたします。",
    "signature": "カスタマーサポート\r\n田中",
    "quote": "> 届きません。",
}


def test_a_reply_opens_filled_in(desk: Desk) -> None:
    shown = desk.client.post(reverse("mail:reply", args=[desk.mail.pk])).content.decode()
    assert 'value="Re: ご注文について"' in shown
    assert "aoi@customer.example" in shown
    assert "届きません。" in shown
    assert "あなたが編集中です" in shown
    assert desk.fresh().status == Status.IN_PROGRESS


def test_what_is_typed_is_kept_and_a_stale_tab_is_told(desk: Desk) -> None:
    draft = desk.begin()
    answer = desk.post("autosave", draft, **FILLED)
    assert answer.json()["version"] == draft.version + 1
    kept = Draft.objects.get(pk=draft.pk)
    assert kept.text == "本日発送いたします。\n\nよろしくお願いいたします。"
    stale = desk.post("autosave", draft, **{**FILLED, "body": "別のタブの文"})
    assert stale.status_code == 409
    assert Draft.objects.get(pk=draft.pk).text == kept.text


@pytest.mark.spec("M20a", "M22")
def test_sending_hands_one_frozen_copy_to_the_outbox(desk: Desk) -> None:
    draft = desk.begin()
    token, version = desk.token(), draft.version
    data = {"token": token, "version": version, **FILLED}
    address = reverse("mail:send", args=[draft.pk])
    for _ in range(3):  # a double click, and a request that was repeated
        assert desk.client.post(address, data).status_code == 200
    outgoing = Outgoing.objects.get()
    assert outgoing.state == OutgoingState.QUEUED
    assert desk.fresh().status == Status.IN_PROGRESS  # 完了 only when it is really sent
    mail = parse(bytes(outgoing.raw))
    assert mail.subject == "Re: ご注文について"
    assert [person.address for person in mail.to] == ["aoi@customer.example"]
    assert mail.text.startswith("本日発送いたします。")
    assert mail.text.index("カスタマーサポート") < mail.text.index("> 届きません。")
    assert mail.in_reply_to == desk.mail.body.rfc822_id


@pytest.mark.parametrize(
    ("wrong", "field", "says"),
    [
        ({"to": ""}, "e-to", "宛先"),
        ({"to": "aoi@"}, "e-to", "aoi@"),
        ({"cc": "だれか"}, "e-cc", "だれか"),
        ({"from": "boss@elsewhere.example"}, "e-from", "boss@elsewhere.example"),
    ],
)
def test_what_cannot_be_sent_is_said_at_its_field_and_the_text_kept(
    desk: Desk, wrong: dict[str, str], field: str, says: str
) -> None:
    draft = desk.begin()
    answer = desk.post("send", draft, **{**FILLED, **wrong})
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="{field}"' in shown
    assert says in shown
    assert "よろしくお願いいたします。" in shown
    assert "よろしくお願いいたします。" in Draft.objects.get(pk=draft.pk).text
    assert not Outgoing.objects.exists()


def test_only_verified_senders_can_be_chosen(desk: Desk) -> None:
    SendAs.objects.create(mailbox=desk.box, address="new@shop.example", verified=False)
    shown = desk.client.post(reverse("mail:reply", args=[desk.mail.pk])).content.decode()
    option = shown.split('value="new@shop.example"')[1].split("</option>")[0]
    assert "disabled" in option
    assert "Gmail" in option


@pytest.mark.spec("M24b", "M25")
def test_without_ones_own_lock_nothing_is_written_or_sent(desk: Desk) -> None:
    draft = desk.begin()
    token = desk.token()
    other = desk.as_(desk.other)
    for verb in ("autosave", "save", "send", "cancel", "discard"):
        data = {"token": token, "version": draft.version, **FILLED}
        answer = other.post(reverse(f"mail:{verb}", args=[draft.pk]), data)
        assert answer.status_code == 409, verb
        assert "田中 健一" in answer.content.decode(), verb
    assert not Outgoing.objects.exists()
    assert Draft.objects.get(pk=draft.pk).version == draft.version
    assert other.get(reverse("mail:detail", args=[desk.mail.pk])).status_code == 200
    comment = other.post(reverse("mail:comments", args=[desk.mail.pk]), {"text": "確認します"})
    assert comment.status_code == 200


def test_cancelling_gives_back_the_status_and_the_lock(desk: Desk) -> None:
    draft = desk.begin()
    answer = desk.post("cancel", draft)
    assert answer.status_code == 200
    assert reverse("mail:reply", args=[desk.mail.pk]) in answer.content.decode()
    assert desk.fresh().status == Status.OPEN
    assert editlock.current(desk.mail) is None


def test_sending_and_going_on_leads_to_the_next_mail_of_the_list(desk: Desk) -> None:
    newer = cast.mail(desk.box, subject="新しい")
    desk.client = desk.as_(desk.agent)
    desk.mail, older = newer, desk.mail
    draft = desk.begin()
    came_from = f"http://testserver{reverse('mail:detail', args=[newer.pk])}?category=open"
    answer = desk.client.post(
        reverse("mail:send", args=[draft.pk]),
        {"token": desk.token(), "version": draft.version, "next": "1", **FILLED},
        headers={"hx-current-url": came_from},
    )
    assert answer["HX-Redirect"] == f"{reverse('mail:detail', args=[older.pk])}?category=open"


@pytest.mark.parametrize("was_sent", ["yes", "no"])
def test_a_person_decides_what_nobody_knows(desk: Desk, was_sent: str) -> None:
    draft = desk.begin()
    desk.post("send", draft, **FILLED)
    outgoing = Outgoing.objects.get()
    Outgoing.objects.update(state=OutgoingState.UNCERTAIN, trouble="no_evidence")
    page = desk.client.get(reverse("mail:detail", args=[desk.mail.pk])).content.decode()
    address = reverse("mail:decide", args=[outgoing.pk])
    assert address in page
    assert desk.as_(desk.other).post(address, {"was_sent": was_sent}).status_code == 403
    desk.client.post(address, {"was_sent": was_sent})
    assert desk.fresh().status == (Status.DONE if was_sent == "yes" else Status.IN_PROGRESS)
    assert Draft.objects.get(pk=draft.pk).state == ("sent" if was_sent == "yes" else "live")


def test_a_saved_draft_of_a_colleague_is_taken_over_only_when_that_is_said(desk: Desk) -> None:
    draft = desk.begin()
    desk.post("save", draft, **FILLED)
    editlock.release(desk.mail, desk.agent, desk.token())
    other = desk.as_(desk.other)
    refused = other.post(reverse("mail:reply", args=[desk.mail.pk]))
    assert refused.status_code == 409
    address = reverse("mail:draft", args=[draft.pk])
    assert address in refused.content.decode()
    assert "take_over" in other.get(address).content.decode()
    other.post(address, {"take_over": "1"})
    assert Draft.objects.get(pk=draft.pk).author == desk.other
    parked = Draft.objects.get(state="parked")
    assert parked.author == desk.agent
    mine = reverse("mail:draft", args=[parked.pk])
    assert "本日発送いたします。" in desk.client.get(mine).content.decode()
    assert other.get(mine).status_code == 404


def test_both_texts_are_shown_when_gmail_has_another(desk: Desk) -> None:
    draft = desk.begin()
    Draft.objects.filter(pk=draft.pk).update(
        trouble="draft_changed", theirs={"subject": "Re: 件名", "text": "<b>Gmailで直した</b>"}
    )
    page = desk.client.get(reverse("mail:detail", args=[desk.mail.pk])).content.decode()
    assert "&lt;b&gt;Gmailで直した&lt;/b&gt;" in page
    assert "Gmailの文章" in page


@pytest.mark.spec("M26b")
def test_ones_text_is_shown_where_it_was_typed_when_the_lock_is_over(desk: Desk) -> None:
    draft = desk.begin()
    desk.post("autosave", draft, **FILLED)
    editlock.break_lock(desk.mail, by=desk.other, reason="電話のため")
    address = reverse("mail:detail", args=[desk.mail.pk])
    led = desk.client.get(reverse("mail:draft", args=[draft.pk]))
    assert led.headers["HX-Redirect"] == address
    page = desk.client.get(address).content.decode()
    assert "本日発送いたします。" in page
    assert 'id="composer"' not in page
    go_on = reverse("mail:draft", args=[draft.pk])
    assert f'action="{go_on}"' in page
    assert "本日発送いたします。" not in desk.as_(desk.other).get(address).content.decode()
    # A colleague at work: the text can be copied, but not gone on with.
    editlock.acquire(desk.mail, desk.other)
    page = desk.client.get(address).content.decode()
    assert "本日発送いたします。" in page
    assert f'action="{go_on}"' not in page
    editlock.break_lock(desk.mail, by=desk.agent, reason="終わり")
    assert desk.client.post(go_on).status_code in {200, 204, 302}
    lock = editlock.current(desk.mail)
    assert lock is not None
    assert lock.held_by(desk.agent)
