"""What leaves: seven bits, nothing injected, and readable by us and by Python's own parser."""

# ruff: noqa: E501 - a line of a table is one case

from __future__ import annotations

import email
import email.policy
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mail.mime import OutgoingFile, Person, compose, parse
from mail.mime.filenames import safe
from mail.mime.plain import clean_line, clean_text
from tests.mail.mime.shared import steady

WHEN = datetime(2026, 11, 22, 10, 30, 5, tzinfo=timezone(timedelta(hours=9)))
US = Person("カスタマーサポート", "support@shop.example")
YOU = Person("山田 太郎", "yamada@customer.example")


def make(**changes: Any) -> bytes:
    arguments: dict[str, Any] = {
        "sender": US, "to": [YOU], "subject": "Re: ご注文の件", "text": "お世話になっております。\n",
        "message_id": "1@shop.example", "date": WHEN,
    }  # fmt: skip
    return compose(**(arguments | changes))


def header(raw: bytes, name: str) -> str:
    head = raw.partition(b"\r\n\r\n")[0].decode("ascii")
    found = re.search(rf"^{name}: (.*(?:\r\n[ \t].*)*)", head, re.MULTILINE)
    assert found is not None
    return found.group(1).replace("\r", "")


@pytest.mark.spec("M18b")
def test_a_mail_of_every_kind_reads_back() -> None:
    files = [
        OutgoingFile("請求書 2026年11月分（最終版）.pdf", "application/pdf", b"%PDF\x00\xff"),
        OutgoingFile("a.txt", "text/plain", b"text"),
    ]
    shown = OutgoingFile("絵.png", "image/png", b"PNG", content_id="pic@x")
    raw = make(
        cc=[Person("", "c@d.jp")], bcc=[Person("秘密", "e@f.jp")], html='<img src="cid:pic@x">',
        attachments=[*files, shown], in_reply_to="p@q", references=["r@s", "p@q"],
        extra_headers={"X-Outbox-Id": "42"},
    )  # fmt: skip
    parsed = parse(raw)
    assert (parsed.sender, parsed.to) == (US, (YOU,))
    assert [p.address for p in (*parsed.cc, *parsed.bcc)] == ["c@d.jp", "e@f.jp"]
    assert (parsed.subject, parsed.text) == ("Re: ご注文の件", "お世話になっております。\n")
    assert (parsed.html, parsed.date, parsed.message_id) == (
        '<img src="cid:pic@x">',
        WHEN,
        "1@shop.example",
    )
    assert (parsed.in_reply_to, parsed.references) == ("p@q", ("r@s", "p@q"))
    assert parsed.headers.get("X-Outbox-Id") == "42"
    sent = {file.filename: (file.content_type, file.payload) for file in (*files, shown)}
    got = {file.filename: (file.content_type, file.payload) for file in parsed.attachments}
    assert got == sent
    assert parsed.notices == ()


def test_python_reads_the_same() -> None:
    files = [OutgoingFile("請求書" * 30 + ".pdf", "application/pdf", b"x" * 1000)]
    raw = make(subject="件名" * 60, text="あ" * 5000, attachments=files, to=[YOU] * 20)
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert message["Subject"] == "件名" * 60
    assert len(message["To"].addresses) == 20
    assert message["To"].addresses[0].display_name == "山田 太郎"
    body = message.get_body(("plain",))
    assert body is not None
    assert body.get_content().rstrip("\n") == "あ" * 5000
    (attached,) = message.iter_attachments()
    assert attached.get_filename() == "請求書" * 30 + ".pdf"
    assert not [part.defects for part in message.walk() if part.defects]


@pytest.mark.spec("M18b")
def test_japanese_is_not_wrapped() -> None:
    line = "長い一行です。" * 200
    for text in (line, line + " plain ascii " * 100, "ascii only " * 300):
        assert parse(make(text=text)).text == text


def test_seven_bits_and_short_lines() -> None:
    raw = make(
        subject="件名" * 100, text=("é" + "a" * 200 + "\n") * 5 + "b" * 3000, html="<p>" + "あ" * 3000,
        attachments=[OutgoingFile("名" * 200 + ".bin", "x/y", bytes(range(256)) * 50)],
        to=[Person("長い名前" * 30, "a@b.jp")] * 30, references=[f"{n}@x.jp" for n in range(50)],
    )  # fmt: skip
    assert raw.isascii()
    lines = raw.split(b"\r\n")
    assert max(len(line) for line in lines) <= 100
    assert not any(b"\r" in line or b"\n" in line for line in lines)


def test_encoded_words_are_no_longer_than_allowed() -> None:
    raw = make(subject="ab漢字" * 80)
    for word in header(raw, "Subject").split():
        assert len(word) <= 75


def test_the_bytes_depend_on_the_arguments_alone() -> None:
    assert make(html="<p>x") == make(html="<p>x")


@pytest.mark.parametrize(
    "text",
    ["From here\n.\n..\nFrom there", "trailing \t\nblank ", "=3D =\n=", "a\r\nb\rc", "", "\n\n"],
)
def test_lines_that_mail_servers_treat_specially(text: str) -> None:
    raw = make(text=text)
    assert b"\r\nFrom here" not in raw
    assert b"\r\n.\r\n" not in raw
    assert parse(raw).text == text.replace("\r\n", "\n").replace("\r", "\n")


INJECTIONS = [
    "\r\nBcc: evil@x.example",
    "\nX: y",
    "\rX: y",
    "x\x0bX: y",
    "a\u2028X: y",
    "\x85X: y",
    "\0",
]


@pytest.mark.parametrize("bad", INJECTIONS)
def test_nothing_that_is_typed_starts_a_header(bad: str) -> None:
    raw = make(
        subject="s" + bad, sender=Person("n" + bad, "a@b.jp"), extra_headers={"X-Note": "v" + bad},
        attachments=[OutgoingFile("f" + bad + ".txt", "text/plain" + bad, b"x")],
        in_reply_to="p@q" + bad, references=["r@s" + bad, "good@x"],
    )  # fmt: skip
    clean = make(
        subject="s", sender=Person("n", "a@b.jp"), extra_headers={"X-Note": "v"},
        attachments=[OutgoingFile("f.txt", "text/plain", b"x")], references=["good@x"],
    )  # fmt: skip
    for parsed in (parse(raw), email.message_from_bytes(raw)):
        names = [name for name, _ in getattr(parsed, "headers", None) or parsed.items()]  # type: ignore[union-attr]
        assert names == [name for name, _ in parse(clean).headers]
    assert parse(raw).bcc == ()


@pytest.mark.parametrize(
    "address",
    ["", "a", "a@b\r\nBcc: c@d.jp", "a b@c.jp", "a@b.jp>", "<a@b.jp", "山田@b.jp", "a,b@c.jp", "a@b c", '"a\n"@b.jp'],
)  # fmt: skip
def test_addresses_that_cannot_be_sent_are_refused(address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        make(to=[Person("x", address)])


def test_ids_header_names_and_dates_are_checked() -> None:
    with pytest.raises(ValueError, match="message id"):
        make(message_id="a b@c")
    with pytest.raises(ValueError, match="message id"):
        make(message_id="a@b>\r\nX: y")
    with pytest.raises(ValueError, match="time zone"):
        make(date=datetime(2026, 11, 22, 10))
    for name in ("X Y", "X:", "", "X\r\nY", "Ｘ"):
        with pytest.raises(ValueError, match="header name"):
            make(extra_headers={name: "v"})
    for name in ("Bcc", "to", "Content-Type", "MIME-Version", "Message-ID"):
        with pytest.raises(ValueError, match="written by compose"):
            make(extra_headers={name: "v"})


def test_a_domain_in_japanese_goes_out_in_ascii() -> None:
    assert parse(make(to=[Person("", "x@日本語.jp")])).to[0].address == "x@xn--wgv71a119e.jp"


def test_addresses_of_japanese_carriers() -> None:
    addresses = ["a..b.@docomo.ne.jp", ".x-/?@ezweb.ne.jp"]
    raw = make(to=[Person("", address) for address in addresses])
    assert [person.address for person in parse(raw).to] == addresses


def test_an_enclosed_mail_stays_as_it_is_or_becomes_a_mere_file() -> None:
    original = (
        b"Subject: x\r\nContent-Type: multipart/mixed; boundary=z\r\n\r\n--z\r\n\r\nhi\r\n--z--\r\n"
    )
    parsed = parse(make(attachments=[OutgoingFile("元.eml", "message/rfc822", original)]))
    assert parsed.attachments[0].content_type == "message/rfc822"
    assert parsed.attachments[0].payload == original
    raw = "Subject: 生\r\n\r\n本文".encode()
    parsed = parse(make(attachments=[OutgoingFile("元.eml", "message/rfc822", raw)]))
    assert parsed.attachments[0].content_type == "application/octet-stream"
    assert (parsed.attachments[0].filename, parsed.attachments[0].payload) == ("元.eml", raw)


def test_a_mail_of_ours_enclosed_in_one_with_the_same_id() -> None:
    inner = make(html="<p>x", attachments=[OutgoingFile("a.txt", "text/plain", b"x")])
    outer = make(html="<p>x", attachments=[OutgoingFile("o.eml", "message/rfc822", inner)])
    (file,) = parse(outer).attachments
    assert file.payload == inner


LETTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
TEXT = st.text(LETTERS, max_size=300)
NAME = st.text(LETTERS, max_size=60).map(lambda text: " ".join(clean_line(text).split()))
LOCAL = st.text(st.sampled_from("abcxyz019+_.-"), min_size=1, max_size=20)
ADDRESS = LOCAL.map(lambda local: f"{local}x@customer.example")
PEOPLE = st.lists(st.builds(Person, NAME, ADDRESS), max_size=4)
# A text of nothing without a name is no file to a reader, so none is made.
FILES = st.lists(
    st.builds(
        OutgoingFile,
        st.text(LETTERS, min_size=1, max_size=80),
        st.sampled_from(["text/plain", "application/pdf", "image/png", "text/html", "text/csv"]),
        st.binary(max_size=300),
    ).filter(lambda file: clean_line(file.filename).strip() or file.payload.strip()),
    max_size=3,
)


def seen(person: Person) -> Person:
    """As a reader shows it: a name that merely repeats the address is none."""
    name = person.name
    if len(name) > 2 and name[0] == name[-1] == "'" and "@" in name:
        name = name[1:-1]
    return Person("" if name == person.address else name, person.address)


@settings(steady, max_examples=150)
@given(subject=TEXT, text=TEXT, html=TEXT, to=PEOPLE, cc=PEOPLE, sender=st.builds(Person, NAME, ADDRESS), files=FILES)  # fmt: skip
def test_whatever_is_written_reads_back(
    subject: str, text: str, html: str, to: list[Person], cc: list[Person], sender: Person,
    files: list[OutgoingFile],
) -> None:  # fmt: skip
    raw = make(
        subject=subject, text=text, html=html, to=to, cc=cc, sender=sender, attachments=files
    )
    assert raw.isascii()
    parsed = parse(raw)
    assert parsed.subject == clean_line(subject)
    assert parsed.text == clean_text(text)
    assert parsed.html == clean_text(html)
    assert parsed.sender == seen(sender)
    assert list(parsed.to) == [seen(person) for person in to]
    assert list(parsed.cc) == [seen(person) for person in cc]
    assert [file.payload for file in parsed.attachments] == [file.payload for file in files]
    names = [safe(clean_line(sent.filename)) for sent in files]
    for got, sent, name in zip(parsed.attachments, files, names, strict=True):
        assert got.content_type == sent.content_type
        if name and len({each.casefold() for each in names}) == len(names):  # all are told apart
            assert got.filename == name


@steady
@given(st.text(max_size=200), st.text(max_size=60))
def test_no_text_makes_a_second_header_block(subject: str, name: str) -> None:
    assume(name.strip())
    raw = make(subject=subject, sender=Person(name, "a@b.jp"), bcc=())
    head, _, _ = raw.partition(b"\r\n\r\n")
    names = [line.split(b":")[0] for line in head.split(b"\r\n") if line[:1] not in b" \t"]
    assert names == [
        b"From", b"To", b"Subject", b"Date", b"Message-ID", b"MIME-Version", b"Content-Type",
        b"Content-Transfer-Encoding",
    ]  # fmt: skip
    assert parse(raw).date == WHEN.astimezone(UTC)
