"""Address lists as they arrive, and addresses as they are written."""

# ruff: noqa: E501 - a line of a table is one case

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.mime import Person, format_address, is_valid_address, normalise_address, parse_addresses
from mail.mime.address_lists import read_addresses
from mail.mime.model import NoticeBook
from tests.mail.mime.shared import steady

TABLE = [
    ("a@b.jp", [("", "a@b.jp")]),
    ("<a@b.jp>", [("", "a@b.jp")]),
    ("山田 太郎 <a@b.jp>", [("山田 太郎", "a@b.jp")]),
    ('"山田, 太郎" <a@b.jp>; c@d.jp;e@f.jp', [("山田, 太郎", "a@b.jp"), ("", "c@d.jp"), ("", "e@f.jp")]),
    ("山田, 太郎 <a@b.jp>", [("山田, 太郎", "a@b.jp")]),  # the quotes forgotten
    ("Joe Q. Public <j@x.example>, Who? <o@y.test>", [("Joe Q. Public", "j@x.example"), ("Who?", "o@y.test")]),
    ('<boss@nil.test>, "Giant; \\"Big\\" Box" <s@example.net>', [("", "boss@nil.test"), ('Giant; "Big" Box', "s@example.net")]),
    ("A Group:Chris Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;", [("Chris Jones", "c@a.test"), ("", "joe@where.test"), ("John", "jdoe@one.test")]),
    ("Undisclosed recipients:;", []),
    ("undisclosed recipients: ;", []),
    ("<Undisclosed-Recipient:@mailman.example;>", []),
    ("Pete(A wonderful \\) chap) <pete(his account)@silly.test(his host)>", [("Pete", "pete@silly.test")]),
    ("(Empty list)(start)Undisclosed recipients  :(nobody(that I know))  ;", []),
    ("A Group(Some people)\r\n     :Chris Jones <c@(Chris's host.)public.example>,\r\n  John <jdoe@one.test> (my dear friend); (end)", [("Chris Jones", "c@public.example"), ("John", "jdoe@one.test")]),
    ("Mary Smith <@machine.tld:mary@example.net>, , jdoe@test   . example", [("Mary Smith", "mary@example.net"), ("", "jdoe@test.example")]),
    ("John Doe <jdoe@machine(comment).  example>", [("John Doe", "jdoe@machine.example")]),
    ("MAILER-DAEMON@x.example (Mail Delivery System)", [("Mail Delivery System", "MAILER-DAEMON@x.example")]),
    ("tim@a.example concierge@a.example", [("", "tim@a.example"), ("", "concierge@a.example")]),
    ("Big Bug bb@bug.example", [("Big Bug", "bb@bug.example")]),
    ("smith@x.example, Mikel@Lindsaar <r@x.example>", [("", "smith@x.example"), ("Mikel@Lindsaar", "r@x.example")]),
    ('"xxxxx@xxxxx" <matmail>', [("xxxxx@xxxxx", "matmail")]),
    ('"KLAUS" <>', [("KLAUS", "")]),
    ("a@b.jp <>", [("", "a@b.jp")]),
    ("Array", [("Array", "")]),
    ("<<a@b.jp>>", [("", "a@b.jp")]),
    ("mailto:a@b.jp", [("", "a@b.jp")]),
    ("'a@b.jp' <a@b.jp>", [("", "a@b.jp")]),  # Outlook
    ("Mary Smith: Personal <m@home.example>", [("Mary Smith: Personal", "m@home.example")]),
    ('"john smith"@example.com', [("", '"john smith"@example.com')]),
    ("x <user@[IPv6:2001:db8::1]>", [("x", "user@[IPv6:2001:db8::1]")]),
    ("a..b.@docomo.ne.jp", [("", "a..b.@docomo.ne.jp")]),
    ('"never closed <a@b.jp>, c@d.jp', [("never closed", "a@b.jp"), ("", "c@d.jp")]),
    ("a <x@y.jp, b <c@d.jp>", [("a", "x@y.jp"), ("b", "c@d.jp")]),
    ("(never closed a@b.jp, c <d@e.jp", [("never closed", "a@b.jp"), ("c", "d@e.jp")]),
    ("=?UTF-8?B?44G/44GR44KL?= <r@x.example>", [("みける", "r@x.example")]),
    ('"=?ISO-2022-JP?B?GyRCOzNFRBsoQg==?=" <x@y.jp>', [("山田", "x@y.jp")]),
    ("=?utf-8?Q?a,b?= <a@b.c>", [("a,b", "a@b.c")]),  # the comma is no separator
    ("=?UTF-8?Q?=E5=B1=B1=2C_x=40y?= <a@b.c>", [("山, x@y", "a@b.c")]),
    ("=?utf-8?B?5bGx55SwIDxhQGIuanA+?=", [("山田", "a@b.jp")]),  # all of it in one word
    ("x@y.jp (=?UTF-8?B?5bGx55Sw?=)", [("山田", "x@y.jp")]),
    ("märy@exämple.net", [("", "märy@exämple.net")]),
    ('"a@b.jp"', [("", "a@b.jp")]),
    ("", []),
    (" , ; ,", []),
]  # fmt: skip


@pytest.mark.parametrize(("value", "people"), TABLE)
def test_lists(value: str, people: list[tuple[str, str]]) -> None:
    assert [(person.name, person.address) for person in parse_addresses(value)] == people


def test_an_encoded_word_cannot_make_an_address() -> None:
    """Decoded names are never read for addresses while the header has a real one."""
    people = parse_addresses("=?utf-8?Q?boss=40bank.example=3E=2C?= <evil@x.example>")
    assert [person.address for person in people] == ["evil@x.example"]


def test_the_list_is_cut_and_says_so() -> None:
    book = NoticeBook()
    people = read_addresses("a@b.jp," * 50, book, limit=10)
    assert len(people) == 10
    assert "too_many_addresses" in book


@pytest.mark.parametrize(
    "address",
    [
        "a@b.jp", "a+b@b.co.jp", "a..b.@docomo.ne.jp", ".a@ezweb.ne.jp", "a-/?@x.example",
        '"john smith"@example.com', "x@日本語.jp", "x@xn--wgv71a.jp", "o'neil@x.example",
    ],
)  # fmt: skip
def test_valid(address: str) -> None:
    assert is_valid_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "", "a", "@b.jp", "a@", "a@b", "a b@c.jp", "a@b..jp", "a@-b.jp", "a@b.jp\n", "a@b.jp ",
        "a@b,jp", "山田@b.jp", "a@b.jp>", "<a@b.jp>", "a@b@c.jp", "..@b.jp", "a@1.2.3.4",
        "a" * 65 + "@b.jp", "a@" + "b" * 250 + ".jp", "a\r\nBcc: x@y.jp", "a@b.jp\r\nX: y",
        "a(b)@c.jp", "a;b@c.jp", "a@b。jp。",
    ],
)  # fmt: skip
def test_not_valid(address: str) -> None:
    assert not is_valid_address(address)


def test_comparing() -> None:
    assert normalise_address(" <Yamada@Example.JP> ") == "yamada@example.jp"
    assert normalise_address("ｙａｍａｄａ＠example.jp") == "yamada@example.jp"
    assert normalise_address("x@日本.jp") == normalise_address("X@xn--wgv71a.jp")


NAMES = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"), exclude_characters="\ufeff"),
    max_size=40,
).map(lambda text: " ".join(text.split(" ")).strip())
LOCAL = st.text(st.sampled_from("abcxyz019+_.-'"), min_size=1, max_size=20)
ADDRESSES = LOCAL.map(lambda local: f"a{local}@customer.example")


@steady
@given(st.lists(st.tuples(NAMES, ADDRESSES), max_size=5))
def test_what_is_written_reads_back(pairs: list[tuple[str, str]]) -> None:
    people = tuple(Person(" ".join(name.split()), address) for name, address in pairs)
    line = ", ".join(format_address(person) for person in people)
    expected = [
        Person("" if person.name == person.address else person.name, person.address)
        for person in people
    ]
    if "=?" not in line and not any(p.name[:1] == p.name[-1:] == "'" for p in people):
        assert list(parse_addresses(line)) == expected


@steady
@given(st.text(max_size=200))
def test_any_text_gives_people(text: str) -> None:
    for person in parse_addresses(text):
        assert person.name or person.address
        assert "\n" not in person.name + person.address
