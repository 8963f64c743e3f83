"""A mailbox with much mail, of the mix that an office has."""

from __future__ import annotations

import random
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from labels.models import Label, LabelKind
from mail.models import (
    Attachment,
    Comment,
    Conversation,
    Correspondent,
    Message,
    MessageBody,
    MessageLabel,
    Status,
    SyncPhase,
    SyncState,
)
from mail.sync import bulk
from mailboxes.models import Mailbox, Membership
from permissions.models import User
from permissions.roles import ensure_built_in_roles

_SUBJECTS = (
    "ご注文番号 {n} の配送状況について",
    "【至急】届いた商品が破損していました（注文 {n}）",
    "Re: お見積りの件",
    "返品の手続きについて教えてください",
    "領収書の宛名変更のお願い {n}",
    "会員登録の確認メールが届きません",
    "Re: Re: サイズ交換のお願い",
    "請求書の宛名変更をお願いいたします",
)
_NAMES = ("高橋 美咲", "株式会社ミナト商事 佐々木", "Kobayashi Ken", "中村", "伊藤 さくら", "")
_SNIPPET = (
    "お世話になっております。先日注文した商品についてお伺いしたいことがあり、ご連絡いたしました。"
)
_LABELS = (
    "配送", "配送/遅延", "返品・交換", "請求", "VIP", "代理店", "配送/破損", "見積り", "クレーム",
    "会員", "再送", "海外",
)  # fmt: skip
_BATCH = 10_000


def fill(address: str, messages: int, seed: int) -> User:
    """The mailbox, and the agent who was given it alone."""
    chance = random.Random(seed)
    box = Mailbox.objects.create(
        address=address, name="サポート", connected_at=timezone.now(), last_sync_at=timezone.now()
    )
    SyncState.objects.create(mailbox=box, phase=SyncPhase.FOLLOWING)
    role = ensure_built_in_roles()["leader"]
    agents = [
        User.objects.create(username=f"{address}-{n}", name=name, role=role, color=n)
        for n, name in enumerate(("田中 健一", "山田 花子", "鈴木 一郎"))
    ]
    Membership.objects.create(mailbox=box, user=agents[0])
    system = {
        name: Label.objects.create(mailbox=box, gmail_id=name, name=name, kind=LabelKind.SYSTEM)
        for name in ("INBOX", "SENT", "STARRED", "DRAFT", "SPAM", "TRASH")
    }
    labels = [
        Label.objects.create(
            mailbox=box, gmail_id=f"L{n}", name=name, background="#fb4c2f", text_color="#ffffff"
        )
        for n, name in enumerate(_LABELS)
    ]
    for begin in range(0, messages, _BATCH):
        _some(box, begin, min(_BATCH, messages - begin), chance, system, labels, agents)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return agents[0]


def _some(
    box: Mailbox,
    begin: int,
    number: int,
    chance: random.Random,
    system: dict[str, Label],
    labels: list[Label],
    agents: list[User],
) -> None:
    now = timezone.now()
    threads = [
        Conversation(pk=key, mailbox=box, gmail_thread_id=f"{box.pk}-{begin + n}")
        for n, key in enumerate(bulk.new_keys(Conversation, number))
    ]
    bulk.insert(threads)
    mails, borne, people, comments, files = [], [], [], [], []
    for n, key in enumerate(bulk.new_keys(Message, number)):
        at = now - timedelta(minutes=3 * (begin + n) + 1)
        sent = chance.random() < 0.2
        customer = f"customer{chance.randrange(1000)}@customer.example"
        name = chance.choice(_NAMES)
        status = Status.DONE
        if not sent and chance.random() < 0.025:
            status = Status.OPEN if chance.random() < 0.85 else Status.IN_PROGRESS
        mail = Message(
            pk=key,
            mailbox=box,
            conversation=threads[n],
            gmail_id=f"{box.pk}-{begin + n}",
            internal_date=at,
            subject=chance.choice(_SUBJECTS).format(n=10_000 + n),
            snippet=_SNIPPET,
            folder="sent" if sent else "received",
            from_name="サポート" if sent else name,
            from_address=box.address if sent else customer,
            to_line=(name or customer) if sent else "サポート",
            has_attachments=chance.random() < 0.2,
            is_unread=not sent and begin + n < 60 and chance.random() < 0.5,
            is_starred=chance.random() < 0.03,
            status=status,
            assignee=chance.choice(agents) if chance.random() < 0.5 else None,
            version=3,
        )
        mails.append(mail)
        own = [system["SENT"]] if sent else []
        if not sent and chance.random() < 0.85:
            own.append(system["INBOX"])
        if mail.is_starred:
            own.append(system["STARRED"])
        if chance.random() < 0.4:
            own += chance.sample(labels, chance.choice((1, 1, 1, 2)))
        borne += [MessageLabel(message=mail, label=each, internal_date=at) for each in own]
        people.append(Correspondent(message=mail, address=customer, internal_date=at))
        if chance.random() < 0.1:
            text = "折り返しお電話済み。代替品の在庫を確認してから返信してください。"
            comments.append(Comment(message=mail, author=chance.choice(agents), text=text))
        if mail.has_attachments:
            files.append(
                Attachment(
                    message=mail,
                    part_id="1",
                    filename="納品書.pdf",
                    content_type="application/pdf",
                    size=40_000,
                )
            )
    bulk.insert(mails)
    bulk.insert(
        [
            MessageBody(
                message=mail,
                text="お世話になっております。\n" + _SNIPPET * 12,
                people={
                    "from": [[mail.from_name, mail.from_address]],
                    "to": [["サポート", box.address]],
                },
                rfc822_id=f"{mail.gmail_id}@customer.example",
            )
            for mail in mails
        ]
    )
    for rows in (borne, people, comments, files):
        bulk.insert(rows)
