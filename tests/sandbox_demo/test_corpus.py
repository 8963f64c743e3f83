"""The demo accounts as a whole: how much, of what kind, how it hangs together."""

from __future__ import annotations

import email
import email.policy
import json
import re
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import googleapiclient
import pytest

from sandbox.demo import corpus
from sandbox.demo.corpus import DemoAccount, DemoMail
from sandbox.demo.programs import JST
from sandbox.demo.shapes import Letter

SYSTEM = {"INBOX", "SENT", "UNREAD", "STARRED", "IMPORTANT", "SPAM", "TRASH"}
# Reserved by RFC 2606, and by JPRS for the second-level domains of Japan.
HONEST = re.compile(
    r"(^|\.)(example|example\.(com|net|org|jp|co\.jp|ne\.jp|or\.jp))$", re.IGNORECASE
)


def mails(accounts: list[DemoAccount]) -> list[DemoMail]:
    return [mail for account in accounts for mail in account.mails]


def plain(raw: bytes) -> email.message.Message:
    return email.message_from_bytes(raw)


def ids(value: str | None) -> list[str]:
    return re.findall(r"<([^<>\s]+)>", value or "")


def test_two_mailboxes_with_four_hundred_mails(accounts: list[DemoAccount]) -> None:
    assert [(one.address, len(one.mails)) for one in accounts] == [
        ("support@shop.example", 280),
        ("info@shop.example", 120),
    ]
    for account in accounts:
        assert [sender.default for sender in account.send_as].count(True) == 1
        assert account.send_as[0].address == account.address
    assert any(not sender.verified for sender in accounts[0].send_as)


def test_the_mail_lies_in_the_sixty_days_before_now(
    accounts: list[DemoAccount], now: datetime
) -> None:
    for account in accounts:
        dates = [mail.date for mail in account.mails]
        assert dates == sorted(dates)
        assert now - timedelta(days=60) <= dates[0] < now - timedelta(days=54)
        assert now - timedelta(hours=1) < dates[-1] <= now
    today = [one for one in mails(accounts) if one.date.astimezone(JST).date() == now.date()]
    assert 20 <= len(today) <= 45


def test_mail_comes_mostly_in_office_hours(accounts: list[DemoAccount]) -> None:
    hours = [mail.date.astimezone(JST).hour for mail in mails(accounts)]
    assert sum(9 <= hour < 18 for hour in hours) > 0.6 * len(hours)
    assert sum(1 <= hour < 5 for hour in hours) < 0.05 * len(hours)


def test_the_shop_answers_in_its_hours_only(letters: list[Letter], now: datetime) -> None:
    answers = [
        one.date.astimezone(JST)
        for one in letters
        if one.outgoing and now - one.date > timedelta(days=1)
    ]
    assert len(answers) > 80
    assert all(9 <= at.hour < 18 for at in answers)


@pytest.mark.parametrize(("hour", "minute"), [(0, 20), (7, 5), (12, 0), (23, 50)])
def test_fresh_mail_stands_on_top_at_any_hour(hour: int, minute: int) -> None:
    now = datetime(2026, 5, 4, hour, minute, tzinfo=JST)
    found = corpus.letters("support", now)
    assert len(found) == 280
    assert all(one.date <= now for one in found)
    newest = found[-1]
    assert now - newest.date < timedelta(minutes=10)
    assert sum(now - one.date < timedelta(hours=12) for one in found) >= 20
    assert [one.subject for one in found[-2:]] == [
        "【至急】届いた商品が破損していました",
        "請求書の宛名変更をお願いいたします",
    ]


def test_the_same_seed_gives_the_same_bytes(accounts: list[DemoAccount], now: datetime) -> None:
    assert corpus.build(now) == accounts
    other = corpus.build(now, seed=8)
    assert [one.raw for one in mails(other)] != [one.raw for one in mails(accounts)]


def test_building_takes_less_than_two_seconds_of_work(now: datetime) -> None:
    start = time.process_time()
    corpus.build(now, seed=11)
    assert time.process_time() - start < 2


def test_labels_are_in_gmails_palette_and_two_levels_deep(accounts: list[DemoAccount]) -> None:
    documents = Path(googleapiclient.__file__).parent / "discovery_cache" / "documents"
    schema = json.loads((documents / "gmail.v1.json").read_text())["schemas"]["LabelColor"]
    allowed = {
        name: set(re.findall("#[0-9a-f]{6}", schema["properties"][name]["description"]))
        for name in ("backgroundColor", "textColor")
    }
    assert len(allowed["backgroundColor"]) > 100
    for account in accounts:
        names = [label.name for label in account.labels]
        assert len(set(names)) == len(names)
        for label in account.labels:
            assert label.background in allowed["backgroundColor"], label
            assert label.text in allowed["textColor"], label
            parent, _, child = label.name.partition("/")
            assert "/" not in child
            assert not child or parent in names


def _luminance(color: str) -> float:
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_label_texts_can_be_read(accounts: list[DemoAccount]) -> None:
    for label in (one for account in accounts for one in account.labels):
        light, dark = sorted((_luminance(label.background), _luminance(label.text)))[::-1]
        assert (light + 0.05) / (dark + 0.05) >= 4.5, label


def test_every_mail_has_labels_that_exist_and_one_folder(accounts: list[DemoAccount]) -> None:
    for account in accounts:
        known = {label.name for label in account.labels}
        used: Counter[str] = Counter()
        for mail in account.mails:
            used.update(mail.labels)
            assert len(set(mail.labels)) == len(mail.labels)
            assert set(mail.labels) <= known | SYSTEM, mail.labels
            assert sum(name in mail.labels for name in ("INBOX", "SENT", "SPAM", "TRASH")) <= 1
        assert used["SPAM"] >= 5
        assert used["TRASH"] >= 4
        assert used["SENT"] >= 20
        assert len(set(used) & known) >= 0.6 * len(known)
    assert sum("STARRED" in mail.labels for mail in mails(accounts)) >= 5


def test_unread_mail_is_new_and_received(accounts: list[DemoAccount], now: datetime) -> None:
    found = [one for one in mails(accounts) if "UNREAD" in one.labels and "SPAM" not in one.labels]
    assert 12 <= len(found) <= 45
    for mail in found:
        assert "INBOX" in mail.labels
        assert now - mail.date < timedelta(days=2, hours=12)


def test_conversations_hang_together_by_their_headers(accounts: list[DemoAccount]) -> None:
    seen: set[str] = set()
    long = 0
    for account in accounts:
        talks: dict[str, list[email.message.Message]] = {}
        for mail in account.mails:
            talks.setdefault(mail.thread, []).append(plain(mail.raw))
        for thread, talk in talks.items():
            long += len(talk) > 2
            before: list[str] = []
            for message in talk:
                (own,) = ids(message["Message-ID"])
                assert own not in seen
                seen.add(own)
                references = ids(message["References"])
                if before:
                    assert ids(message["In-Reply-To"]) == [before[-1]], thread
                    assert references[-len(before) :] == before, thread
                before.append(own)
    assert long > 35


def test_answers_quote_what_they_answer(letters: list[Letter]) -> None:
    for letter in letters:
        if letter.outgoing and letter.in_reply_to:
            before = next(one for one in letters if one.message_id == letter.in_reply_to)
            first = next(line for line in before.text.split("\n") if line.strip())
            assert f"> {first}" in letter.text


def test_no_address_or_link_of_the_real_world(accounts: list[DemoAccount]) -> None:
    hosts: set[str] = set()
    for mail in mails(accounts):
        message = email.message_from_bytes(mail.raw, policy=email.policy.default)
        texts = [mail.raw.split(b"\r\n\r\n", 1)[0].decode("ascii")]
        for part in message.walk():
            if part.get_content_maintype() == "text":
                payload = part.get_payload(decode=True)
                assert isinstance(payload, bytes)
                texts.append(payload.decode(part.get_content_charset("utf-8"), "replace"))
        for text in texts:
            hosts.update(re.findall(r"@([A-Za-z0-9.-]+\.[A-Za-z]{2,})", text))
            hosts.update(re.findall(r"https?://([A-Za-z0-9.-]+)", text))
            hosts.update(re.findall(r"(?:from|by) ((?:[a-z0-9-]+\.)+[a-z]{2,})", text))
    assert len(hosts) > 40
    assert [host for host in sorted(hosts) if not HONEST.search(host)] == []


def test_nobody_writes_the_same_twice(letters: list[Letter]) -> None:
    """No opening of a talk is word for word another's; few subjects come often."""
    received = [
        one
        for one in letters
        if not one.outgoing and not one.in_reply_to and one.mailer != "system"
    ]
    texts = Counter(re.sub(r"[A-Z]?-?\d[\d-]*", "#", one.text) for one in received)
    assert [text for text, count in texts.items() if count > 1] == []
    subjects = Counter(re.sub(r"[A-Z]?-?\d[\d-]*", "#", one.subject) for one in received)
    assert max(subjects.values()) <= 5, subjects.most_common(3)


def test_no_slot_or_choice_is_left_open(letters: list[Letter]) -> None:
    for letter in letters:
        fresh = letter.subject + letter.text
        assert not re.search(r"\{[a-z_0-9]+\}", fresh), letter.subject
        assert "|" not in letter.text, letter.text
        assert not re.match(r"\d+>|\d=|~\d", letter.text)


def test_many_people_write_from_many_programs(letters: list[Letter]) -> None:
    writers = {one.sender.address for one in letters if not one.outgoing}
    assert len(writers) > 75
    programs = Counter(one.mailer for one in letters)
    assert len(programs) >= 15
    assert {"becky", "outlook", "iphone", "docomo", "au", "yahoo", "mew", "webform"} <= set(
        programs
    )
