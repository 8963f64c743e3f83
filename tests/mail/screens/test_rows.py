"""A rendered row is kept, and never shown for anything but what it shows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.utils import timezone, translation

from crm.models import Customer
from labels.models import Label
from mail import rows as rendering
from mail.models import Comment, Folder, Message, MessageLabel
from mail.rows import render_rows
from permissions.models import User
from tests.mail import cast

pytestmark = pytest.mark.django_db


class Desk:
    def __init__(self) -> None:
        self.box = cast.mailbox()
        self.agent = cast.person("agent", self.box, name="田中 健一")
        self.mail = cast.mail(self.box, subject="配送について", snippet="いつ届きますか")

    def html(self, user: User | None = None, query: str = "category=inbox", **more: Any) -> str:
        messages = list(Message.objects.filter(pk=self.mail.pk).for_rows())
        return render_rows(messages, cast.again(user or self.agent), query, **more)[0]

    def change(self, **fields: Any) -> None:
        Message.objects.filter(pk=self.mail.pk).update(**fields)

    def label(self, **fields: Any) -> Label:
        label, made = Label.objects.get_or_create(
            mailbox=self.box, gmail_id="Label_1", defaults={"name": "配送"}
        )
        if made:
            MessageLabel.objects.create(
                message=self.mail, label=label, internal_date=self.mail.internal_date
            )
        Label.objects.filter(pk=label.pk).update(**fields)
        return label


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_the_same_row_is_rendered_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    rendered: list[str] = []

    def counted(*args: Any) -> Any:
        rendered.append("")
        return render_to_string(*args)

    monkeypatch.setattr(rendering, "render_to_string", counted)
    first = desk.html()
    assert desk.html() == first
    assert desk.html(user=cast.person("colleague", desk.box)) == first
    assert len(rendered) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"subject": "変更後"},
        {"snippet": "変更後"},
        {"is_unread": True},
        {"is_starred": True},
        {"has_attachments": True},
        {"status": "done"},
        {"folder": Folder.TRASH},
        {"automatic": "bounce"},
        {"undelivered": True},
        {"from_name": "別の人"},
        {"from_address": "other@customer.example"},
        {"folder": Folder.SENT, "to_line": "別の人"},
        {"version": 7},
        {"internal_date": timezone.now() - timedelta(days=400)},
    ],
    ids=lambda fields: "-".join(fields),
)
def test_whatever_it_shows_is_shown_at_once(desk: Desk, fields: dict[str, Any]) -> None:
    """Also where the version was forgotten to grow."""
    before = desk.html()
    desk.change(**fields)
    assert desk.html() != before


def test_what_stands_beside_the_mail_is_shown_at_once(desk: Desk) -> None:
    seen = {desk.html()}
    desk.label()
    seen.add(desk.html())
    desk.label(name="配送/遅延")
    seen.add(desk.html())
    desk.label(background="#fb4c2f", text_color="#ffffff")
    seen.add(desk.html())
    comment = Comment.objects.create(message=desk.mail, author=desk.agent, text="電話済み")
    seen.add(desk.html())
    Comment.objects.filter(pk=comment.pk).update(text="返金済み")
    seen.add(desk.html())
    User.objects.filter(pk=desk.agent.pk).update(name="田中 健二")
    seen.add(desk.html())
    desk.change(assignee=desk.agent)
    seen.add(desk.html())
    customer = Customer.objects.create(name="青空商事")
    desk.change(customer=customer)
    seen.add(desk.html())
    Customer.objects.filter(pk=customer.pk).update(name="青空商事 本社")
    seen.add(desk.html())
    User.objects.filter(pk=desk.agent.pk).update(color=5)
    seen.add(desk.html())
    assert len(seen) == 11


def test_each_reader_gets_their_own(desk: Desk) -> None:
    desk.change(internal_date=timezone.now(), is_starred=True)
    plain = desk.html()
    with translation.override("en"):
        assert desk.html() != plain
    with timezone.override("America/New_York"):
        assert desk.html() != plain
    assert desk.html(query="category=open") != plain
    assert desk.html(oob=True) != plain
    reader = cast.person("reader", desk.box)
    reader.grants.create(operation="mail.label", allowed=False)
    assert 'class="star-btn"' not in desk.html(user=reader)
    assert 'class="star-btn"' in plain
    desk.change(customer=Customer.objects.create(name="青空商事"))
    assert "青空商事" in desk.html()
    reader.grants.create(operation="customers.view", allowed=False)
    assert "青空商事" not in desk.html(user=reader)


def test_the_kept_rows_are_bounded(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "_MOST", 10)
    kept = rendering._Rendered()
    monkeypatch.setattr(rendering, "_rendered", kept)
    for number in range(25):
        desk.change(version=number)
        desk.html()
    assert len(kept._kept) == 10
