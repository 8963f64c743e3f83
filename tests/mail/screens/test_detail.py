"""One mail: its fields, its body in the frame, its status control, its tabs."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.signing import TimestampSigner
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mail import editlock
from mail.attachments.store import keep
from mail.bodies import inline_token
from mail.models import (
    Attachment,
    Comment,
    Correspondent,
    Draft,
    Folder,
    Message,
    MessageBody,
    Outgoing,
    Status,
)
from mailboxes.models import Membership
from permissions.models import User
from tests.mail import cast
from tests.streamed import content_of

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 16
HTML = (
    '<p>本日届きました。<script>alert(1)</script></p><img src="https://track.example/pixel.png">'
    '<img src="cid:photo@customer.example"><a href="https://shop.example@evil.example/">店</a>'
    '<form action="https://evil.example/"><input name="a"></form>'
)


class Desk:
    def __init__(self) -> None:
        self.box = cast.mailbox()
        self.agent = cast.person("agent", self.box, name="田中 健一")
        self.other = cast.person("other", self.box, name="山田 花子")
        self.leader = cast.person("leader", self.box, name="鈴木 一郎", role="leader")
        self.mail = cast.mail(
            self.box,
            subject="【至急】破損",
            sender=("高橋 美咲", "misaki@customer.example"),
            cc=(("倉庫", "depot@shop.example"),),
            has_attachments=True,
        )
        MessageBody.objects.filter(message=self.mail).update(html=HTML)
        self.photo = Attachment.objects.create(
            message=self.mail,
            part_id="1",
            filename="photo.png",
            content_type="image/png",
            content_id="photo@customer.example",
            inline=True,
        )
        self.file = Attachment.objects.create(
            message=self.mail, part_id="2", filename="納品書.pdf", content_type="application/pdf"
        )

    def at(self, name: str, *more: Any) -> str:
        return reverse(f"mail:{name}", args=[self.mail.pk, *more])

    def as_(self, user: User) -> Client:
        client = Client(headers={"hx-request": "true"})
        client.force_login(User.objects.get(pk=user.pk))
        return client

    def page(self, user: User) -> str:
        client = Client()
        client.force_login(User.objects.get(pk=user.pk))
        response = client.get(self.at("detail"))
        assert response.status_code == 200
        return str(response.content.decode())

    def fresh(self) -> Message:
        return Message.objects.select_related("assignee").get(pk=self.mail.pk)


@pytest.fixture
def desk(broker: Any) -> Desk:
    return Desk()


@pytest.mark.spec("M10a")
def test_the_fields_of_a_mail_are_all_there(desk: Desk) -> None:
    editlock.acquire(desk.mail, desk.agent)
    MessageBody.objects.filter(message=desk.mail).update(
        people={
            "from": [["高橋 美咲", "misaki@customer.example"]],
            "to": [["サポート", "support@shop.example"]],
            "cc": [["倉庫", "depot@shop.example"]],
            "bcc": [["控え", "copy@shop.example"]],
        }
    )
    page = desk.page(desk.agent)
    for shown in (
        "田中 健一",
        f'data-copy="{desk.mail.public_id}"',
        "2026/11/2",
        "高橋 美咲",
        "misaki@customer.example",
        "support@shop.example",
        "depot@shop.example",
        "copy@shop.example",
        "【至急】破損",
        f'src="{desk.at("body")}?v=',
        "納品書.pdf",
        desk.at("attachment", desk.file.pk),
    ):
        assert shown in page, shown


@pytest.mark.spec("M11a")
def test_the_body_is_shown_in_a_frame_that_can_do_nothing(desk: Desk) -> None:
    page = desk.page(desk.agent)
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page
    response = desk.as_(desk.agent).get(desk.at("body"))
    policy = response["Content-Security-Policy"]
    body = response.content.decode()
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups" in policy
    assert "本日届きました。" in body
    for dead in ("<script", "<form", "<input", "track.example/pixel.png"):
        assert dead not in body, dead
    img_src = next(part for part in policy.split("; ") if part.startswith("img-src"))
    assert img_src.split()[1:] == ["data:", "http://testserver/inline/"]
    assert 'data-host="evil.example"' in body
    assert 'target="_blank"' in body
    assert 'rel="noopener noreferrer nofollow"' in body


@pytest.mark.spec("M11a")
def test_pictures_from_outside_come_when_they_are_asked_for(desk: Desk) -> None:
    assert "外部画像 1 件" in desk.page(desk.agent)
    response = desk.as_(desk.agent).get(desk.at("body"), {"images": "1"})
    assert "https://track.example/pixel.png" in response.content.decode()
    assert "https: http:" in response["Content-Security-Policy"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.spec("M11a")
def test_inline_pictures_are_shown_by_signed_addresses(desk: Desk) -> None:
    keep(desk.photo, PNG)
    body = desk.as_(desk.agent).get(desk.at("body")).content.decode()
    address = body.split('src="http://testserver')[1].split('"')[0]
    answer = Client().get(address)  # the frame sends no cookies
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert content_of(answer) == PNG
    assert answer["X-Content-Type-Options"] == "nosniff"
    forged = TimestampSigner(salt="another").sign(str(desk.photo.pk))
    assert Client().get(reverse("mail:inline", args=[forged])).status_code == 404
    pdf = reverse("mail:inline", args=[inline_token(desk.file.pk, desk.agent.pk)])
    assert Client().get(pdf).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_file_is_downloaded_under_its_name_and_never_shown(desk: Desk) -> None:
    keep(desk.file, b"%PDF-1.4")
    client = Client()
    client.force_login(desk.agent)
    answer = client.get(desk.at("attachment", desk.file.pk))
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%E7%B4%8D")
    assert answer["Content-Type"] == "application/octet-stream"
    assert "sandbox" in answer["Content-Security-Policy"]


@pytest.mark.spec("M12")
def test_open_and_done_are_set_by_hand(desk: Desk) -> None:
    client = desk.as_(desk.agent)
    for status in (Status.DONE, Status.OPEN):
        answer = client.post(desk.at("status"), {"status": status.value})
        assert answer.status_code == 200
        assert desk.fresh().status == status
        assert editlock.current(desk.mail) is None


@pytest.mark.spec("M12", "M24a")
def test_in_progress_takes_the_lock_and_releasing_gives_it_back(desk: Desk) -> None:
    client = desk.as_(desk.agent)
    answer = client.post(desk.at("status"), {"status": "in_progress"})
    assert "あなたが編集中です" in answer.content.decode()
    mail = desk.fresh()
    assert (mail.status, mail.assignee) == (Status.IN_PROGRESS, desk.agent)
    lock = editlock.current(desk.mail)
    assert lock is not None
    assert lock.held_by(desk.agent)
    client.post(desk.at("release"))
    mail = desk.fresh()
    assert (mail.status, mail.assignee) == (Status.OPEN, None)
    assert editlock.current(desk.mail) is None


@pytest.mark.spec("M12", "M25")
def test_while_somebody_else_works_the_status_is_refused_and_the_holder_named(desk: Desk) -> None:
    editlock.acquire(desk.mail, desk.agent)
    before = desk.fresh()
    for name, data in (("status", {"status": "done"}), ("reply", {}), ("forward", {})):
        answer = desk.as_(desk.other).post(desk.at(name), data)
        assert answer.status_code == 409
        assert "田中 健一" in answer.content.decode()
        after = desk.fresh()
        assert (after.status, after.assignee, after.version) == (
            before.status,
            before.assignee,
            before.version,
        )
    assert "田中 健一さんが" in desk.page(desk.other)
    refused = desk.as_(desk.other).post(desk.at("force"), {"reason": "急ぎ"})
    assert refused.status_code == 403


@pytest.mark.spec("M12")
def test_force_update_breaks_the_lock_with_a_reason(desk: Desk) -> None:
    editlock.acquire(desk.mail, desk.agent)
    leader = desk.as_(desk.leader)
    assert leader.post(desk.at("force"), {"reason": ""}).status_code == 422
    assert leader.post(desk.at("force"), {"reason": "急ぎのため"}).status_code == 200
    assert leader.post(desk.at("status"), {"status": "done"}).status_code == 200
    assert desk.fresh().status == Status.DONE
    told = desk.as_(desk.leader).get(desk.at("events")).content.decode()
    assert "急ぎのため" in told
    assert "鈴木 一郎" in desk.page(desk.agent)  # the former holder is told by whom


def test_comments_are_written_lock_or_not_and_empty_ones_refused(desk: Desk) -> None:
    editlock.acquire(desk.mail, desk.agent)
    client = desk.as_(desk.other)
    answer = client.post(desk.at("comments"), {"text": "在庫を<b>確認</b>中"})
    assert "在庫を&lt;b&gt;確認&lt;/b&gt;中" in answer.content.decode()
    assert Comment.objects.get().author == desk.other
    assert client.post(desk.at("comments"), {"text": "  "}).status_code == 422
    too_long = client.post(desk.at("comments"), {"text": "長" * 4001})
    assert too_long.status_code == 422
    assert "長" * 4001 in too_long.content.decode()


def test_the_correspondence_holds_both_directions_and_nothing_unseen(desk: Desk) -> None:
    sent = cast.mail(desk.box, subject="ご返信", folder=Folder.SENT)
    draft = cast.mail(desk.box, subject="書きかけ", folder=Folder.DRAFT, status=None)
    secret = cast.mail(cast.mailbox("other@shop.example"), subject="秘密")
    second = cast.mailbox("second@shop.example")
    Membership.objects.create(mailbox=second, user=desk.agent)
    there = cast.mail(second, subject="別のメールアドレスへ")
    for message in (desk.mail, sent, draft, secret, there):
        Correspondent.objects.create(
            message=message,
            address="misaki@customer.example",
            internal_date=message.internal_date,
        )
    told = desk.as_(desk.agent).get(desk.at("history")).content.decode()
    shown = [told.index(each) for each in ("別のメールアドレスへ", "ご返信", "【至急】破損")]
    assert shown == sorted(shown)
    assert "秘密" not in told
    assert "書きかけ" not in told
    # The number on the tab is what stands below it.
    assert '<span class="n" id="count-history">3</span>' in desk.page(desk.agent)


def test_the_neighbours_are_those_of_the_list_one_came_from(desk: Desk) -> None:
    older_done = cast.mail(desk.box, status=Status.DONE)
    newest = cast.mail(desk.box)
    client = Client()
    client.force_login(desk.agent)
    address = reverse("mail:detail", args=[newest.pk])
    in_open = client.get(address, {"category": "open"}).context
    assert in_open["older_url"].startswith(desk.at("detail"))
    assert in_open["newer_url"] == ""
    in_all = client.get(address, {"category": "all"}).context
    assert reverse("mail:detail", args=[older_done.pk]) in in_all["older_url"]


# The person (1). The mail with its body, where to begin to listen, the labels of the person's
# mailboxes, the neighbours, the files (5). How it stands (1). The frame: mailboxes, numbers, saved
# searches (3).
MAIL_QUERIES = 10
# Of a mail that somebody works on: the lock. Of an answered one: the sending.
WORKED_ON = 2


def test_what_a_mail_asks_the_database_is_counted_and_does_not_grow(desk: Desk) -> None:
    client = Client()
    client.force_login(User.objects.get(pk=desk.agent.pk))

    def queries() -> int:
        client.get(desk.at("detail"))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(desk.at("detail")).status_code == 200
        return len(captured)

    few = queries()
    for number in range(20):
        Comment.objects.create(message=desk.mail, author=desk.other, text=str(number))
        other = cast.mail(desk.box, sender=("高橋 美咲", "misaki@customer.example"))
        for message in (other, desk.mail):
            Correspondent.objects.get_or_create(
                message=message,
                address="misaki@customer.example",
                defaults={"internal_date": message.internal_date},
            )
        Attachment.objects.create(message=desk.mail, part_id=f"9{number}", filename="a")
    assert queries() == few
    assert few <= MAIL_QUERIES
    editlock.acquire(desk.mail, desk.other)
    draft = Draft.objects.create(
        mailbox=desk.box, kind="reply", state="sent", answers=desk.mail, author=desk.other
    )
    Outgoing.objects.create(
        mailbox=desk.box, draft=draft, answers=desk.mail, author=desk.other, state="sent",
        raw=b"", body_hash="",
    )  # fmt: skip
    assert queries() <= MAIL_QUERIES + WORKED_ON <= 12
    page = desk.page(desk.agent)
    assert re.findall(r'id="count-(\w+)">(\d*)<', page) == [
        ("comments", "20"),
        ("draft", ""),
        ("history", "21"),
        ("events", ""),
    ]


@pytest.mark.spec("M17")
def test_the_operation_history_tells_who_did_what_and_when(desk: Desk) -> None:
    tanaka, suzuki = desk.as_(desk.agent), desk.as_(desk.leader)
    tanaka.post(desk.at("star"), {"starred": "1"})
    tanaka.post(desk.at("comments"), {"text": "在庫を確認"})
    tanaka.post(desk.at("reply"))
    suzuki.post(desk.at("force"), {"reason": "<b>急ぎ</b>"})
    suzuki.post(desk.at("status"), {"status": "done"})
    answer = desk.as_(desk.other).get(desk.at("events"))
    events = answer.context["events"]
    told = [(each["who"], str(each["text"])) for each in events]
    # Newest first.
    assert [who for who, _ in told if who != "システム"][:1] == ["鈴木 一郎"]
    for who, part in (
        ("田中 健一", "スター"),
        ("田中 健一", "コメント"),
        ("田中 健一", "編集ロック"),
        ("鈴木 一郎", "<b>急ぎ</b>"),
        ("鈴木 一郎", "完了"),
    ):
        assert any(who == one and part in text for one, text in told), (who, part, told)
    times = [each["at"] for each in events]
    assert times == sorted(times, reverse=True)
    page = answer.content.decode()
    assert page.count("<time") == len(told)
    assert "&lt;b&gt;急ぎ&lt;/b&gt;" in page
    # Of this mail, and of no other.
    other = cast.mail(desk.box)
    elsewhere = desk.as_(desk.other).get(reverse("mail:events", args=[other.pk]))
    assert elsewhere.context["events"] == []
