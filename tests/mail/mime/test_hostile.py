"""Mail that was made to hurt: no exception, no recursion, and time that grows with size alone."""

# ruff: noqa: E501 - a line of a table is one case

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mail.mime import ParsedMessage, parse
from mail.mime.limits import Limits
from tests.mail.mime.shared import WHY_SKIPPED, sample_files, steady


def fill(piece: bytes, size: int) -> bytes:
    return (piece * (size // len(piece) + 1))[:size]


def header(name: bytes, piece: bytes) -> Callable[[int], bytes]:
    return lambda size: name + b": " + fill(piece, size) + b"\r\n\r\nx"


def body(headers: bytes, piece: bytes, start: bytes = b"") -> Callable[[int], bytes]:
    return lambda size: headers + b"\r\n\r\n" + start + fill(piece, size)


def whole(piece: bytes) -> Callable[[int], bytes]:
    return lambda size: fill(piece, size)


def nested(size: int) -> bytes:
    count = size // 70
    return b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
        for n in range(count)
    )


MIXED = b'Content-Type: multipart/mixed; boundary="a"'
JIS = b"Content-Type: text/plain; charset=iso-2022-jp"
QP = b"Content-Transfer-Encoding: quoted-printable"
B64 = b"Content-Transfer-Encoding: base64"
UU = b"Content-Transfer-Encoding: x-uuencode"
FLOWED = b"Content-Type: text/plain; format=flowed"

HOSTILE: dict[str, Callable[[int], bytes]] = {
    "open parens": header(b"To", b"("),
    "nested comments": header(b"To", b"(a)("),
    "escaped quotes": header(b"To", b'\\"'),
    "quotes": header(b"To", b'" "'),
    "angles": header(b"To", b"<a@b"),
    "groups": header(b"To", b"a:;"),
    "colons": header(b"To", b":"),
    "addresses": header(b"To", b"a@b.c,"),
    "addresses without commas": header(b"To", b"a@b "),
    "at signs": header(b"From", b"@ "),
    "many To headers": whole(b"To: a@b.c\r\n"),
    "openings of words": header(b"Subject", b"=?utf-8?Q?"),
    "words": header(b"Subject", b"=?utf-8?Q?a?= "),
    "halves of words": header(b"Subject", b"=?a"),
    "words of two charsets": header(b"Subject", b"=?utf-8?B?YQ==?= =?euc-jp?Q?=A4?= "),
    "question marks": header(b"Subject", b"=?utf-8?Q?=A4?=AA"),
    "reply prefixes": header(b"Subject", b"Re:"),
    "folds": header(b"Subject", b"\r\n b"),
    "blank folds": header(b"Subject", b"\r\n "),
    "header fields": whole(b"X-A: b\r\n"),
    "junk lines": whole(b"junk line\r\n \r\n \r\nX-A: b\r\n"),
    "no end of the header": whole(b"Subject: a\r\n b\r\n"),
    "a long name of a field": whole(b"a"),
    "parameters": header(b"Content-Type", b'a="\\";'),
    "semicolons": header(b"Content-Type", b";"),
    "parameter sections": header(b"Content-Disposition", b"filename*0*=%41;filename*1=b;"),
    "comments in a type": header(b"Content-Type", b"(a"),
    "a path as name": header(b"Content-Disposition", b"filename=../"),
    "dates": header(b"Date", b"(1:"),
    "references": header(b"References", b"<a@b"),
    "ids": header(b"References", b"<a@b>"),
    "parts": body(MIXED, b"--a\r\n\r\nx\r\n"),
    "empty parts": body(MIXED, b"--a\r\n"),
    "dashes": body(MIXED, b"--\r\n"),
    "boundaries to guess": body(MIXED, b"--b\r\nContent-\r\n"),
    "long lines to guess": body(MIXED, b"--" + b"b" * 190 + b" \n"),
    "nested multiparts": nested,
    "nested, one boundary": whole(MIXED + b"\r\n\r\n--a\r\n"),
    "nested, no boundary": whole(MIXED + b"\r\n\r\n--z\r\n"),
    "nested mails": whole(b"Content-Type: message/rfc822\r\n\r\n"),
    "escapes": body(JIS, b"\x1b$B"),
    "escapes and shifts": body(JIS, b"\x1b$B!!\n\x1b(B\x0e"),
    "shifts": body(JIS, b"\x0e!\x0f", b"\x1b$B!!\x1b(B"),
    "lost escapes": body(JIS, b"$B!!"),
    "soft breaks": body(QP, b"=\r\n"),
    "soft breaks with blanks": body(QP, b"= "),
    "padding": body(B64, b"QQ="),
    "nothing but padding": body(B64, b"="),
    "uuencode": body(UU, b"#0V%T\r\n", b"begin 644 x\r\n"),
    "beginnings": body(UU, b"begin 644 "),
    "flowed": body(FLOWED, b"a \r\n"),
    "quote depth": body(FLOWED, b">"),
    "content ids": body(b"Content-Type: text/html", b"cid:"),
    "metas": body(b"Content-Type: text/html", b"<meta "),
    "all bytes": body(b"X: y", bytes(range(256))),
    "high bytes": body(b"X: y", bytes(range(128, 256))),
    "utf-7": body(b"Content-Type: text/plain; charset=utf-7", b"+AGE"),
    "euc": body(b"Content-Type: text/plain; charset=euc-jp", b"\xad\xa1\x8f\xf4"),
    "blanks": whole(b" "),
    "line ends": whole(b"\n"),
    "carriage returns": whole(b"\r"),
    "zeros": whole(b"\0"),
    "mbox lines": whole(b"From x\r\n"),
}


def read(raw: bytes) -> ParsedMessage:
    """parse() gives a notice in place of an exception of its own: here that counts as one."""
    parsed = parse(raw)
    assert "reading_failed" not in [notice.code for notice in parsed.notices]
    return parsed


def seconds(raw: bytes) -> float:
    best = float("inf")
    for _ in range(2):
        start = time.process_time()
        read(raw)
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.parametrize("name", HOSTILE)
def test_time_grows_with_size_and_not_faster(name: str) -> None:
    """Four times the size may take ten times as long (noise included); a square takes sixteen."""
    make = HOSTILE[name]
    small, large = seconds(make(16 * 1024)), seconds(make(64 * 1024))
    assert large <= 10 * small + 0.05, f"{small * 1000:.0f} ms, then {large * 1000:.0f} ms"


def test_half_a_mebibyte_is_never_seconds() -> None:
    """CPython's parser takes 13 s for the worst; the worst of all these stays far below one."""
    raw = HOSTILE["words of two charsets"](512 * 1024)
    assert seconds(raw) < 5


@settings(steady, max_examples=150)
@given(st.binary(max_size=2000))
def test_random_bytes(raw: bytes) -> None:
    read(raw)


PIECES = st.sampled_from(
    [
        b"From: ", b"To: ", b"Subject: ", b"Date: ", b"Content-Type: ", b"Content-Disposition: ",
        b"multipart/mixed; boundary=b", b"multipart/alternative", b"; boundary=c", b"text/html",
        b"text/plain; charset=", b"iso-2022-jp", b"shift_jis", b"utf-8", b"\r\n", b"\n", b"\r",
        b"\r\n\r\n", b"--b", b"--b--", b"--c", b"--", b"=?utf-8?B?", b"=?utf-8?Q?", b"?=", b"\x1b$B",
        b"\x1b(B", b"\x1b(J", b"\x0e", b"\xa4\xa2", b"\x82\xa0", b"\xe3\x81\x82", b"\xff", b"\0", b"<",
        b">", b"(", b")", b'"', b"\\", b",", b":", b";", b"@", b"a@b.jp", b" ", b"\t", b"=", b"=20",
        b"Content-Transfer-Encoding: base64", b"Content-Transfer-Encoding: quoted-printable",
        b"begin 644 x", b"end", b"filename*0*=", b"filename*1*=", b"filename=", b"%E3", b"''", b"name=",
        b"format=flowed", b"delsp=yes", b"message/rfc822", b"message/delivery-status", b"12:34:56",
        b"Nov", b"2026", b"+0900", b"cid:x", b"References: ", b"<x@y>", b"-----BEGIN PGP MESSAGE-----",
    ]
)  # fmt: skip


@settings(steady, max_examples=300)
@given(st.lists(PIECES, max_size=60))
def test_pieces_of_mail_in_any_order(pieces: list[bytes]) -> None:
    parsed = read(b"".join(pieces))
    shown = [parsed.subject, parsed.text, parsed.html, *(f.filename for f in parsed.attachments)]
    for text in shown:
        text.encode("utf-8")  # no lone surrogates
        assert "\0" not in text
    assert parsed.date is None or parsed.date.tzinfo is not None


def test_real_mails_cut_and_bent() -> None:
    files = sample_files()
    if not files:
        pytest.skip(WHY_SKIPPED)
    dice = random.Random(7)
    for path in files:
        raw = path.read_bytes()
        for _ in range(4):
            bent = bytearray(raw[: dice.randrange(len(raw) + 1)])
            for _ in range(min(10, len(bent))):
                bent[dice.randrange(len(bent))] = dice.randrange(256)
            read(bytes(bent))


def test_a_fault_of_ours_loses_no_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    """No such mail is known, so one is made: the mail is kept as a file, with a notice."""

    def fail(*arguments: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("mail.mime.split.split", fail)
    parsed = parse(b"Subject: x\r\n\r\ntext")
    assert [notice.code for notice in parsed.notices] == ["reading_failed"]
    assert parsed.attachments[0].payload == b"Subject: x\r\n\r\ntext"


class TestLimits:
    LIMITS = Limits(size=20_000, depth=3, parts=10, header_bytes=2_000, headers=20, addresses=5)

    def codes(self, raw: bytes) -> list[str]:
        return [notice.code for notice in parse(raw, limits=self.LIMITS).notices]

    def test_size(self) -> None:
        assert "too_big" in self.codes(b"Subject: x\r\n\r\n" + b"y" * 30_000)

    def test_depth(self) -> None:
        assert "too_deep" in self.codes(nested(1000))

    def test_parts(self) -> None:
        raw = HOSTILE["parts"](1000)
        assert "too_many_parts" in self.codes(raw)
        parsed = parse(raw, limits=self.LIMITS)
        assert parsed.text.count("x") == raw.count(b"\r\nx\r\n") - 1 + 1  # nothing is lost

    def test_headers(self) -> None:
        assert "too_many_headers" in self.codes(b"X: y\r\n" * 30 + b"\r\ntext")
        parsed = parse(b"Subject: " + b"z\r\n " * 2000 + b"\r\n\r\ntext", limits=self.LIMITS)
        assert "too_many_headers" in [notice.code for notice in parsed.notices]
        assert parsed.text == "text"

    def test_addresses(self) -> None:
        parsed = parse(b"To: " + b"a@b.jp, " * 10 + b"\r\n\r\n", limits=self.LIMITS)
        assert len(parsed.to) == 5
        assert "too_many_addresses" in [notice.code for notice in parsed.notices]
