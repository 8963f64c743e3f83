"""104 mails from the tests of the Ruby `mail` library: none crashes, the telling ones are exact."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from mail.mime import ParsedMessage, Person, parse
from tests.mail.mime.shared import SAMPLES, WHY_SKIPPED, sample_files

pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason=WHY_SKIPPED)


def sample(name: str) -> ParsedMessage:
    (path,) = SAMPLES.rglob(f"{name}*")
    return parse(path.read_bytes())


def codes(parsed: ParsedMessage) -> set[str]:
    return {notice.code for notice in parsed.notices}


def test_all_are_there() -> None:
    assert len(sample_files()) == 104


@pytest.mark.parametrize("path", sample_files(), ids=lambda path: path.name)
def test_each_is_readable(path: Path) -> None:
    raw = path.read_bytes()
    parsed = parse(raw)
    if not raw:  # one of them is an empty file
        return
    assert parsed.headers
    assert parsed.text or parsed.html or parsed.attachments or b"\r\n\r\n" in raw
    assert not any("\ufffd" in file.filename for file in parsed.attachments)


MIKEL = Person("Mikel Lindsaar", "raasdnil@gmail.com")


def test_japanese_in_utf8() -> None:
    parsed = sample("japanese.eml")
    assert (parsed.subject, parsed.sender) == ("まみむめも", MIKEL)
    assert parsed.to == (Person("みける", "raasdnil@gmail.com"),)
    assert (
        parsed.text == "かきくえこ\n\n-- \nhttp://lindsaar.net/\nRails, RSpec and Life blog....\n"
    )


def test_japanese_in_iso_2022_jp() -> None:
    parsed = sample("japanese_iso_2022")
    assert (parsed.subject, parsed.text.strip()) == ("まみむめも", "すみません。")
    assert sample("example14").subject == "Re: TEST テストテスト"


def test_japanese_in_shift_jis() -> None:
    assert sample("japanese_shift_jis").text == (
        "あいうえお\n\nこのメールはテスト用のメールです。\n\n今後ともよろしくお願い申し上げます！\n"
    )


def test_korean() -> None:
    assert sample("ks_c_5601").text == "스티해\n"
    for name in ("raw_email.eml", "raw_email_double_at", "raw_email_string_in_date"):
        parsed = sample(name)
        assert parsed.subject == "NOTE: 한국말로 하는 것"
        assert parsed.text == (
            "대부분의 마찬가지로, 우리는 하나님을 믿습니다.\n\n제 이름은 Jamis입니다."
        )


@pytest.mark.parametrize(
    ("name", "filename", "start", "size"),
    [
        ("japanese_attachment.eml", "てすと.txt", b"this is a test\n\xe3\x81\x93", 33),
        ("japanese_attachment_long", "かきくけこ" * 5 + ".txt", b"this is the data", 18),
        ("attachment_nonascii", "ciële.txt", b"Hi there.", 11),
        ("attachment_with_base64", "This is a test.pdf", b"0\x80\x06\t*", 399),
        ("attachment_with_quoted", "Eelanalüüsi päring.jpg", b"\xff\xd8\xff\xe0", 1952),
        ("attachment_with_unquoted", "This is a test.txt", b"Hi there.", 11),
        ("attachment_pdf.eml", "broken.pdf", b"%PDF-1.4", 1026),
        ("attachment_only_email", "blah.gz", b"J\xe6\xe3y", 288),
        ("attachment_content_disposition", "api.rb", b'puts "Hello', 28),
        ("attachment_content_location", "Photo25.jpg", b"\x8d\xa9\xa2\xb1", 227),
        ("missing_content_disposition", "somefile.jpg", b"  \n \nThank you", 1311),
        ("raw_email_with_binary", "2013-08-13_19-08-28-1.jpg", b"BINARY_CONTENT", 24),
        ("email_with_similar", "LOGO.png", b"H\xd2\x0f", 3),
    ],
)
def test_files(name: str, filename: str, start: bytes, size: int) -> None:
    (file,) = sample(name).attachments
    assert (file.filename, file.size) == (filename, size)
    assert file.payload is not None
    assert file.payload.startswith(start)


def test_a_name_in_a_charset_that_does_not_fit() -> None:
    """``iso-2022-jp'ja'…Dij%8aat…`` holds one byte that no Japanese charset has there."""
    (file,) = sample("attachment_with_encoded_name").attachments
    assert file.filename.startswith("01 Quien Te Dij")
    assert file.filename.endswith("at. Pitbull.mp3")


def test_enclosed_mails() -> None:
    (file,) = sample("attachment_message_rfc822.eml").attachments
    assert (file.filename, file.content_type) == ("ForwardedMessage.eml", "message/rfc822")
    assert file.payload is not None
    assert parse(file.payload).subject == "Another PDF"
    picture, enclosed = sample("attachment_message_rfc822_inline").attachments
    assert (picture.filename, picture.inline) == ("img.png", True)
    assert enclosed.filename == "Testmail.eml"


def test_people() -> None:
    to = sample("example03").to
    assert [p.name for p in to] == ["Mary Smith", "", "Who?"]
    assert sample("example03").cc[1] == Person('Giant; "Big" Box', "sysservices@example.net")
    assert [p.address for p in sample("example04").to] == [
        "c@a.test",
        "joe@where.test",
        "jdoe@one.test",
    ]
    assert sample("example04").cc == ()
    assert sample("example10").sender == Person("Pete", "pete@silly.test")
    assert sample("example11").to == (
        Person("Mary Smith", "mary@example.net"),
        Person("", "jdoe@test.example"),
    )
    assert sample("example13").to == (Person("Mary Smith", "mary@example.net"),)
    assert sample("utf8_headers").sender == Person("Jöhn Doe", "jdöe@mächine.example")
    assert [p.address for p in sample("weird_to_header").to] == [
        "user-example@aol.com",
        "e-s-a-s-2200@app.ar.com",
    ]
    assert sample("empty_group_lists").to == ()
    assert sample("new_line_in_to").to[-1].address == "cc@c-l-example.com"
    assert sample("bad_subject").sender == Person(
        "MySurvey.com & Carol Adams", "carol@mysurvey.com"
    )
    assert len(sample("raw_email_multiple_from").to) == 2
    assert sample("raw_email_with_at_display").to[1] == Person(
        "Mikel@Lindsaar", "raasdnil@gmail.com"
    )


def test_subjects() -> None:
    assert sample("bad_encoded_subject").subject == "TEST"
    assert sample("invalid_subject").subject == (
        "Formação FrenetikPolis: Mega Campanha Final Verão | Cursos de Setembro"
    )
    assert sample("trademark").subject.startswith("GA.com")
    assert sample("raw_email_with_partially").subject == 'Re: Test: "漢字" mid "漢字" tail'
    assert sample("attachment_pdf.eml").subject == "Another PDF with 🎉 Unicode chars in it 🍿"


def test_dates() -> None:
    assert sample("example10").date == datetime(
        1969, 2, 13, 23, 32, tzinfo=timezone(-timedelta(hours=3, minutes=30))
    )
    for name in ("bad_date_header.eml", "bad_date_header2", "raw_email_with_bad_date"):
        parsed = sample(name)
        assert parsed.date is None
        assert "date_unreadable" in codes(parsed)


def test_structure() -> None:
    assert sample("multiple_content_types").html == "<p>foo</p>\n"
    assert sample("raw_email_with_illegal_boundary").text.startswith(
        "Hello\nThis is an outlook test"
    )
    assert sample("raw_email_with_quoted_illegal").html.startswith("<!DOCTYPE HTML")
    assert sample("raw_email4").text.startswith("Some text\n\n--\nThis Orange Multi Media")
    assert [f.filename for f in sample("raw_email7").attachments] == [
        "test.rb",
        "test.pdf",
        "smime.p7s",
    ]
    junk = sample("raw_email_incorrect_header")
    assert (junk.subject[:11], junk.sender) == ("Stop adware", Person("xxx xxx", "xxx@xxx.xxx"))
    assert "header_junk" in codes(junk)


def test_reports() -> None:
    for name in (
        "multi_address_bounce1",
        "multi_address_bounce2",
        "multipart_report_mult",
        "report_530",
    ):
        assert sample(name).automatic == "bounce"
    for name in ("report_422", "raw_email_with_mimepart"):  # merely late
        assert sample(name).automatic == "auto_reply"
