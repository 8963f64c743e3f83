"""The left navigation: categories, labels, saved searches, menus, and their numbers."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from labels.models import Label, LabelKind
from mail.models import Message, MessageLabel, Status
from permissions.models import User, UserGrant
from permissions.operations import Operation
from tests.mail import cast

pytestmark = pytest.mark.django_db
CATEGORIES = [
    "受信トレイ",
    "未処理",
    "作業中",
    "完了",
    "自分の担当",
    "スター付き",
    "送信済み",
    "下書き",
    "迷惑メール",
    "ゴミ箱",
    "すべてのメール",
]
MENUS = ["テンプレート", "署名", "ラベル", "アドレス帳"]


class Office:
    def __init__(self) -> None:
        self.box = cast.mailbox()
        self.agent = cast.person("tanaka", self.box, name="田中 健一")
        self.inbox = Label.objects.create(
            mailbox=self.box, gmail_id="INBOX", name="INBOX", kind=LabelKind.SYSTEM
        )

    def mail(self, **fields: Any) -> Message:
        mail = cast.mail(self.box, **fields)
        MessageLabel.objects.create(
            label=self.inbox, message=mail, internal_date=mail.internal_date
        )
        return mail

    def links(self, address: str = "/mail/", user: User | None = None) -> dict[str, str]:
        """What the navigation's links say -> where they lead, in their order."""
        client = Client()
        client.force_login(User.objects.get(pk=(user or self.agent).pk))
        page = client.get(address).content.decode()
        nav = page[page.index('<nav class="nav"') :]
        nav = nav[: nav.index("</nav>")]
        found = re.findall(r'<a class="[^"]*nav-[^"]*" href="([^"]*)"[^>]*>(.*?)</a>', nav, re.S)
        return {_text(inner): href.replace("&amp;", "&") for href, inner in found}


def _text(html: str) -> str:
    html = re.sub(r'<span class="sr">.*?</span>', "", html, flags=re.S)
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


@pytest.fixture
def office(broker: Any) -> Office:
    return Office()


@pytest.mark.spec("M1")
def test_new_the_categories_the_labels_and_the_menus_in_this_order(office: Office) -> None:
    Label.objects.create(mailbox=office.box, gmail_id="Label_1", name="配送")
    said = list(office.links())
    wanted = ["新規メール", *CATEGORIES, "配送", *MENUS]
    assert [each for each in said if each in wanted] == wanted


@pytest.mark.spec("M1")
def test_each_category_leads_to_its_list_and_the_new_button_stands_there_too(
    office: Office,
) -> None:
    links = office.links()
    client = Client()
    client.force_login(office.agent)
    for name in CATEGORIES:
        page = client.get(links[name])
        assert page.status_code == 200
        shown = page.content.decode()
        assert f"<h1>{name}</h1>" in shown
        assert 'aria-current="page"' in shown
        assert shown.count('href="/mail/new/"') >= 2
    for name in MENUS:
        assert client.get(links[name]).status_code == 200


@pytest.mark.spec("M1")
def test_numbers_are_of_what_is_open_and_end_at_999(office: Office) -> None:
    for _ in range(3):
        office.mail()
    office.mail(status=Status.DONE)
    links = office.links()
    assert "受信トレイ 3" in links
    assert "未処理 3" in links
    assert "完了" in links
    one = Message.objects.first()
    assert one is not None
    Message.objects.bulk_create(
        Message(
            mailbox=office.box,
            conversation=one.conversation,
            gmail_id=f"many{number}",
            internal_date=one.internal_date,
            folder="received",
            status="open",
        )
        for number in range(1000)
    )
    assert "未処理 999+" in office.links()


def test_menus_are_of_those_who_may_see_them(office: Office) -> None:
    UserGrant.objects.create(
        user=office.agent, operation=Operation.LABELS_VIEW.value, allowed=False
    )
    said = list(office.links())
    assert "ラベル" not in said
    assert "テンプレート" in said
