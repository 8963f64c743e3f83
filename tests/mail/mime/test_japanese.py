"""Japanese mail as Python's own codecs and header encoder write it: all of it is read."""

from __future__ import annotations

import base64
import quopri
from email.header import Header

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mail.mime import parse, parse_payload
from mail.mime.japanese import microsoft_signs
from tests.mail.mime.shared import steady

# Rows 1 to 8 (signs, kana, Greek, Cyrillic, rules) and 16 to 84 (kanji) of JIS X 0208.
JIS_X_0208 = sorted(
    sign
    for row in (*range(1, 9), *range(16, 85))
    for cell in range(1, 95)
    if len(sign := bytes((row + 0xA0, cell + 0xA0)).decode("euc_jp", "ignore")) == 1
)
PLAIN = [chr(code) for code in range(0x20, 0x7F)]
TEXT = st.text(st.sampled_from(JIS_X_0208) | st.sampled_from(PLAIN) | st.just("\n"), max_size=200)
LINE = st.text(st.sampled_from(JIS_X_0208) | st.sampled_from(PLAIN), min_size=1, max_size=80).map(
    lambda text: " ".join(text.split(" ")).strip()
)
# What CPython calls shift_jis and euc_jp is JIS; what arrives is cp932's repertoire.
CODECS = {
    "iso2022_jp": "ISO-2022-JP",
    "shift_jis": "Shift_JIS",
    "euc_jp": "EUC-JP",
    "cp932": "Shift_JIS",
}
DIFFERS = "\\~¥‾"  # read as ASCII, where JIS X 0201 has ¥ and ‾


def encodable(text: str, codec: str) -> bool:
    try:
        return text.encode(codec).decode(codec) == text
    except UnicodeError:
        return False


def same(text: str) -> str:
    return microsoft_signs(text)


@settings(steady, max_examples=100)
@given(
    TEXT, st.sampled_from(sorted(CODECS)), st.sampled_from(["8bit", "base64", "quoted-printable"])
)
@example("苳Ё", "cp932", "8bit")  # its bytes are UTF-8 as well, of a sign that nobody writes
def test_bodies(text: str, codec: str, encoding: str) -> None:
    if not encodable(text, codec) or set(text) & set(DIFFERS):
        return
    data = text.encode(codec)
    wire = {
        "8bit": data,
        "base64": base64.encodebytes(data),
        "quoted-printable": quopri.encodestring(data),
    }[encoding]
    head = (
        f"Content-Type: text/plain; charset={CODECS[codec]}\r\n"
        f"Content-Transfer-Encoding: {encoding}\r\n\r\n"
    )
    parsed = parse(head.encode() + wire)
    assert same(parsed.text) == same(text)
    gmail = {
        "mimeType": "text/plain",
        "headers": [{"name": "Content-Type", "value": f"text/plain; charset={CODECS[codec]}"}],
        "body": {"data": base64.urlsafe_b64encode(text.encode()).decode()},
    }
    assert parse_payload({"payload": gmail}).text == same(text)


@settings(steady, max_examples=100)
@given(LINE, st.sampled_from(["iso-2022-jp", "shift_jis", "euc-jp", "utf-8"]))
def test_headers_as_python_encodes_them(line: str, charset: str) -> None:
    if not encodable(line, charset) or set(line) & set(DIFFERS) or "=?" in line or not line:
        return
    encoded = Header(line, charset, header_name="Subject").encode()
    parsed = parse(f"Subject: {encoded}\r\n\r\n".encode())
    assert same(parsed.subject) == same(line)


@pytest.mark.parametrize("codec", ["iso2022_jp", "cp932", "euc_jp", "utf-8"])
@pytest.mark.parametrize("width", [1, 2, 3, 5, 7, 11])
def test_words_cut_anywhere(codec: str, width: int) -> None:
    """Old programs cut the encoded bytes every so many, whatever stands there."""
    line = "株式会社みなも生活店 カスタマーサポート"
    data = line.encode(codec)
    label = {"iso2022_jp": "ISO-2022-JP", "cp932": "Shift_JIS", "euc_jp": "EUC-JP"}.get(
        codec, codec
    )
    for encode in (in_base64, in_quotes):
        pieces = [data[at : at + width] for at in range(0, len(data), width)]
        words = [f"=?{label}?{encode(piece)}?=" for piece in pieces]
        assert parse(("Subject: " + "\r\n ".join(words) + "\r\n\r\n").encode()).subject == line


def in_base64(piece: bytes) -> str:
    return "B?" + base64.b64encode(piece).decode()


def in_quotes(piece: bytes) -> str:
    return "Q?" + "".join(f"={byte:02X}" for byte in piece)


@pytest.mark.parametrize("codec", ["iso2022_jp", "cp932", "euc_jp", "utf-8"])
def test_raw_bytes_in_every_place_of_a_header(codec: str) -> None:
    raw = (
        'Subject: Re: ソフトウェア表示の件\r\nFrom: "予約 ソ" <a@b.jp>\r\n'
        "To: 株式会社 表 <c@d.jp>, 十 <e@f.jp>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: application/pdf; name="申込書 ソ.pdf"\r\n\r\nx'
    ).encode(codec)
    parsed = parse(raw)
    assert parsed.subject == "Re: ソフトウェア表示の件"
    assert parsed.sender is not None
    assert (parsed.sender.name, parsed.sender.address) == ("予約 ソ", "a@b.jp")
    assert [(p.name, p.address) for p in parsed.to] == [("株式会社 表", "c@d.jp"), ("十", "e@f.jp")]
    assert parsed.attachments[0].filename == "申込書 ソ.pdf"
