"""Hits equal a straightforward evaluator of the same tree: for hundreds of random queries.

How many: SEARCH_MAILS and SEARCH_QUERIES in the environment (20,000 mails take some minutes).
"""

from __future__ import annotations

import os
import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from labels.models import Label, LabelKind
from mail.models import (
    Attachment,
    Comment,
    Conversation,
    Correspondent,
    EditLock,
    Folder,
    Mention,
    Message,
    MessageBody,
    MessageLabel,
    Status,
)
from mail.search import (
    Asked,
    count,
    documents,
    drivers,
    find,
    finding,
    format_tree,
    matching,
    parse,
    search,
)
from mail.search import nodes as n
from mail.search.drivers import Edge
from mailboxes.models import Mailbox
from permissions.models import User
from tests.mail import cast
from tests.mail.search.evaluator import Mail, World, hits

MAILS = int(os.environ.get("SEARCH_MAILS", "400"))
QUERIES = int(os.environ.get("SEARCH_QUERIES", "200"))
NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
TOKYO = ZoneInfo("Asia/Tokyo")

_WORDS = (
    *("注文", "番号", "注文番号", "返品", "返金", "配送", "髙島屋", "高島屋", "京都", "東京都庁"),
    *("ます", "です", "いたします", "でしょうか", "ありがとうございます", "の", "鰻", "キャンセル"),
    *("ｷｬﾝｾﾙ", "きゃんせる", "order", "Order", "refund", "category", "cat", "A-20001", "20001"),
    *("Café", "cafe", "03-1234-5678", "お願い", "お願いいたします", "確認", "ご確認ください"),
    *("見積書", "ＡＢＣ", "abc", "領収書", "一", "drive.google.com/x"),
)
_NAMES = (
    ("井上 葵", "aoi@customer.example"),
    ("佐藤 健", "sato.1@mail.example"),
    ("Amy", "amy@shop.example"),
)
_FILES = ("見積書.pdf", "photo 1.jpg", "一覧.xlsx")
_LABELS = ("至急", "返品/不良", "VIP 客", "a-b")


def _text(dice: random.Random, words: int) -> str:
    joints = ("", "", " ", "、", "。\n", "\n")
    return "".join(dice.choice(_WORDS) + dice.choice(joints) for _ in range(words))


class Corpus:
    """Mail in two mailboxes of the agent's, and in one that is not; and what the evaluator sees."""

    def __init__(self, mails: int, seed: int = 7) -> None:
        self.dice = random.Random(seed)
        self.boxes = [cast.mailbox(), cast.mailbox("sales@shop.example", "営業")]
        self.foreign = cast.mailbox("other@else.example", "よそ")
        self.agent = cast.person("tanaka", *self.boxes, name="田中")
        self.other = cast.person("yamada", *self.boxes, name="山田")
        self.labels = {box.pk: self._labels(box) for box in (*self.boxes, self.foreign)}
        self.mails: list[Mail] = []
        for number in range(mails):
            self._mail(number)
        pks = list(Message.objects.values_list("pk", flat=True))
        for start in range(0, len(pks), 500):
            documents.build(pks[start : start + 500])
        own = ["support@shop.example", "sales@shop.example"]
        self.world = World("田中", NOW, TOKYO, own)

    def _labels(self, box: Mailbox) -> dict[str, Label]:
        system = ("INBOX", "SENT", "UNREAD", "STARRED", "IMPORTANT", "CATEGORY_SOCIAL")
        return {
            name: Label.objects.create(
                mailbox=box,
                gmail_id=name if name in system else f"Label_{name}",
                name=name,
                kind=LabelKind.SYSTEM if name in system else LabelKind.USER,
            )
            for name in (*system, *_LABELS)
        }

    def _mail(self, number: int) -> None:
        dice = self.dice
        box = dice.choices([*self.boxes, self.foreign], (5, 3, 2))[0]
        folder = dice.choices(list(Folder), (70, 15, 5, 5, 5))[0]
        people = {
            "from": [dice.choice(_NAMES)],
            "to": [(box.name, box.address)],
            "cc": [dice.choice(_NAMES)] if dice.random() < 0.2 else [],
            "bcc": [dice.choice(_NAMES)] if dice.random() < 0.05 else [],
        }
        # Around midnight in Tokyo, to the second, and some at one and the same moment.
        date = NOW - timedelta(
            days=dice.randint(0, 500), seconds=dice.choice((0, 10_799, 10_800, 43_200, number))
        )
        labels = {name for name in self.labels[box.pk] if dice.random() < 0.15}
        mail = Mail(
            pk=0,
            date=date,
            mailbox=f"{box.address} {box.name}",
            folder=folder,
            subject=_text(dice, dice.randint(0, 4)),
            people=people,
            text=_text(dice, dice.randint(0, 25)),
            headers=[("Delivered-To", box.address)]
            + ([("List-Id", "<news.shop.example>")] if dice.random() < 0.1 else []),
            files=dice.sample(
                ["見積書.pdf", "photo 1.jpg", "一覧.xlsx"], dice.choice((0, 0, 0, 1, 2))
            ),
            labels=labels,
            user_labels=labels & set(_LABELS),
            comments=[_text(dice, 3) for _ in range(dice.choice((0, 0, 0, 0, 1, 2)))],
            status=dice.choice([*Status.values, None]),
            assignee=dice.choice([None, None, "田中", "山田"]),
            holder="山田" if dice.random() < 0.05 else None,
            unread="UNREAD" in labels,
            starred="STARRED" in labels,
            undelivered=dice.random() < 0.05,
            mentions=dice.sample(["田中", "山田"], dice.choice((0, 0, 1, 1, 2))),
            automatic=dice.random() < 0.05,
            size=dice.choice((0, 999, 1000, 1024, 2**20, 30 * 2**20)),
            rfc822_id=f"mail-{number % 50}@x.example",
            correspondents={people["from"][0][1]},
        )
        self._store(mail, box, number)
        if box is not self.foreign:
            self.mails.append(mail)

    def _store(self, mail: Mail, box: Mailbox, number: int) -> None:
        people: dict[str | None, User | None] = {None: None, "田中": self.agent, "山田": self.other}
        message = Message.objects.create(
            mailbox=box,
            conversation=Conversation.objects.create(mailbox=box, gmail_thread_id=f"t{number}"),
            gmail_id=f"m{number}",
            internal_date=mail.date,
            subject=mail.subject,
            folder=mail.folder,
            has_attachments=bool(mail.files),
            is_unread=mail.unread,
            is_starred=mail.starred,
            undelivered=mail.undelivered,
            automatic="bulk" if mail.automatic else "",
            size=mail.size,
            status=mail.status,
            assignee=people[mail.assignee],
        )
        mail.pk = message.pk
        MessageBody.objects.create(
            message=message,
            text=mail.text,
            people={key: [list(each) for each in who] for key, who in mail.people.items()},
            headers=[list(each) for each in mail.headers],
            rfc822_id=mail.rfc822_id,
        )
        MessageLabel.objects.bulk_create(
            MessageLabel(message=message, label=self.labels[box.pk][name], internal_date=mail.date)
            for name in mail.labels
        )
        Attachment.objects.bulk_create(
            Attachment(message=message, part_id=str(place), filename=name)
            for place, name in enumerate(mail.files)
        )
        for text in mail.comments:
            comment = Comment.objects.create(message=message, author=self.agent, text=text)
            for name in mail.mentions:
                person = people[name]
                assert person
                Mention.objects.create(comment=comment, user=person)
        for address in mail.correspondents:
            Correspondent.objects.create(message=message, address=address, internal_date=mail.date)
        if mail.holder:
            EditLock.objects.create(
                message=message,
                holder=people[mail.holder],
                token=1,
                expires_at=datetime(2099, 1, 1, tzinfo=UTC),
            )


_FIELDS = (
    *("from", "to", "cc", "bcc", "deliveredto", "subject", "body", "list", "filename"),
    *("comment", "customer"),
)


def _leaf(dice: random.Random) -> str:
    word = dice.choice(_WORDS)
    roll = dice.random()
    if roll < 0.35:
        part = word if dice.random() < 0.5 else word[dice.randint(0, len(word) - 1) :]
        return part if parse(part).warnings == () and part else "注"
    if roll < 0.45:
        return f'"{dice.choice(_WORDS)}{dice.choice(("", " "))}{dice.choice(_WORDS)}"'
    if roll < 0.60:
        value = dice.choice(
            (word, "me", "井上", "customer.example", "aoi@customer.example", "pdf", "shop", "news")
        )
        return f'{dice.choice(_FIELDS)}:"{value}"'
    return dice.choice(
        (
            *("cat*", "order*", "か*", "確認 AROUND 5 返品", '"order AROUND 8 refund"'),
            *("label:至急", "label:返品-不良", 'label:"VIP 客"', "label:a-b", "label:none-such"),
            *("in:inbox", "in:sent", "in:drafts", "in:spam", "in:trash", "in:archive"),
            *("in:anywhere", "is:unread", "is:read", "is:starred", "is:important"),
            *(
                "is:undelivered",
                "is:mentioned",
                "is:automatic",
                "is:draft",
                "has:attachment",
                "has:userlabels",
            ),
            *("has:nouserlabels", "has:comment", "has:drive", "category:social"),
            *("after:2026/03/01", "before:2026-03-01", "older_than:3m", "newer_than:10d"),
            *("older_than:1y", "期間:2026/03/01-2026/04/01", "期間:2026/10/05", "期間:-2026/02/01"),
            *("larger:1K", "smaller:1M", "size:1000", "rfc822msgid:mail-7@x.example"),
            *("status:open", "status:in_progress", "status:done", "assignee:me", "担当:なし"),
            *("担当:山田", "mailbox:sales@shop.example", "mailbox:営業", "locked:yes", "locked:no"),
            *("locked:me", "locked:山田"),
        )
    )


def _query(dice: random.Random, depth: int = 0) -> str:
    roll = dice.random()
    if depth > 2 or roll < 0.3:
        return _leaf(dice)
    if roll < 0.45:
        return f"-({_query(dice, depth + 1)})"
    joint = " OR " if roll < 0.65 else " "
    return "(" + joint.join(_query(dice, depth + 1) for _ in range(dice.randint(2, 3))) + ")"


def _pages(tree: n.Node, asked: Asked, limit: int, *, newer: bool = False) -> list[int]:
    """The whole result by pages, as somebody would turn them."""
    edge: Edge | None = None
    found: list[int] = []
    while True:
        page = find(
            tree,
            asked,
            Message.objects.visible_to(asked.user),
            edge=edge,
            newer=newer,
            limit=limit,
            budget=120,
        )
        assert not page.partial
        ids = [message.pk for message in page.messages]
        found = ids + found if newer else found + ids
        if not page.more:
            return found
        last = page.messages[0 if newer else -1]
        edge = Edge(last.internal_date, last.pk)


@pytest.mark.django_db
@pytest.mark.spec("M3a", "M3b", "M4")
def test_hits_equal_the_evaluator() -> None:
    corpus = Corpus(MAILS)
    dice = random.Random(11)
    asked = Asked(corpus.agent, NOW)
    visible = set(Message.objects.visible_to(corpus.agent).values_list("pk", flat=True))
    with_hits = 0
    for number in range(QUERIES):
        text = _query(dice)
        tree = parse(text).tree
        wanted = hits(tree, corpus.mails, corpus.world)
        assert set(wanted) <= visible
        assert _pages(tree, asked, max(7, len(wanted) // (1, 2, 4)[number % 3])) == wanted, text
        if number % 5 == 0:
            assert _pages(tree, asked, max(50, len(wanted) // 2), newer=True) == wanted, text
            within = Message.objects.visible_to(corpus.agent)
            rows = matching(tree, asked, within).newest_first().values_list("pk", flat=True)
            assert list(rows) == wanted, text
        assert parse(format_tree(tree)).tree == tree
        with_hits += bool(wanted)
    # A comparison of nothing with nothing proves little.
    assert with_hits > QUERIES / 2


@pytest.mark.django_db
def test_every_way_to_the_hits_leads_to_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """With limits so small that each list, window and short cut of large mailboxes is walked."""
    corpus = Corpus(min(MAILS, 300), seed=5)
    monkeypatch.setattr(drivers, "SHORT", 25)
    for name, value in (
        ("_PROBE", 8),
        ("_SAMPLE", 9),
        ("_PATIENCE", 12),
        ("_CHUNKS", (5, 11)),
        ("_LIST", 30),
        ("_common_share", lambda: 0.4),
    ):
        monkeypatch.setattr(finding, name, value)
    dice = random.Random(17)
    asked = Asked(corpus.agent, NOW)
    within = Message.objects.visible_to(corpus.agent)
    ways: set[str] = set()
    texts = [
        *(
            "-の",
            "-注文",
            "-注文 -京都",
            "-cat -の",
            "-(注文 OR 返品)",
            "-注文番号",
            "-in:sent -の",
        ),
        *("の", "注文", "注文 京都", "注文 OR order", "subject:注文", "body:注文", "注文 -京都"),
        *("larger:1K", "larger:20M 注文", "期間:2026/01/01-2026/10/01 の", "label:至急 注文"),
        *(
            "in:inbox 京都",
            "is:unread 京都",
            "in:inbox order",
            "in:sent の -注文",
            "larger:1K 京都",
        ),
        *(_query(dice) for _ in range(150)),
    ]
    for text in texts:
        tree = parse(text).tree
        wanted = hits(tree, corpus.mails, corpus.world)
        assert _pages(tree, asked, max(4, len(wanted) // 3)) == wanted, text
        if dice.random() < 0.3:
            assert _pages(tree, asked, max(4, len(wanted) // 2), newer=True) == wanted, text
        found = count(tree, asked, within, most=40, budget=120)
        assert min(found.counted, 40) == min(len(wanted), 40), text
        assert found.is_all or found.counted > 40
        page = find(tree, asked, within, limit=5, count=40, budget=120)
        ways.add(page.driver)
        assert page.counted >= min(len(wanted), 6)
        assert not page.is_all or page.counted == len(wanted), text
    # The probe is on the way to «walk» and «keys», and the end of it only now and then.
    assert {"walk", "keys", "without keys", "label", "size"} <= ways


@pytest.mark.django_db
def test_search_only_narrows() -> None:
    """Whatever is asked, and by whom: never a mail of a mailbox that they were not given."""
    corpus = Corpus(150, seed=3)
    outsider = cast.person("outsider")
    other = cast.person("elsewhere", corpus.foreign)
    dice = random.Random(5)
    for _ in range(60):
        text = f"{{{_query(dice)} in:anywhere}}"
        for user in (corpus.agent, outsider, other):
            theirs = set(Message.objects.visible_to(user).values_list("pk", flat=True))
            found = set(search(user, text).values_list("pk", flat=True))
            page = find(
                parse(text).tree, Asked(user, NOW), Message.objects.visible_to(user), limit=1000
            )
            assert found <= theirs
            assert {message.pk for message in page.messages} == found
    deleted = corpus.mails[0].pk
    Message.objects.filter(pk=deleted).update(gone_at=NOW)
    assert not search(corpus.agent, "in:anywhere").filter(pk=deleted).exists()
