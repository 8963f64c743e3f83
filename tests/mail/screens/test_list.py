"""The list: what belongs to it, its pages, its numbers, and what it costs."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.models import Customer
from labels.models import Label, LabelKind
from mail.browse import PAGE
from mail.counts import counts_for
from mail.models import Comment, Draft, Message, MessageLabel, Status, SyncPhase, SyncState
from mailboxes.models import Mailbox
from permissions.models import User, UserGrant
from permissions.operations import Operation
from tests.mail import cast

pytestmark = pytest.mark.django_db

# The person with role, grants and mailboxes (1). The list: where to begin to listen, the labels of
# the person's mailboxes, the rows, the rows' labels, their latest comments, a first synchronisation
# (6); the total as well where there is more than a page (1). The frame: mailboxes, numbers, saved
# searches (3).
LIST_QUERIES = 10
# Of drafts those written here, and what the outbox has of them (2).
DRAFT_QUERIES = 12


class Office:
    def __init__(self) -> None:
        self.box = cast.mailbox()
        SyncState.objects.create(mailbox=self.box, phase=SyncPhase.FOLLOWING)
        self.agent = cast.person("agent", self.box, name="田中 健一")
        self.inbox = self.label("INBOX", kind=LabelKind.SYSTEM)
        self.client = Client()
        self.client.force_login(self.agent)

    def label(self, name: str, box: Mailbox | None = None, **fields: Any) -> Label:
        return Label.objects.create(
            mailbox=box or self.box, gmail_id=name, name=name, **{"kind": LabelKind.USER, **fields}
        )

    def mail(self, *labels: Label, **fields: Any) -> Message:
        message = cast.mail(fields.pop("box", self.box), **fields)
        for label in labels:
            MessageLabel.objects.create(
                message=message, label=label, internal_date=message.internal_date
            )
        return message

    def page(self, **query: Any) -> Any:
        response = self.client.get(reverse("mail:list"), query)
        assert response.status_code == 200
        return response

    def subjects(self, **query: Any) -> list[str]:
        return subjects_on(self.page(**query))


def subjects_on(page: Any) -> list[str]:
    """The subjects of the page's rows, top down."""
    links = re.findall(r'<div class="sub">.*?<a href="[^"]*">(.*?)</a>', page.content.decode())
    return [unescape(re.sub(r'<span class="sr">.*?</span>', "", link)) for link in links]


@pytest.fixture
def office(broker: Any) -> Office:
    return Office()


def test_each_category_holds_what_belongs_to_it(office: Office) -> None:
    sent, star = (
        office.label("SENT", kind=LabelKind.SYSTEM),
        office.label("STARRED", kind=LabelKind.SYSTEM),
    )
    spam, trash = (
        office.label("SPAM", kind=LabelKind.SYSTEM),
        office.label("TRASH", kind=LabelKind.SYSTEM),
    )
    office.mail(office.inbox, subject="open")
    office.mail(office.inbox, subject="busy", status=Status.IN_PROGRESS, assignee=office.agent)
    office.mail(office.inbox, star, subject="done", status=Status.DONE, is_starred=True)
    office.mail(subject="archived", status=Status.DONE)
    office.mail(sent, subject="sent", status=Status.DONE, folder="sent")
    office.mail(
        office.label("DRAFT", kind=LabelKind.SYSTEM), subject="draft", status=None, folder="draft"
    )
    office.mail(spam, subject="spam", status=None, folder="spam")
    office.mail(trash, star, subject="trash", status=Status.OPEN, folder="trash")
    assert office.subjects(category="inbox") == ["done", "busy", "open"]
    assert office.subjects(category="open") == ["open"]
    assert office.subjects(category="in_progress") == ["busy"]
    assert office.subjects(category="done") == ["archived", "done"]
    assert office.subjects(category="mine") == ["busy"]
    assert office.subjects(category="starred") == ["done"]
    assert office.subjects(category="sent") == ["sent"]
    assert office.subjects(category="drafts") == ["draft"]
    assert office.subjects(category="spam") == ["spam"]
    assert office.subjects(category="trash") == ["trash"]
    assert office.subjects(category="all") == ["sent", "archived", "done", "busy", "open"]
    assert office.subjects(category="nonsense") == office.subjects()


def test_a_label_lists_its_mail_and_no_other_mailboxs(office: Office) -> None:
    label = office.label("配送/遅延")
    office.mail(office.inbox, label, subject="late")
    office.mail(office.inbox, subject="other")
    other = cast.mailbox("other@shop.example")
    foreign = office.label("秘密", other)
    office.mail(foreign, box=other, subject="secret")
    assert office.subjects(label=label.pk) == ["late"]
    assert office.subjects(label=foreign.pk) == ["other", "late"]  # unknown: the inbox
    assert "秘密" not in office.page().content.decode()


def test_pages_of_a_hundred_walk_through_everything_once(office: Office) -> None:
    same_moment = cast.mail(office.box).internal_date
    for number in range(250):
        office.mail(office.inbox, subject=str(number))
    Message.objects.filter(subject__in=[str(n) for n in range(90, 130)]).update(
        internal_date=same_moment
    )
    MessageLabel.objects.filter(message__internal_date=same_moment).update(
        internal_date=same_moment
    )
    seen: list[str] = []
    page = office.page(category="inbox")
    counted = []
    while True:
        seen += subjects_on(page)
        counted.append((page.context["page"]["first"], page.context["page"]["last"]))
        address = page.context["next_url"]
        if not address:
            break
        page = office.client.get(address)
    assert len(seen) == len(set(seen)) == 250
    assert counted == [(1, 100), (101, 200), (201, 250)]
    back = office.client.get(page.context["prev_url"])
    assert subjects_on(back) == seen[100:200]
    first = office.client.get(back.context["prev_url"])
    assert subjects_on(first) == seen[:100]
    assert first.context["prev_url"] == ""


def test_totals_are_exact_up_to_a_thousand(office: Office) -> None:
    one = office.mail()
    Message.objects.bulk_create(
        Message(
            mailbox=office.box,
            conversation=one.conversation,
            gmail_id=f"bulk-{number}",
            internal_date=one.internal_date,
            folder="received",
            status=Status.DONE,
        )
        for number in range(999)
    )
    assert "1–100 件 / 1000 件" in text(office.page(category="all"))
    office.mail()
    assert "1,000+" in text(office.page(category="all"))


def text(page: Any) -> str:
    return " ".join(page.content.decode().split())


def test_a_row_shows_what_an_agent_scans_for(office: Office) -> None:
    label = office.label("返品", background="#fb4c2f", text_color="#ffffff")
    message = office.mail(
        office.inbox,
        label,
        subject="【至急】破損",
        sender=("高橋 美咲", "misaki@customer.example"),
        status=Status.IN_PROGRESS,
        assignee=office.agent,
        is_unread=True,
        has_attachments=True,
    )
    Comment.objects.create(message=message, author=office.agent, text="古い備考")
    Comment.objects.create(message=message, author=office.agent, text="在庫を確認中")
    page = text(office.page())
    row = page[page.index(f'id="m-{message.public_id}"') :].split("</tr>")[0]
    for shown in (
        "【至急】破損",
        "高橋 美咲",
        "misaki@customer.example",
        "作業中",
        "田中 健一",
        "lb-fb4c2f",
        "返品",
        "在庫を確認中",
        "未読",
    ):
        assert shown in row, shown
    assert "古い備考" not in row
    assert reverse("mail:detail", args=[message.pk]) in row


def test_a_sent_mail_shows_whom_it_went_to(office: Office) -> None:
    sent = office.label("SENT", kind=LabelKind.SYSTEM)
    office.mail(sent, subject="ご返信", folder="sent", status=Status.DONE, to_line="高橋 美咲")
    page = text(office.page(category="sent"))
    assert "高橋 美咲" in page


def test_the_numbers_are_what_is_open(office: Office) -> None:
    label = office.label("配送")
    for _ in range(3):
        office.mail(office.inbox, label)
    office.mail(office.inbox, label, status=Status.DONE)
    Draft.objects.create(mailbox=office.box, kind="new", author=office.agent)
    page = office.page()
    counts = {item["key"]: item["count"] for item in page.context["nav"]["categories"]}
    assert (counts["inbox"], counts["open"], counts["drafts"]) == (3, 3, 1)
    assert counts["sent"] is None
    (group,) = page.context["nav"]["label_groups"]
    assert [(item["label"].name, item["count"]) for item in group["labels"]] == [("配送", 3)]


def test_labels_stand_as_a_tree_of_two_levels(office: Office) -> None:
    for name in ("配送業者", "配送/遅延", "配送", "VIP"):
        office.label(name)
    (group,) = office.page().context["nav"]["label_groups"]
    assert [(item["label"].leaf, item["child"]) for item in group["labels"]] == [
        ("VIP", False),
        ("配送", False),
        ("遅延", True),
        ("配送業者", False),
    ]


def test_the_words_of_the_search_box_are_found_in_all_mail(office: Office) -> None:
    office.mail(subject="請求書の宛名", sender=("高橋", "misaki@customer.example"))
    office.mail(subject="別件", text="請求書はいつ届きますか")
    office.mail(subject="無関係")
    marked = "<mark>請求書</mark>の宛名"
    assert office.subjects(q="請求書") == ["別件", marked]
    assert office.subjects(q="請求書 misaki") == [marked]
    assert office.subjects(q="鑿") == []


def test_rows_are_asked_for_again_with_their_rights(office: Office) -> None:
    mine = office.mail(office.inbox, subject="mine")
    fresh = office.mail(office.inbox, subject="fresh")
    elsewhere = office.mail(subject="archived")
    secret = cast.mail(cast.mailbox("other@shop.example"), subject="secret")
    ids = f"{mine.public_id},{secret.public_id},M-0,"
    new = f"{fresh.public_id},{elsewhere.public_id}"
    answer = office.client.get(
        reverse("mail:rows"), {"category": "inbox", "ids": ids, "new": new}
    ).content.decode()
    assert "mine" in answer
    assert "fresh" in answer
    assert "archived" not in answer
    assert "secret" not in answer


@pytest.mark.spec("M1")
def test_rows_bring_the_navigation_only_when_it_is_asked_for(office: Office) -> None:
    mine = office.mail(office.inbox, subject="mine", status=Status.OPEN)
    asked = {"category": "inbox", "ids": mine.public_id}
    office.client.get(reverse("mail:rows"), asked)  # what is done once a log-in
    with CaptureQueriesContext(connection) as captured:
        rows = office.client.get(reverse("mail:rows"), asked).content.decode()
        alone = len(captured)
        with_nav = office.client.get(reverse("mail:rows"), {**asked, "nav": "1"}).content.decode()
        both = len(captured) - alone
    nav = office.client.get(reverse("mail:nav")).content.decode()
    assert 'id="nav"' not in rows
    assert with_nav.endswith(f"</tbody></table>{nav}\n")
    assert rows.strip() in with_nav
    assert alone < both
    assert alone <= 6


@pytest.mark.parametrize("may", [True, False])
def test_rows_can_be_ticked_where_something_can_be_done_to_them(office: Office, may: bool) -> None:
    office.mail(office.inbox, subject="mine")
    UserGrant.objects.create(user=office.agent, operation=Operation.MAIL_BULK, allowed=may)
    html = office.page().content.decode()
    assert ("data-tick-all" in html) is may
    assert ('type="checkbox" name="id"' in html) is may


def customer() -> Customer:
    return Customer.objects.create(name="青空商事")


def queries_of(office: Office, user: User, **query: str) -> int:
    client = Client()
    client.force_login(user)
    client.get(reverse("mail:list"), query)  # what is done once a log-in
    with CaptureQueriesContext(connection) as captured:
        client.get(reverse("mail:list"), query)
    return len(captured)


def test_what_the_list_asks_the_database_does_not_grow_with_rows(office: Office) -> None:
    label = office.label("配送")
    for number in range(3):
        office.mail(
            office.inbox, label, assignee=office.agent, subject=str(number), customer=customer()
        )
    few = queries_of(office, office.agent)
    for number in range(60):
        message = office.mail(office.inbox, label, assignee=office.agent, customer=customer())
        Comment.objects.create(message=message, author=office.agent, text=str(number))
    assert queries_of(office, office.agent) == few
    assert few <= LIST_QUERIES
    for _ in range(60):
        office.mail(office.inbox, label)
    assert queries_of(office, office.agent) <= LIST_QUERIES + 1


def test_neither_does_what_the_drafts_ask_for(office: Office) -> None:
    label = office.label("DRAFT", kind=LabelKind.SYSTEM)

    def more() -> None:
        Draft.objects.create(mailbox=office.box, kind="new", author=office.agent)
        office.mail(label, folder="draft", status=None)

    more()
    few = queries_of(office, office.agent, category="drafts")
    for _ in range(20):
        more()
    assert queries_of(office, office.agent, category="drafts") == few
    assert few <= DRAFT_QUERIES


def test_a_page_of_a_hundred_rows_is_light(office: Office) -> None:
    """120 KB at most, with labels on every row and a comment on every third."""
    labels = [office.label(name, background="#fb4c2f") for name in ("返品・交換", "配送/遅延")]
    for number in range(120):
        message = office.mail(
            office.inbox,
            labels[number % 2],
            subject="【至急】届いた商品が破損していました（注文 A-20931）",
            sender=("株式会社ミナト商事 佐々木", f"sasaki{number}@minato.example"),
            snippet="お世話になっております。先日注文した商品についてお伺いしたいことがあり" * 3,
            assignee=office.agent,
            has_attachments=number % 2 == 0,
            is_unread=number % 3 == 0,
        )
        if number % 3 == 0:
            Comment.objects.create(
                message=message, author=office.agent, text="代替品の在庫を確認してから返信" * 4
            )
    page = office.page().content
    assert page.count(b'<tr id="m-') == 100
    assert len(page) < 120_000


def test_while_the_first_mails_come_in_the_list_says_so_and_fills_by_itself(office: Office) -> None:
    """An account that nothing was read of yet must not look like an empty one."""
    SyncState.objects.all().delete()
    page = text(office.page())
    assert "support@shop.example のメールを読み込み始めています" in page
    assert "メールはありません" not in page
    assert 'hx-trigger="every 3s"' in page
    SyncState.objects.create(mailbox=office.box, phase=SyncPhase.FETCHING, listed=400, total=400)
    office.mail(office.inbox)
    assert "400" in text(office.page())
    for _ in range(PAGE):
        office.mail(office.inbox)
    assert 'hx-trigger="every 3s"' not in text(office.page())  # the page is full
    SyncState.objects.update(phase=SyncPhase.FOLLOWING)
    assert "を初めて読み込" not in text(office.page())


def test_the_drafts_are_those_being_written_here_and_those_made_in_gmail(office: Office) -> None:
    """As many as the number in the navigation says, and each opens for going on."""
    mine = Draft.objects.create(
        mailbox=office.box,
        kind="new",
        author=office.agent,
        subject="途中の下書き",
        to=[["高橋 美咲", "misaki@customer.example"]],
        gmail_message_id="copy",
    )
    Draft.objects.create(
        mailbox=office.box, kind="new", author=office.agent, subject="送った", state="sent"
    )
    other = cast.mailbox("other@shop.example")
    Draft.objects.create(mailbox=other, kind="new", author=office.agent, subject="見えない")
    label = office.label("DRAFT", kind=LabelKind.SYSTEM)
    office.mail(label, subject="Gmailの控え", folder="draft", status=None, gmail_id="copy")
    office.mail(label, subject="Gmailで書いた", folder="draft", status=None)
    page = text(office.page(category="drafts"))
    assert reverse("mail:draft", args=[mine.pk]) in page
    assert "途中の下書き" in page
    assert "高橋 美咲" in page
    assert "Gmailで書いた" in page
    for absent in ("Gmailの控え", "送った", "見えない"):
        assert absent not in page, absent
    assert counts_for(User.objects.get(pk=office.agent.pk)).categories["drafts"] == 2
