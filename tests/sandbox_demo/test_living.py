"""Customers who write while the demo runs."""

from __future__ import annotations

import email
import email.header
import random
import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from sandbox.demo import living
from sandbox.demo.corpus import DemoMail, Known

TALK = Known(
    thread="thread-77",
    last_message_id="<CAsecond@mail.gmail.example>",
    subject="Re: サイズ交換のお願い",
    customer="吉田 真由美 <yoshida@example.jp>",
    last_text="吉田 真由美 様\n\n交換品を手配いたしました。\n",
    references=("first@example.jp", "CAsecond@mail.gmail.example"),
)


def write(now: datetime, seed: int, known: list[Known]) -> DemoMail:
    mail = living.next_mail(now, random.Random(seed), "support@shop.example", known)
    assert mail is not None
    return mail


def body(mail: DemoMail) -> str:
    message = email.message_from_bytes(mail.raw)
    part = next(one for one in message.walk() if one.get_content_type() == "text/plain")
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode(part.get_content_charset() or "ascii", "replace")


def test_some_go_on_with_a_talk_and_some_begin_one(now: datetime) -> None:
    mails = [write(now, seed, [TALK]) for seed in range(120)]
    going_on = [mail for mail in mails if mail.thread == TALK.thread]
    assert 25 < len(going_on) < 75
    for mail in mails:
        assert mail.date == now
        assert mail.labels == ["INBOX", "UNREAD"]
    fresh = [mail for mail in mails if mail.thread != TALK.thread]
    assert len({mail.thread for mail in fresh}) == len(fresh)
    subjects = {email.message_from_bytes(mail.raw)["Subject"] for mail in fresh}
    assert len(subjects) > 0.5 * len(fresh)


def test_a_follow_up_continues_the_headers_and_quotes(now: datetime) -> None:
    for mail in (write(now, seed, [TALK]) for seed in range(60)):
        if mail.thread != TALK.thread:
            continue
        message = email.message_from_bytes(mail.raw)
        assert message["In-Reply-To"] == "<CAsecond@mail.gmail.example>"
        assert message["References"].split() == [
            "<first@example.jp>",
            "<CAsecond@mail.gmail.example>",
        ]
        assert "yoshida@example.jp" in message["From"]
        assert "support@shop.example" in message["To"]
        assert "> 交換品を手配いたしました。" in body(mail)
        decoded = email.header.decode_header(message["Subject"])
        subject = b"".join(
            part if isinstance(part, bytes) else part.encode() for part, _ in decoded
        )
        assert subject.decode() == "Re: サイズ交換のお願い"


def test_without_the_last_words_nothing_is_quoted(now: datetime) -> None:
    known = Known("t", "CAsecond@mail.gmail.example", "お礼", "kato@example.com")
    follow = [
        mail for mail in (write(now, seed, [known]) for seed in range(40)) if mail.thread == "t"
    ]
    assert follow
    for mail in follow:
        assert not re.search(r"^>", body(mail), re.MULTILINE)
        assert email.message_from_bytes(mail.raw)["References"] == "<CAsecond@mail.gmail.example>"


def test_nobody_quotes_himself(now: datetime) -> None:
    known = replace(TALK, last_sender="yoshida@example.jp")
    follow = [write(now, seed, [known]) for seed in range(40)]
    assert any(mail.thread == TALK.thread for mail in follow)
    assert not any("> 交換品" in body(mail) for mail in follow)


def test_strangers_do_not_write_on(now: datetime) -> None:
    known = Known("t", "x@elsewhere.example", "Hello", "someone@elsewhere.example")
    assert all(write(now, seed, [known]).thread != "t" for seed in range(40))


def test_nobody_writes_to_an_unknown_account(now: datetime) -> None:
    assert living.next_mail(now, random.Random(1), "other@shop.example", []) is None


@pytest.mark.parametrize("account", ["support@shop.example", "info@shop.example"])
def test_each_next_mail_is_another(now: datetime, account: str) -> None:
    rng = random.Random(5)
    found = set()
    for number in range(60):
        mail = living.next_mail(now + timedelta(minutes=number), rng, account, [])
        assert mail is not None
        message = email.message_from_bytes(mail.raw)
        assert account in message["To"]
        found.add(message["Message-ID"])
        assert not re.search(r"\{[a-z_0-9]+\}", body(mail))
    assert len(found) == 60


def test_the_same_chance_gives_the_same_mail(now: datetime) -> None:
    assert write(now, 3, [TALK]) == write(now, 3, [TALK])
