"""テンプレート and 署名 while writing: filled, asked before typed text goes, nothing open sent."""

from __future__ import annotations

from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from activity.models import Event
from crm.models import Customer
from mail import editlock
from mail.actions.reply import start_new
from mail.mime import parse
from mail.models import Draft, Message, Outgoing
from permissions.models import User, UserGrant
from permissions.operations import Operation
from signatures.models import Signature, SignatureDefault
from templates_app.models import Template
from tests.mail import cast

pytestmark = pytest.mark.django_db


class Desk:
    def __init__(self) -> None:
        self.box = cast.mailbox()
        self.agent = cast.person("agent", self.box, name="田中 健一")
        self.other = cast.person("other", self.box, name="山田 花子")
        self.mail = cast.mail(self.box, subject="ご注文 {顧客名} について")
        self.template = Template.objects.create(
            name="お礼",
            folder="基本",
            cc="上司 <boss@shop.example>",
            subject="【ご回答】{件名}",
            body="{顧客名|お客様} 様\n\n{担当者名}です。\n",
        )
        self.draft = Draft()

    def as_(self, user: User) -> Client:
        client = Client(headers={"hx-request": "true"})
        client.force_login(User.objects.get(pk=user.pk))
        return client

    def begin(self) -> None:
        answer = self.as_(self.agent).post(reverse("mail:reply", args=[self.mail.pk]))
        assert answer.status_code == 200
        self.draft = Draft.objects.get(answers=self.mail, state="live")

    def typed(self, **fields: str) -> dict[str, str]:
        """What the composer posts: all as it stands, but for these."""
        lock = editlock.current(self.draft)
        self.draft.refresh_from_db()
        return {
            "token": str(lock.token if lock else 0),
            "version": str(self.draft.version),
            "from": "support@shop.example",
            "to": "井上 葵 <aoi@customer.example>",
            "cc": "",
            "bcc": "",
            "subject": self.draft.subject,
            "body": self.draft.text,
            "signature": self.draft.signature,
            "quote": self.draft.quoted,
            **fields,
        }

    def address(self, name: str) -> str:
        return reverse(f"mail:{name}", args=[self.draft.pk])

    def use(self, **fields: str) -> Any:
        data = self.typed(**{"template": str(self.template.pk), **fields})
        return self.as_(self.agent).post(self.address("use_template"), data)

    def fresh(self) -> Draft:
        return Draft.objects.get(pk=self.draft.pk)


@pytest.fixture
def desk(broker: Any) -> Desk:
    desk = Desk()
    desk.begin()
    return desk


def words(answer: Any) -> str:
    return unescape(answer.content.decode())


@pytest.mark.spec("M19b")
def test_the_modal_offers_templates_to_search_and_to_tick(desk: Desk) -> None:
    Template.objects.create(name="返品", folder="返品")
    client = desk.as_(desk.agent)
    shown = words(client.get(desk.address("templates")))
    assert 'type="radio"' in shown
    assert "お礼" in shown
    assert "返品" in shown
    found = words(client.get(desk.address("templates"), {"q": "お礼"}))
    assert found.count('type="radio"') == 1
    assert words(client.get(desk.address("templates"), {"folder": "返品"})).count("radio") >= 1
    assert 'type="radio"' not in words(client.get(desk.address("templates"), {"q": "ない"}))
    looked = words(client.get(desk.address("look_template"), {"template": str(desk.template.pk)}))
    assert "井上 葵 様" in looked
    assert "【ご回答】ご注文 {顧客名} について" in looked
    assert desk.fresh().text == ""


@pytest.mark.spec("M19b")
def test_running_fills_every_field_that_the_template_has(desk: Desk) -> None:
    answer = desk.use()
    assert answer.status_code == 200
    shown = words(answer)
    assert "井上 葵 様" in shown
    draft = desk.fresh()
    assert draft.subject == "【ご回答】ご注文 {顧客名} について"
    assert draft.text == "井上 葵 様\n\n田中 健一です。\n"
    assert draft.cc == [["上司", "boss@shop.example"]]
    assert draft.to == [["井上 葵", "aoi@customer.example"]]  # the template has none
    assert draft.quoted == desk.draft.quoted
    template = Template.objects.get(pk=desk.template.pk)
    assert template.used_count == 1
    assert template.last_used_at is not None
    assert template.version == 1
    event = Event.objects.get(kind="draft.template")
    assert (event.message_id, event.data["template_name"]) == (desk.mail.pk, "お礼")


@pytest.mark.spec("M19b")
def test_typed_text_is_asked_for_before_it_is_overwritten(desk: Desk) -> None:
    answer = desk.use(body="わたしが書いた文", subject="わたしの件名")
    assert answer.status_code == 422
    assert answer["HX-Retarget"] == "#template-question"
    asked = words(answer)
    assert "件名" in asked
    assert "本文" in asked
    assert "Cc" not in asked  # nothing stands there
    draft = desk.fresh()
    assert (draft.text, draft.cc) == ("", [])
    assert Template.objects.get(pk=desk.template.pk).used_count == 0

    added = desk.use(body="わたしが書いた文", subject="わたしの件名", over="add")
    assert added.status_code == 200
    draft = desk.fresh()
    assert draft.text == "わたしが書いた文\n\n井上 葵 様\n\n田中 健一です。\n"
    assert draft.subject == "わたしの件名"
    assert draft.cc == [["上司", "boss@shop.example"]]

    assert desk.use().status_code == 422  # what was typed is still in it
    assert desk.use(over="replace").status_code == 200
    draft = desk.fresh()
    assert draft.text == "井上 葵 様\n\n田中 健一です。\n"
    assert draft.subject == "【ご回答】ご注文 {顧客名} について"


def test_what_another_template_brought_is_nobodys_typing(desk: Desk) -> None:
    assert desk.use().status_code == 200
    second = Template.objects.create(name="別", body="別の文", subject="別の件名")
    assert desk.use(template=str(second.pk)).status_code == 200
    assert desk.fresh().text == "別の文"


def test_people_of_the_template_join_those_that_were_typed(desk: Desk) -> None:
    more = Template.objects.create(
        name="宛先", to="AOI@customer.example, b@customer.example", body="文"
    )
    answer = desk.use(template=str(more.pk), to="別の人 <c@customer.example>")
    assert answer.status_code == 422
    answer = desk.use(template=str(more.pk), to="別の人 <c@customer.example>", over="add")
    assert answer.status_code == 200
    addresses = [address for _, address in desk.fresh().to]
    assert addresses == ["c@customer.example", "AOI@customer.example", "b@customer.example"]


def send(desk: Desk, **fields: str) -> Any:
    return desk.as_(desk.agent).post(desk.address("send"), desk.typed(**fields))


@pytest.mark.spec("M23")
def test_what_is_left_unfilled_stops_the_sending_with_a_message(desk: Desk) -> None:
    Template.objects.filter(pk=desk.template.pk).update(
        body="{顧客名} 様\n注文番号 {注文番号} を {受信日} に {メールID} で。{担当者名} {今日|}",
        subject="{件名} {返送先}",
    )
    shown = words(desk.use())
    assert "井上 葵 様" in shown  # filled before sending
    assert desk.mail.public_id in desk.fresh().text
    received = desk.mail.internal_date.astimezone(ZoneInfo("Asia/Tokyo"))
    assert f"{received:%Y/%m/%d}" in desk.fresh().text
    answer = send(desk)
    assert answer.status_code == 422
    refused = words(answer)
    assert "{注文番号}" in refused[refused.index('id="e-body"') :][:400]
    assert "{返送先}" in refused[refused.index('id="e-subject"') :][:400]
    assert not Outgoing.objects.exists()
    # Filled in by hand, it goes; what a customer or an agent wrote in braces is no matter.
    text = desk.fresh().text.replace("{注文番号}", "A-1") + "\n{わたしの括弧}"
    answer = send(desk, body=text, subject="Re: ご注文 {顧客名} について", quote="> {注文番号}")
    assert answer.status_code == 200
    mail = parse(bytes(Outgoing.objects.get().raw))
    assert "注文番号 A-1" in mail.text
    assert "> {注文番号}" in mail.text


@pytest.mark.spec("M23")
def test_braces_that_no_template_brought_go_out(desk: Desk) -> None:
    assert send(desk, body="{顧客名} と {注文番号}", signature="{わたし}").status_code == 200
    assert "{顧客名}" in parse(bytes(Outgoing.objects.get().raw)).text


@pytest.mark.spec("M23")
def test_a_blank_of_a_signature_stops_the_sending_too(desk: Desk) -> None:
    Signature.objects.create(name="内線", text="{担当者名}\n内線 {内線番号}")
    answer = send(desk, body="本文", signature="田中\n内線 {内線番号}")
    assert answer.status_code == 422
    assert "{内線番号}" in words(answer)[words(answer).index('id="e-signature"') :][:400]
    assert send(desk, body="本文", signature="田中\n内線 12").status_code == 200


def test_a_reply_begins_with_the_nearest_signature_filled(broker: Any) -> None:
    desk = Desk()
    cast.send_as(desk.box, "info@shop.example")
    team = Signature.objects.create(name="窓口", text="{顧客名}様の担当 {担当者名}")
    info = Signature.objects.create(name="総合案内", text="総合案内")
    SignatureDefault.objects.create(signature=team, mailbox=desk.box)
    SignatureDefault.objects.create(signature=info, mailbox=desk.box, address="info@shop.example")
    desk.begin()
    assert desk.draft.signature == "井上 葵様の担当 田中 健一"
    shown = words(desk.as_(desk.agent).get(reverse("mail:draft_pane", args=[desk.mail.pk])))
    # Where it will stand: below the text, above the quotation; the list beside it.
    assert (
        shown.index('id="c-body"') < shown.index('id="c-signature"') < shown.index('id="c-quote"')
    )
    options = shown[shown.index("data-signature=") :]
    assert 'data-senders="support@shop.example"' in options
    assert 'data-senders="info@shop.example"' in options
    assert "窓口" in options
    written = cast.mail(desk.box, to=(("", "info@shop.example"),))
    answer = desk.as_(desk.agent).post(reverse("mail:reply", args=[written.pk]))
    assert answer.status_code == 200
    assert Draft.objects.get(answers=written).signature == "総合案内"
    assert start_new(desk.box, desk.agent).draft.signature == "{顧客名}様の担当 田中 健一"


def test_a_drawer_shows_a_text_filled_for_a_mail_of_ones_choice(desk: Desk) -> None:
    client = desk.as_(desk.agent)
    panel = words(client.get(reverse("mail:filling")))
    assert desk.mail.public_id in panel
    typed = {"subject": "{件名}", "body": "{顧客名} 様 {注文番号} {顧客アドレス|}"}
    shown = words(
        client.post(reverse("mail:filling"), {**typed, "preview_mail": desk.mail.public_id})
    )
    assert '<mark class="is-filled">井上 葵</mark>' in shown
    assert '<mark class="is-open">{注文番号}</mark>' in shown
    bare = words(client.post(reverse("mail:filling"), typed))
    assert '<mark class="is-open">{顧客名}</mark>' in bare
    for unknown in ("M-000000", "x", "M-" + "Z" * 12):
        told = words(client.post(reverse("mail:filling"), {**typed, "preview_mail": unknown}))
        assert "banner-warn" in told
    elsewhere = cast.mail(cast.mailbox("x@elsewhere.example"), sender=("秘密 太郎", "s@x.example"))
    told = words(
        client.post(reverse("mail:filling"), {**typed, "preview_mail": elsewhere.public_id})
    )
    assert "秘密" not in told


@pytest.mark.spec("M23")
def test_a_customer_is_called_as_the_team_calls_them(desk: Desk) -> None:
    customer = Customer(name="青空商事 井上葵", addresses="AOI@customer.example")
    customer.save()
    customer.keys.create(address_key="aoi@customer.example")
    desk.use()
    assert desk.fresh().text.startswith("青空商事 井上葵 様")
    # Not for whom may not see customers.
    UserGrant.objects.create(
        user=desk.agent, operation=Operation.CUSTOMERS_VIEW.value, allowed=False
    )
    desk.use(over="replace")
    assert desk.fresh().text.startswith("井上 葵 様")


def test_hostile_values_stay_text(desk: Desk) -> None:
    Message.objects.filter(pk=desk.mail.pk).update(
        from_name='<img src=x onerror="x">\r\nBcc: a@b.example', subject="</textarea><script>"
    )
    data = desk.typed(template=str(desk.template.pk), to="aoi@customer.example")
    answer = desk.as_(desk.agent).post(desk.address("use_template"), data)
    raw = answer.content.decode()
    assert "<img src=x" not in raw
    assert "</textarea><script>" not in raw
    assert "\nBcc:" not in desk.fresh().text
    looked = desk.as_(desk.agent).get(
        desk.address("look_template"), {"template": str(desk.template.pk)}
    )
    assert "<script>" not in looked.content.decode()


@pytest.mark.parametrize("name", ["templates", "look_template", "use_template"])
def test_each_address_asks_who_and_how(desk: Desk, name: str) -> None:
    address, data = desk.address(name), desk.typed(template=str(desk.template.pk))
    outsider = desk.as_(cast.person("outsider"))
    reader = cast.person("reader", desk.box)
    UserGrant.objects.create(user=reader, operation="mail.reply", allowed=False)
    blind = cast.person("blind", desk.box)
    UserGrant.objects.create(user=blind, operation=Operation.TEMPLATES_VIEW.value, allowed=False)

    def ask(client: Client, address: str = address, data: dict[str, str] = data) -> int:
        ask = client.post if name == "use_template" else client.get
        return int(ask(address, data).status_code)

    assert ask(outsider) == 404
    assert ask(desk.as_(reader)) == 403
    assert ask(desk.as_(blind)) == 403
    # A colleague without the lock may look, and change nothing.
    assert ask(desk.as_(desk.other)) == (409 if name == "use_template" else 200)
    assert desk.fresh().text == ""
    assert ask(desk.as_(desk.agent), reverse(f"mail:{name}", args=[999_999_999])) == 404
    if name != "templates":
        assert ask(desk.as_(desk.agent), data={**data, "template": "x"}) == 422
        assert ask(desk.as_(desk.agent), data={**data, "template": "999999"}) == 404
    other_method = desk.as_(desk.agent)
    wrong = other_method.get if name == "use_template" else other_method.post
    assert wrong(address).status_code == 405


def test_a_stale_tab_loses_nothing_and_overwrites_nothing(desk: Desk) -> None:
    old = desk.typed(template=str(desk.template.pk), body="古いタブの文", over="replace")
    client = desk.as_(desk.agent)
    assert client.post(desk.address("autosave"), desk.typed(body="新しい文")).status_code == 200
    assert client.post(desk.address("use_template"), old).status_code == 409
    assert desk.fresh().text == "新しい文"
    assert Template.objects.get(pk=desk.template.pk).used_count == 0
