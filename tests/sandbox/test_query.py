"""`q`: each operator against a small mailbox, as a table."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest

from sandbox import accounts, labels, listing, mailbox
from sandbox.call import Call
from sandbox.matching import has_words
from sandbox.world import World

ME = "support@shop.example"


def at(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() * 1000)


MAILS = {
    "order": (
        "From: 山田太郎 <yamada@customer.example>\nTo: support@shop.example\n"
        "Cc: boss@shop.example\n"
        "Subject: 注文 A-100 について\nMessage-ID: <order@customer.example>\n\n"
        "配送はまだですか。ﾃﾞﾝﾜください。 refund wanted",
        ["INBOX", "UNREAD"],
        "2026-03-01T12:00:00",
    ),
    "invoice": (
        "From: sato@firm.example\nTo: info@shop.example\nSubject: Invoice March\n"
        "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nplease pay\n--b\n"
        "Content-Type: application/pdf; name=invoice-3.pdf\n\nx\n--b--\n",
        ["INBOX", "STARRED", "請求"],
        "2026-03-05T12:00:00",
    ),
    "reply": (
        "From: support@shop.example\nTo: yamada@customer.example\nBcc: audit@shop.example\n"
        "Subject: Re: 注文 A-100 について\n\n発送しました",
        ["SENT", "対応/完了"],
        "2026-03-06T12:00:00",
    ),
    "spam": (
        "From: x@bad.example\nSubject: refunds for you\n\nclick",
        ["SPAM"],
        "2026-03-07T12:00:00",
    ),
    "binned": ("From: y@old.example\nSubject: 古い注文\n\nold", ["TRASH"], "2026-02-01T12:00:00"),
}


@pytest.fixture(scope="module")
def world() -> World:
    world = World(None)
    accounts.create(world, ME, "サポート", [])
    labels.create_label(world, ME, "請求")
    labels.create_label(world, ME, "対応/完了")
    for source, names, when in MAILS.values():
        mailbox.insert(
            world,
            ME,
            source.encode(),
            labels=[labels.id_of(world, ME, name) for name in names],
            date_ms=at(when),
        )
    return world


def found(world: World, query: str, **more: object) -> set[str]:
    params = {"q": query, "maxResults": 100, "includeSpamTrash": False, "labelIds": [], **more}
    page = listing.messages(Call(world, ME, params=params))
    names = {at(when): name for name, (_, _, when) in MAILS.items()}
    return {names[row[2]] for row in page.rows}


ALL = {"order", "invoice", "reply"}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ALL),
        ("注文", {"order", "reply"}),
        ("配送", {"order"}),
        ("送はま", {"order"}),
        ("デンワ", {"order"}),  # width is folded
        ("refund", {"order"}),
        ("refun", set()),  # whole words in Latin script
        ("REFUND", {"order"}),
        ("from:yamada", {"order"}),
        ("from:yamada@customer.example", {"order"}),
        ("to:yamada", {"reply"}),
        ("to:boss", {"order"}),  # to: looks at cc too
        ("cc:boss", {"order"}),
        ("bcc:audit", {"reply"}),
        ("subject:invoice", {"invoice"}),
        ("subject:(invoice march)", {"invoice"}),
        ("subject:{invoice 注文}", ALL),
        ('"please pay"', {"invoice"}),
        ('"pay please"', set()),
        ("-from:yamada", {"invoice", "reply"}),
        ("注文 -in:sent", {"order"}),
        ("-(from:yamada OR subject:invoice)", {"reply"}),
        ("from:yamada OR subject:invoice", {"order", "invoice"}),
        ("{from:yamada subject:invoice}", {"order", "invoice"}),
        # OR binds tighter than the blank
        ("in:inbox from:yamada OR from:sato", {"order", "invoice"}),
        ("has:attachment", {"invoice"}),
        ("filename:pdf", {"invoice"}),
        ("filename:invoice-3.pdf", {"invoice"}),
        ("label:請求", {"invoice"}),
        ("label:対応-完了", {"reply"}),
        ("label:inbox", {"order", "invoice"}),
        ("label:none", set()),
        ("is:unread", {"order"}),
        ("is:read", {"invoice", "reply"}),
        ("is:starred", {"invoice"}),
        ("in:sent", {"reply"}),
        ("in:spam", {"spam"}),
        ("in:trash", {"binned"}),
        ("in:anywhere 注文", {"order", "reply", "binned"}),
        ("has:userlabels", {"invoice", "reply"}),
        ("has:nouserlabels", {"order"}),
        # midnight in Pacific standard time, eight hours after midnight in UTC
        ("after:2026/03/05", {"invoice", "reply"}),
        ("before:2026/03/05", {"order"}),
        ("after:2026-03-06", {"reply"}),
        (f"after:{at('2026-03-05T12:00:00') // 1000}", {"invoice", "reply"}),
        (f"before:{at('2026-03-05T12:00:00') // 1000}", {"order"}),
        ("rfc822msgid:<order@customer.example>", {"order"}),
        ("rfc822msgid:order@customer.example", {"order"}),
        ("larger:1m", set()),
        ("smaller:1m", ALL),
        ("unknown:operator", set()),
        ('"never closed', set()),
        ("(((注文", {"order", "reply"}),
        (") OR (", ALL),
    ],
)
def test_query(world: World, query: str, names: set[str]) -> None:
    assert found(world, query) == names


def test_ages_look_back_from_now(world: World) -> None:
    age = math.ceil((world.clock.ms() - at("2026-03-06T12:00:00")) / 86_400_000)
    assert found(world, f"newer_than:{age}d") == {"reply"}
    assert found(world, f"older_than:{age}d") == {"order", "invoice"}


def test_label_ids_and_spam_are_separate_from_the_query(world: World) -> None:
    assert found(world, "注文", labelIds=["INBOX"]) == {"order"}
    assert found(world, "", labelIds=["SPAM"]) == {"spam"}
    assert found(world, "", includeSpamTrash=True) == set(MAILS)


@pytest.mark.parametrize(
    ("text", "needle", "expected"),
    [
        ("an order here", "order", True),
        ("reorder", "order", False),
        ("reorder, order", "order", True),
        ("a@b.example", "b.example", True),
        ("注文order品", "order", True),
        ("no", "", True),
    ],
)
def test_has_words(text: str, needle: str, expected: bool) -> None:
    assert has_words(text, needle) is expected
