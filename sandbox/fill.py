"""The benchmark's mailbox: mails of about 10 KB in conversations of a fixed mix, by seed.

Conversations of 1 (60 %), 2 (20 %), 3 (8 %), 4 (5 %) and 5 to 12 (7 %) mails; Japanese and English
text, a fifth of it HTML with a plain alternative, a tenth with a small attachment. The mails of a
conversation lie minutes to a day apart among about a thousand others a day, as they do in a busy
mailbox: neighbours in a thread are not neighbours in a listing. Figures of different days compare
only while this stays as it is.
"""

from __future__ import annotations

import base64
import random
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import formatdate
from functools import cache

from sandbox import accounts, mailbox
from sandbox.world import World

SIZE = 10_000
CHUNK = 500
MIX = ((0.60, (1, 1)), (0.20, (2, 2)), (0.08, (3, 3)), (0.05, (4, 4)), (0.07, (5, 12)))
_JAPANESE = (
    "ご注文 商品 配送 到着 予定 返品 交換 請求書 領収書 お客様 確認 お届け 在庫 入荷 ご連絡 担当 "
    "よろしくお願いいたします ありがとうございます お世話になっております 申し訳ございません "
    "株式会社 東京都 大阪府 電話番号 会員番号 ポイント キャンセル クレジットカード 銀行振込"
)
_ENGLISH = (
    "order delivery invoice please thank you regards product number refund address customer "
    "shipping tomorrow confirm question attached received payment card"
)
_SUBJECTS = ("ご注文について", "配送状況の確認", "返品のお願い", "請求書の件", "Order question")
_PEOPLE = 400
STEP_MS = 80_000  # a conversation's newest mail after the one before: about 1,000 mails a day
SOONEST_MS, LATEST = 600_000, 144  # an answer comes after ten minutes, or up to so many times that


@dataclass(slots=True)
class Made:
    raw: bytes
    date_ms: int
    labels: tuple[str, ...]


def conversations(messages: int, account: str, seed: int, newest_ms: int) -> Iterator[list[Made]]:
    """Conversations until there are `messages` mails; the last may be cut short."""
    rng = random.Random(seed)
    made = number = 0
    while made < messages:
        size = min(_size(rng), messages - made)
        number += 1
        dates = [newest_ms - (messages - made) * STEP_MS]
        for _ in range(size - 1):
            # Answers are looked for backwards, so that none lies in the future.
            dates.append(dates[-1] - round(SOONEST_MS * LATEST ** rng.random()))
        yield [
            _mail(rng, account, number, place, date) for place, date in enumerate(reversed(dates))
        ]
        made += size


def _size(rng: random.Random) -> int:
    drawn = rng.random()
    for share, (low, high) in MIX:
        if drawn < share:
            return rng.randint(low, high)
        drawn -= share
    return 1


def _mail(rng: random.Random, account: str, number: int, place: int, date_ms: int) -> Made:
    customer = f"customer{number % _PEOPLE}@customer.example"
    ours = place % 2 == 1
    sender, recipient = (account, customer) if ours else (customer, account)
    subject = f"{_SUBJECTS[number % len(_SUBJECTS)]} {number:06d}"
    if place:
        subject = f"Re: {subject}"
    fields = [
        f"Message-ID: <{number}.{place}@bench.example>",
        f"Date: {formatdate(date_ms / 1000)}",
        f"From: {_encoded('山田 太郎')} <{sender}>",
        f"To: <{recipient}>",
        f"Subject: {_encoded(subject)}",
        "MIME-Version: 1.0",
    ]
    if place:
        fields.append(f"In-Reply-To: <{number}.{place - 1}@bench.example>")
        chain = " ".join(f"<{number}.{p}@bench.example>" for p in range(place))
        fields.append(f"References: {chain}")
    raw = _content(rng, fields, f"{number}.{place}")
    if ours:
        labels: tuple[str, ...] = ("SENT",)
    else:
        labels = ("INBOX", "UNREAD") if rng.random() < 0.1 else ("INBOX",)
    return Made(raw, date_ms, labels)


def _encoded(text: str) -> str:
    return f"=?UTF-8?B?{base64.b64encode(text.encode()).decode()}?="


def _content(rng: random.Random, fields: list[str], token: str) -> bytes:
    drawn = rng.random()
    if drawn < 0.1:
        boundary = f"b-{token}"
        file = base64.encodebytes(rng.randbytes(3000)).decode()
        text = _text(rng, 3900)
        body = (
            f"--{boundary}\n{_part('text/plain', text)}\n--{boundary}\n"
            'Content-Type: application/pdf; name="invoice.pdf"\n'
            'Content-Disposition: attachment; filename="invoice.pdf"\n'
            f"Content-Transfer-Encoding: base64\n\n{file}\n--{boundary}--\n"
        )
        head = f'Content-Type: multipart/mixed; boundary="{boundary}"'
    elif drawn < 0.3:
        boundary = f"b-{token}"
        text = _text(rng, 3100)
        markup = f"<html><body><p>{text.replace(chr(10), '<br>')}</p></body></html>"
        body = (
            f"--{boundary}\n{_part('text/plain', text)}\n--{boundary}\n"
            f"{_part('text/html', markup)}\n--{boundary}--\n"
        )
        head = f'Content-Type: multipart/alternative; boundary="{boundary}"'
    else:
        head, _, body = _part("text/plain", _text(rng, 6900)).partition("\n\n")
    whole = "\n".join([*fields, head]) + "\n\n" + body
    return whole.replace("\n", "\r\n").encode("ascii")


def _part(kind: str, text: str) -> str:
    encoded = base64.encodebytes(text.encode()).decode()
    return f"Content-Type: {kind}; charset=UTF-8\nContent-Transfer-Encoding: base64\n\n{encoded}"


@cache
def _lines(words: str) -> list[str]:
    """A stock of lines to draw from, the same always."""
    rng = random.Random(0)
    stock = words.split(" ")
    return [" ".join(rng.choices(stock, k=8)) for _ in range(500)]


def _text(rng: random.Random, size: int) -> str:
    """About `size` bytes of UTF-8."""
    lines = _lines(_JAPANESE if rng.random() < 0.8 else _ENGLISH)
    out: list[str] = []
    length = 0
    while length < size:
        line = lines[int(rng.random() * len(lines))]
        out.append(line)
        length += len(line.encode()) + 1
    return "\n".join(out)


def load(world: World, account: str, messages: int, seed: int) -> int:
    """Fills the account (made when missing); answers how many conversations it got."""
    if not accounts.exists(world, account):
        accounts.create(world, account, account.split("@")[0], [])
    count = 0
    batch: list[list[Made]] = []
    for conversation in conversations(messages, account, seed, world.clock.ms()):
        batch.append(conversation)
        count += 1
        if len(batch) >= CHUNK:
            _store(world, account, batch)
            batch = []
    _store(world, account, batch)
    return count


def _store(world: World, account: str, batch: list[list[Made]]) -> None:
    with world.store.transaction():
        for conversation in batch:
            thread: int | None = None
            for mail in conversation:
                row = mailbox.insert(
                    world,
                    account,
                    mail.raw,
                    labels=mail.labels,
                    date_ms=mail.date_ms,
                    force_thread=thread,
                )
                thread = row.thread
