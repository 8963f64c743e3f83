"""The bytes: what was meant comes back, through a decoder of the test's own where needed."""

from __future__ import annotations

import base64
import email
import email.header
import email.policy
import io
import quopri
import random
import re
import struct
import zipfile
import zlib
from datetime import datetime
from email.message import EmailMessage, Message

import pytest

from sandbox.demo import attachments, charsets, documents, mailers
from sandbox.demo.corpus import DemoAccount, to_mail
from sandbox.demo.programs import MAILERS, new_id
from sandbox.demo.shapes import Box, File, Letter

# JIS X 0208 with NEC row 13 and the NEC selection, from Python's own EUC-JP and CP932 tables.
ROW_13 = dict(zip(range(0x2D21, 0x2D35), "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳", strict=True))
EXTRAS = {**ROW_13, 0x2D6A: "㈱", 0x2D62: "№", 0x7C62: "髙", 0x7975: "﨑"}


def from_jis(data: bytes) -> str:
    """Decode CP50221 by hand: escapes, a table of extras, else EUC-JP's table."""
    out, mode, place = "", b"B", 0
    while place < len(data):
        escape = re.match(rb"\x1b(\(B|\(J|\$B|\$@|\(I)", data[place:])
        if escape:
            mode = escape.group(1)
            place += len(escape.group(0))
        elif mode in (b"$B", b"$@"):
            code = data[place] << 8 | data[place + 1]
            pair = bytes((data[place] | 0x80, data[place + 1] | 0x80))
            out += EXTRAS.get(code) or pair.decode("euc_jp")
            place += 2
        elif mode == b"(I":
            out += chr(0xFF61 + data[place] - 0x21)
            place += 1
        else:
            out += chr(data[place])
            place += 1
    return out


def decode(data: bytes, charset: str) -> str:
    if charset.lower() == "iso-2022-jp":
        return from_jis(data)
    return data.decode("cp932" if charset.lower() == "shift_jis" else charset)


def like(text: str) -> str:
    """Take the two wave dashes for one: Microsoft's table and JIS disagree on 0x2141."""
    return text.replace("\r\n", "\n").replace("\u301c", "\uff5e").rstrip("\n")


def unfold(value: str) -> str:
    """Decode encoded words, of any charset, with nothing between neighbours."""
    joined = re.sub(r"\?=\s+=\?", "?==?", value)

    def word(found: re.Match[str]) -> str:
        charset, kind, body = found.groups()
        data = (
            base64.b64decode(body)
            if kind.upper() == "B"
            else quopri.decodestring(body.replace("_", " "))
        )
        return decode(data, charset)

    return re.sub(r"=\?([^?]+)\?([BbQq])\?([^?]*)\?=", word, joined)


def text_of(message: Message, kind: str = "plain") -> str:
    part = next(one for one in message.walk() if one.get_content_type() == f"text/{kind}")
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return decode(payload, part.get_content_charset() or "us-ascii")


def pairs(accounts: list[DemoAccount], letters: list[Letter]) -> list[tuple[Letter, Message]]:
    raws = [mail.raw for account in accounts for mail in account.mails]
    return list(zip(letters, map(email.message_from_bytes, raws), strict=True))


def test_every_text_and_subject_comes_back(
    accounts: list[DemoAccount], letters: list[Letter]
) -> None:
    for letter, message in pairs(accounts, letters):
        assert like(text_of(message)) == like(letter.text), letter.subject
        assert like(unfold(message["Subject"])) == like(letter.subject)
        assert like(unfold(message["From"])).startswith(letter.sender.name)
        assert letter.sender.address in message["From"]


def test_every_attachment_comes_back_with_its_name(
    accounts: list[DemoAccount], letters: list[Letter]
) -> None:
    forms = set()
    for letter, message in pairs(accounts, letters):
        found = [one for one in message.walk() if one.get("Content-Disposition")]
        assert len(found) == len(letter.files)
        wanted = {file.name: file for file in letter.files}
        for part in found:
            raw = part["Content-Disposition"]
            forms.add("2231" if "*=" in raw else "2047" if "=?" in raw else "ascii")
            if "=?" in raw:
                quoted = re.search(r'filename="([^"]*)"', raw)
                assert quoted
                name = unfold(quoted.group(1))
            else:
                name = part.get_filename() or ""
            file = wanted[name]
            assert part.get_payload(decode=True) == file.payload
            assert part.get_content_type() == file.content_type
            assert (part["Content-ID"] or "") == (f"<{file.cid}>" if file.cid else "")
    assert forms == {"2231", "2047", "ascii"}


def test_lines_are_short_enough_and_seven_bit_where_they_say_so(
    accounts: list[DemoAccount],
) -> None:
    for mail in (one for account in accounts for one in account.mails):
        head = mail.raw.split(b"\r\n\r\n", 1)[0]
        head.decode("ascii")
        assert max(map(len, head.split(b"\r\n"))) <= 120
        assert b"\n" not in mail.raw.replace(b"\r\n", b"")
        assert max(map(len, mail.raw.split(b"\r\n"))) <= 998
        message = email.message_from_bytes(mail.raw)
        for part in message.walk():
            if not part.is_multipart() and part["Content-Transfer-Encoding"] == "7bit":
                str(part.get_payload()).encode("ascii")


def test_all_that_japanese_mail_is_written_in(accounts: list[DemoAccount]) -> None:
    sets, transfers, agents = set(), set(), set()
    for mail in (one for account in accounts for one in account.mails):
        message = email.message_from_bytes(mail.raw)
        agents.add((message["X-Mailer"] or message["User-Agent"] or "none").split()[0])
        for part in message.walk():
            if part.get_content_maintype() == "text":
                sets.add((part.get_content_charset() or "us-ascii").lower())
                transfers.add(part["Content-Transfer-Encoding"])
    assert {"iso-2022-jp", "shift_jis", "utf-8", "euc-jp"} <= sets
    assert {"7bit", "8bit", "base64", "quoted-printable"} <= transfers
    assert {"Becky!", "Microsoft", "iPhone", "YahooMailWebService/0.8.111_66"} <= agents


def test_kinds_of_mail_that_a_desk_meets(accounts: list[DemoAccount]) -> None:
    support = [email.message_from_bytes(mail.raw) for mail in accounts[0].mails]
    reports = [one for one in support if one.get_content_type() == "multipart/report"]
    assert len(reports) >= 2
    for report in reports:
        (status,) = [
            one for one in report.walk() if one.get_content_type() == "message/delivery-status"
        ]
        assert "Action: failed" in status.as_string()
        assert "mailer-daemon@" in report["From"]
    assert sum(one["Auto-Submitted"] == "auto-replied" for one in support) >= 5
    assert sum("webform@shop.example" in one["From"] for one in support) >= 10
    invitations = [
        one for one in support for part in one.walk() if part.get_content_type() == "text/calendar"
    ]
    assert len(invitations) == 1
    assert "METHOD:REQUEST" in text_of(invitations[0], "calendar")
    remote = [one for one in support if one["List-Unsubscribe"]]
    assert len(remote) >= 5
    for one in remote:
        assert len(re.findall(r'<img src="https://', text_of(one, "html"))) >= 5
        assert re.search(r'width="1" height="1"', text_of(one, "html"))
    pictured = [
        email.message_from_bytes(mail.raw)
        for mail in accounts[1].mails
        if b"Content-ID: <logo@shop.example>" in mail.raw
    ]
    assert len(pictured) >= 20
    for one in pictured:
        assert "cid:logo@shop.example" in text_of(one, "html")


def test_a_web_form_names_its_customer_in_the_body_only(accounts: list[DemoAccount]) -> None:
    for mail in accounts[0].mails:
        message = email.message_from_bytes(mail.raw)
        if "webform@shop.example" in message["From"] and "INBOX" in mail.labels:
            found = re.search(r"^メールアドレス: (\S+@\S+)$", like(text_of(message)), re.MULTILINE)
            assert found
            assert found.group(1) not in mail.raw.split(b"\r\n\r\n", 1)[0].decode()


@pytest.mark.parametrize("mailer", sorted(MAILERS))
def test_each_program_carries_text_names_and_files(mailer: str) -> None:
    moment = datetime.fromisoformat("2026-11-22T14:28:00+09:00")
    rng = random.Random(mailer)
    text = (
        "お世話になっております。\n株式会社ミナト商事の佐々木です。\n\n"
        "　全角の空白、ﾊﾝｶｸｶﾅ、ASCII = 100% .\n.\n"
    )
    letter = Letter(
        mailer=mailer,
        sender=Box("佐々木 隆之（総務部 購買担当）", "sasaki@minato.example"),
        to=(Box("カスタマーサポート", "support@shop.example"),),
        cc=(Box("", "info@shop.example"), Box("Kobayashi, Ken", "ken@partner.example")),
        subject="請求書の宛名変更をお願いいたします（長い件名は折り返されて、いくつもの語に分かれます）",
        text=text,
        date=moment,
        message_id=new_id(mailer, "sasaki@minato.example", moment, rng),
        in_reply_to="before@shop.example",
        references=("first@shop.example", "before@shop.example"),
        files=(
            File("請求書（修正依頼）_株式会社ミナト商事.pdf", "application/pdf", b"%PDF-1.4\n"),
        ),
    )
    message = email.message_from_bytes(to_mail(letter).raw)
    assert like(text_of(message)) == like(text)
    assert unfold(message["Subject"]) == letter.subject
    assert unfold(message["From"]) == "佐々木 隆之（総務部 購買担当） <sasaki@minato.example>"
    assert "info@shop.example" in message["Cc"]
    assert '"Kobayashi, Ken" <ken@partner.example>' in message["Cc"]
    assert message["Message-ID"] == f"<{letter.message_id}>"
    assert message["References"].split() == ["<first@shop.example>", "<before@shop.example>"]
    parsed = email.message_from_bytes(to_mail(letter).raw, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    assert parsed["Date"].datetime == moment


@pytest.mark.parametrize(
    ("text", "wire"),
    [
        ("①㈱", b"\x1b$B\x2d\x21\x2d\x6a\x1b(B"),
        ("髙﨑", b"\x1b$B\x7c\x62\x79\x75\x1b(B"),
        ("ｱｶ a", b"\x1b(I\x31\x36\x1b(B a"),
        ("日本", b"\x1b$B\x46\x7c\x4b\x5c\x1b(B"),
    ],
)
def test_iso_2022_jp_as_windows_writes_it(text: str, wire: bytes) -> None:
    assert charsets.iso2022jp_ms(text) == wire
    assert from_jis(wire) == text


def test_what_a_charset_cannot_carry_goes_out_as_utf_8() -> None:
    moment = datetime.fromisoformat("2026-11-22T14:28:00+09:00")
    with pytest.raises(charsets.Unencodable):
        charsets.iso2022jp_ms("🙇")
    letter = Letter("becky", Box("𠮷田", "y@example.jp"), (Box("", "support@shop.example"),),
                    "お願い🙇", "𠮷田です🙇\n", moment, "1@example.jp")  # fmt: skip
    message = email.message_from_bytes(mailers.render(letter, random.Random(1)))
    assert message.get_content_charset() == "utf-8"
    assert like(text_of(message)) == "𠮷田です🙇"


FACTS = {
    "receipt_name": "松本料理教室", "price": "7,480", "proviso": "調理器具代", "order": "A-20744",
    "product": "土鍋 8号（3～4人用）", "count": "1", "total": "7,480", "company": "",
    "division": "",
    "today": "11/22（日）", "month": "10月", "family": "松本", "name": "松本 恵子",
}  # fmt: skip


@pytest.mark.parametrize("kind", ["receipt", "quote", "order", "invoice", "form", "slip"])
def test_papers_are_valid_pdf_with_their_text(kind: str) -> None:
    data = attachments.paper(kind, FACTS)
    start = int(re.search(rb"startxref\n(\d+)", data)[1])  # type: ignore[index]
    assert data[start:].startswith(b"xref\n0 8\n")
    for number, offset in enumerate(re.findall(rb"(\d{10}) 00000 n", data), start=1):
        assert data[int(offset) :].startswith(b"%d 0 obj\n" % number)
    length = int(re.search(rb"/Length (\d+)", data)[1])  # type: ignore[index]
    stream = data.split(b"stream\n", 1)[1][:length]
    assert data.split(b"stream\n", 1)[1][length:].startswith(b"\nendstream")
    shown = [
        bytes.fromhex(one.decode()).decode("utf-16-be")
        for one in re.findall(rb"<([0-9A-F]*)>", stream)
    ]
    assert any("みなも生活店" in line for line in shown)


def test_tables_are_valid_xlsx_and_cp932_csv() -> None:
    rows = [("品番", "品名"), ("KC-041", "鉄フライパン <26cm> & ふた")]
    with zipfile.ZipFile(io.BytesIO(documents.xlsx(rows))) as archive:
        assert archive.testzip() is None
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        assert "鉄フライパン &lt;26cm&gt; &amp; ふた" in sheet
    assert documents.csv932(rows).decode("cp932").split("\r\n")[0] == "品番,品名"


@pytest.mark.parametrize("motif", ["damage", "box", "parts", "screen", "room"])
def test_photographs_are_valid_png(motif: str) -> None:
    data = attachments.photo(motif, 0, "png")
    width, height = struct.unpack(">II", data[16:24])
    place, dots = 8, b""
    while place < len(data):
        size, kind = struct.unpack(">I4s", data[place : place + 8])
        body = data[place + 8 : place + 8 + size]
        assert zlib.crc32(kind + body) == int.from_bytes(data[place + 8 + size : place + 12 + size])
        dots += body if kind == b"IDAT" else b""
        place += 12 + size
    assert len(zlib.decompress(dots)) == height * (width * 3 + 1)


def test_the_photograph_is_a_jpeg_with_balanced_markers() -> None:
    data = attachments.photo("damage", 1, "jpeg")
    assert data.startswith(b"\xff\xd8\xff\xe0")
    assert data.endswith(b"\xff\xd9")
    place, marks = 2, []
    while data[place : place + 2] != b"\xff\xda":
        marks.append(data[place + 1])
        place += 2 + int.from_bytes(data[place + 2 : place + 4])
    assert marks == [0xE0, 0xDB, 0xC0, 0xC4, 0xC4]
    scan = data[place + 2 + int.from_bytes(data[place + 2 : place + 4]) : -2]
    assert b"\xff" not in scan.replace(b"\xff\x00", b"")
