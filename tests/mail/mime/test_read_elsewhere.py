"""What is composed reads the same in parsers of others: Python's and nodemailer's mailparser."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from mail.mime import OutgoingFile, Person, compose
from tests.read_elsewhere import (
    by_mailparser,
    by_python,
    file_reading,
    people,
    skip_without_node,
)

pytestmark = pytest.mark.spec("M18b")
WHEN = datetime(2026, 11, 23, 1, 2, 3, tzinfo=UTC)
US = ("株式会社髙島屋 カスタマーサポート", "support@shop.example")
QUOTED = (
    "山田 太郎 様\n\n> ①商品が届きません。㈱髙島屋\n本日、発送いたしました。\n>> 以前のご案内\n"
    "> いつ届きますか。\n明日の予定です。\n\n--\n.\nFrom here\n" + "改行のない長い一行です。" * 60
)
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FILES = (
    ("請求書 2026年11月分（最終版）.pdf", "application/pdf", b"%PDF\x00\xff" * 50),
    ("納品書①.txt", "text/plain", "中身は\r\n二行\n".encode()),
    ("顧客一覧㈱.csv", "text/csv", "氏名,髙橋\r\n".encode("cp932")),
    ("破損した箱の写真.png", "image/png", b"\x89PNG\r\n\x1a\n"),
    ("とても長い名前の" * 12 + "資料.docx", DOCX, b"PK\x03\x04"),
)
MAILS: dict[str, dict[str, Any]] = {
    "plain": {"text": "お世話になっております。"},
    "quotes between the lines": {"text": QUOTED},
    "five files": {"text": QUOTED, "attachments": FILES},
    "formatted, five files": {
        "text": QUOTED,
        "html": "<div>山田 太郎 様</div><blockquote>①商品が届きません。</blockquote>"
        "<div>本日、<strong>発送</strong>いたしました。&lt;b&gt;</div>",
        "attachments": FILES,
    },
    "many people": {
        "text": "お知らせ",
        "to": [(f"山田 花子（{number}）", f"h{number}@customer.example") for number in range(30)],
        "cc": [('"引用" の, 人', "quote@customer.example"), ("", "bare@customer.example")],
    },
    "odd names": {
        "text": "x",
        "to": [
            ("ﾔﾏﾀﾞ ﾀﾛｳ", "half@customer.example"),
            ("絵文字😀👨‍👩‍👧", "emoji@customer.example"),
            ("O'Neil, Jr. (VIP)", "latin@customer.example"),
            ("=?utf-8?B?44GC?=", "encoded@customer.example"),
        ],
    },
    "a long subject": {"text": "x", "subject": "Re: " + "長い件名①㈱髙島屋 😀 " * 12 + "終"},
    "a thread": {
        "text": "x",
        "in_reply_to": "last@customer.example",
        "references": [f"mail-{number}@customer.example" for number in range(40)],
    },
}


@pytest.fixture(autouse=True)
def _node() -> None:
    skip_without_node()


@pytest.mark.parametrize("name", MAILS)
def test_two_parsers_read_what_was_composed(name: str) -> None:
    wanted: dict[str, Any] = {
        "to": [("山田 太郎", "yamada@customer.example")],
        "cc": [],
        "subject": "Re: ご注文の件",
        "html": "",
        "attachments": (),
        "in_reply_to": "",
        "references": [],
        **MAILS[name],
    }
    raw = compose(
        sender=Person(*US),
        to=[Person(*each) for each in wanted["to"]],
        cc=[Person(*each) for each in wanted["cc"]],
        subject=wanted["subject"],
        text=wanted["text"],
        html=wanted["html"],
        attachments=[OutgoingFile(*each) for each in wanted["attachments"]],
        in_reply_to=wanted["in_reply_to"],
        references=wanted["references"],
        message_id="1@shop.example",
        date=WHEN,
    )
    composed = {
        "subject": wanted["subject"],
        "from": people(US),
        "to": people(*wanted["to"]),
        "cc": people(*wanted["cc"]),
        "date": int(WHEN.timestamp() * 1000),
        "message_id": "<1@shop.example>",
        "in_reply_to": f"<{wanted['in_reply_to']}>" if wanted["in_reply_to"] else "",
        "references": [f"<{each}>" for each in wanted["references"]],
        "text": wanted["text"].rstrip("\n"),
        "html": wanted["html"],
        "files": [file_reading(*each) for each in wanted["attachments"]],
    }
    assert by_python(raw) == composed
    assert by_mailparser(raw) == composed
