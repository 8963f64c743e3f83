"""Whole mails: which parts are text, which are files, however they are put together."""

# ruff: noqa: E501 - a line of a table is one case

from __future__ import annotations

import base64

import pytest

from mail.mime import ParsedMessage, charsets, parse

HEAD = (
    "From: a@b.jp\r\nTo: c@d.jp\r\nDate: Sun, 22 Nov 2026 10:00:00 +0900\r\nMIME-Version: 1.0\r\n"
)


def mail(content: str, head: str = HEAD) -> ParsedMessage:
    return parse((head + content).replace("\r\n", "\n").replace("\n", "\r\n").encode())


def multipart(subtype: str, *parts: str, boundary: str = "b", extra: str = "") -> str:
    body = "".join(f"--{boundary}\n{part}\n" for part in parts)
    return (
        f'Content-Type: multipart/{subtype}; boundary="{boundary}"{extra}\n\n{body}--{boundary}--\n'
    )


def part(kind: str, text: str, *headers: str) -> str:
    return "\n".join([f"Content-Type: {kind}", *headers]) + "\n\n" + text


PLAIN = part("text/plain; charset=utf-8", "本文")
HTML = part("text/html; charset=utf-8", "<p>本文</p>")
PDF = part("application/pdf", base64.b64encode(b"%PDF").decode(), "Content-Transfer-Encoding: base64",
           'Content-Disposition: attachment; filename="a.pdf"')  # fmt: skip
PNG = part("image/png", base64.b64encode(b"PNG").decode(), "Content-Transfer-Encoding: base64",
           "Content-ID: <pic@x>")  # fmt: skip


def names(parsed: ParsedMessage) -> list[tuple[str, str, str]]:
    return [(file.part_id, file.filename, file.content_type) for file in parsed.attachments]


def test_a_single_text() -> None:
    parsed = mail("Content-Type: text/plain; charset=utf-8\n\nこんにちは\n")
    assert (parsed.text, parsed.html, parsed.attachments, parsed.notices) == (
        "こんにちは\n",
        "",
        (),
        (),
    )


def test_alternative_gives_both() -> None:
    parsed = mail(multipart("alternative", PLAIN, HTML))
    assert (parsed.text, parsed.html, parsed.attachments) == ("本文", "<p>本文</p>", ())


def test_alternative_takes_the_last_of_each_and_tells_of_the_rest() -> None:
    amp = part("text/x-amp-html", "<html amp4email>")
    parsed = mail(multipart("alternative", part("text/plain", "old"), PLAIN, amp, HTML))
    assert (parsed.text, parsed.html) == ("本文", "<p>本文</p>")
    assert [notice.code for notice in parsed.notices] == ["alternative_omitted"]


def test_pictures_of_the_html_are_inline() -> None:
    html = part("text/html", '<img src="cid:pic@x">')
    related = multipart("related", html, PNG, boundary="r")
    parsed = mail(multipart("alternative", PLAIN, related))
    assert (parsed.text, parsed.html) == ("本文", '<img src="cid:pic@x">')
    (picture,) = parsed.attachments
    assert (picture.inline, picture.content_id, picture.payload) == (True, "pic@x", b"PNG")
    assert picture.part_id == "1.1"


def test_a_picture_that_the_html_shows_is_inline_even_as_attachment() -> None:
    html = part("text/html", '<img src="cid:pic%40x">')
    attached = PNG.replace(
        "Content-ID", "Content-Disposition: attachment; filename=a.png\nContent-ID"
    )
    assert mail(multipart("mixed", html, attached)).attachments[0].inline
    assert not mail(multipart("mixed", HTML, attached)).attachments[0].inline


def test_texts_one_after_the_other_are_all_shown() -> None:
    footer = part("text/plain", "-- list footer <x>")
    both = multipart("alternative", PLAIN, HTML, boundary="alt")
    parsed = mail(multipart("mixed", both, PDF, footer))
    assert parsed.text == "本文\n-- list footer <x>"
    assert parsed.html.startswith("<p>本文</p>")
    assert "-- list footer &lt;x&gt;" in parsed.html
    assert names(parsed) == [("1", "a.pdf", "application/pdf")]


def test_apple_mail_puts_files_between_texts_inside_the_alternative() -> None:
    rich = multipart("mixed", HTML, PDF, part("text/html", "<p>後</p>"), boundary="m")
    parsed = mail(multipart("alternative", PLAIN, rich))
    assert parsed.text == "本文"
    assert parsed.html == "<p>本文</p>\n<p>後</p>"
    assert names(parsed) == [("1.1", "a.pdf", "application/pdf")]


def test_text_as_attachment_is_a_file() -> None:
    note = part(
        "text/plain; charset=utf-8", "ファイル", "Content-Disposition: attachment; filename=n.txt"
    )
    parsed = mail(multipart("mixed", PLAIN, note))
    assert parsed.text == "本文"
    assert parsed.attachments[0].payload == "ファイル".encode()
    alone = mail("Content-Type: text/csv\nContent-Disposition: attachment; filename=a.csv\n\n1,2\n")
    assert (alone.text, names(alone)) == ("", [("", "a.csv", "text/csv")])


def test_a_named_text_is_a_file_unless_it_is_the_first() -> None:
    named = part('text/plain; name="n.txt"', "zwei", "Content-Disposition: inline")
    parsed = mail(multipart("mixed", PLAIN, named))
    assert (parsed.text, names(parsed)) == ("本文", [("1", "n.txt", "text/plain")])
    parsed = mail(multipart("mixed", named, PDF))
    assert (parsed.text, names(parsed)) == ("zwei", [("1", "a.pdf", "application/pdf")])


def test_a_named_rendering_is_text_all_the_same() -> None:
    named = HTML.replace("charset=utf-8", 'charset=utf-8; name="mail.html"')
    parsed = mail(multipart("alternative", PLAIN, named))
    assert (parsed.text, parsed.html, parsed.attachments) == ("本文", "<p>本文</p>", ())


def test_an_enclosed_mail_is_a_file_and_stays_closed() -> None:
    inner = "From: x@y.jp\nSubject: =?utf-8?B?5YaF5YG0?=\n\n" + "inner text"
    parsed = mail(multipart("mixed", PLAIN, part("message/rfc822", inner)))
    assert parsed.text == "本文"
    (file,) = parsed.attachments
    assert (file.filename, file.content_type) == ("内側.eml", "message/rfc822")
    assert file.payload == inner.replace("\n", "\r\n").encode()


def test_an_enclosed_multipart_with_the_same_kind_of_boundary() -> None:
    inner = "Subject: in\n" + multipart("mixed", PLAIN, boundary="bb")
    parsed = mail(multipart("mixed", PLAIN, part("message/rfc822", inner.rstrip("\n")), PDF))
    assert parsed.text == "本文"
    assert [file[2] for file in names(parsed)] == ["message/rfc822", "application/pdf"]
    assert parsed.attachments[0].payload == inner.rstrip("\n").replace("\n", "\r\n").encode()


def test_a_digest_encloses_mails_by_default() -> None:
    parsed = mail(multipart("digest", "\nSubject: one\n\nx", "\nSubject: two\n\ny"))
    assert [file[1:] for file in names(parsed)] == [
        ("one.eml", "message/rfc822"),
        ("two.eml", "message/rfc822"),
    ]


@pytest.mark.parametrize(
    ("kind", "name", "code"),
    [
        ("text/calendar; method=REQUEST", "invite-1.ics", "calendar"),
        ('application/ms-tnef; name="winmail.dat"', "winmail.dat", "tnef"),
        ("application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", "smime.p7m", "smime_encrypted"),
        ("application/pkcs7-mime; smime-type=signed-data; name=smime.p7m", "smime.p7m", "smime_signed"),
    ],
)  # fmt: skip
def test_special_files_are_plain_files_with_a_notice(kind: str, name: str, code: str) -> None:
    parsed = mail(multipart("mixed", PLAIN, part(kind, "x")))
    assert parsed.attachments[0].filename == name
    assert [notice.code for notice in parsed.notices] == [code]


def test_pgp_and_smime() -> None:
    signature = part("application/pgp-signature", "-----BEGIN PGP SIGNATURE-----")
    extra = '; protocol="application/pgp-signature"'
    signed = mail(multipart("signed", PLAIN, signature, extra=extra))
    assert (signed.text, [n.code for n in signed.notices]) == ("本文", ["pgp_signed"])
    assert names(signed)[0][1] == "attachment-1.asc"
    data = part("application/octet-stream", "-----BEGIN PGP MESSAGE-----")
    encrypted = mail(multipart("encrypted", part("application/pgp-encrypted", "Version: 1"), data))
    assert [n.code for n in encrypted.notices] == ["pgp_encrypted"]
    inline = mail("\n-----BEGIN PGP MESSAGE-----\nx\n")
    assert [n.code for n in inline.notices] == ["pgp_encrypted"]


def test_flowed_text() -> None:
    flowed = "Content-Type: text/plain; charset=utf-8; format=flowed"
    text = "Dear \nall,\n\n> quoted \n> on\n>> deeper\n stuffed\n-- \nsig \nend"
    assert mail(f"{flowed}\n\n{text}").text == (
        "Dear all,\n\n> quoted on\n>> deeper\nstuffed\n-- \nsig end"
    )
    assert mail(f"{flowed}; delsp=yes\n\nお世話に \nなって").text == "お世話になって"


def test_html_names_its_charset_itself() -> None:
    html = '<meta http-equiv="Content-Type" content="text/html; charset=Shift_JIS"><p>表'
    raw = HEAD.encode() + b"Content-Type: text/html\r\n\r\n" + html.encode("cp932")
    parsed = parse(raw)
    assert parsed.html == html
    assert parsed.notices == ()


@pytest.mark.spec("M31")
def test_a_person_chooses_another_charset() -> None:
    """A mail that says utf-8 and is valid UTF-8, but was meant as Shift_JIS."""
    raw = "Subject: ﾃｽﾄ\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nﾃｽ".encode("cp932")
    assert parse(raw).text != "ﾃｽ"
    chosen = parse(raw, charset="shift_jis")
    assert (chosen.subject, chosen.text) == ("ﾃｽﾄ", "ﾃｽ")
    for charset in charsets.CHOICES:
        assert "reading_failed" not in [n.code for n in parse(raw, charset=charset).notices]
    assert parse(raw, charset="no-such").text == parse(raw).text


@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r"])
def test_any_line_end(line_end: str) -> None:
    inner = multipart("alternative", PLAIN, HTML, boundary="alt")
    content = HEAD.replace("\r\n", "\n") + "Subject: =?utf-8?B?44GC?=\n =?utf-8?B?44GE?=\n"
    raw = (content + multipart("mixed", inner, PDF)).replace("\n", line_end).encode()
    parsed = parse(raw)
    assert parsed.subject == "あい"
    assert (parsed.text, parsed.html) == ("本文", "<p>本文</p>")
    assert parsed.attachments[0].payload == b"%PDF"


def test_mbox_line_byte_order_mark_and_blank_lines_at_the_top() -> None:
    for top in (b"From a@b.jp Sun Nov 22 10:00:00 2026\n", b"\xef\xbb\xbf", b"\n\n", b">From x\n"):
        parsed = parse(top + b"Subject: top\nFrom: a@b.jp\n\ntext\n")
        assert (parsed.subject, parsed.text) == ("top", "text\n")


class TestBrokenStructure:
    def test_no_closing_boundary(self) -> None:
        content = multipart("mixed", PLAIN, PDF).removesuffix("--b--\n")
        parsed = mail(content)
        assert (parsed.text, len(parsed.attachments)) == ("本文", 1)
        assert [n.code for n in parsed.notices] == ["boundary_unclosed"]

    def test_inner_multipart_never_closed(self) -> None:
        inner = multipart("alternative", PLAIN, HTML, boundary="alt").removesuffix("--alt--\n")
        parsed = mail(multipart("mixed", inner, PDF))
        assert (parsed.text, parsed.html.strip()) == ("本文", "<p>本文</p>")
        assert names(parsed) == [("1", "a.pdf", "application/pdf")]

    def test_the_header_names_another_boundary(self) -> None:
        content = multipart("mixed", PLAIN, PDF).replace('boundary="b"', 'boundary="other"')
        parsed = mail(content)
        assert (parsed.text, len(parsed.attachments)) == ("本文", 1)
        assert "boundary_missing" in [n.code for n in parsed.notices]

    def test_the_header_names_no_boundary(self) -> None:
        content = multipart("mixed", PLAIN, PDF).replace('; boundary="b"', "")
        parsed = mail(content)
        assert (parsed.text, len(parsed.attachments)) == ("本文", 1)

    def test_a_multipart_without_parts_is_text(self) -> None:
        parsed = mail('Content-Type: multipart/mixed; boundary="b"\n\njust text\n')
        assert (parsed.text, parsed.attachments) == ("just text\n", ())
        assert [n.code for n in parsed.notices] == ["boundary_missing"]

    def test_boundaries_that_begin_alike(self) -> None:
        inner = multipart("alternative", PLAIN, HTML, boundary="b_alt")
        parsed = mail(multipart("mixed", inner, PDF, boundary="b"))
        assert (parsed.text, parsed.html, len(parsed.attachments)) == ("本文", "<p>本文</p>", 1)

    def test_one_boundary_for_both_levels(self) -> None:
        parsed = mail(multipart("mixed", multipart("alternative", PLAIN, HTML), PDF))
        assert (parsed.text, parsed.html, len(parsed.attachments)) == ("本文", "<p>本文</p>", 1)

    def test_boundary_lines_with_blanks_behind(self) -> None:
        content = multipart("mixed", PLAIN, PDF).replace("--b\n", "--b \t\n")
        assert mail(content).text == "本文"

    def test_no_empty_line_before_the_first_boundary(self) -> None:
        parsed = mail(multipart("mixed", PLAIN, PDF).replace("\n\n--b", "\n--b", 1))
        assert (parsed.text, len(parsed.attachments)) == ("本文", 1)

    def test_a_part_without_header(self) -> None:
        parsed = mail(multipart("mixed", "\nbare text", PDF))
        assert (parsed.text, len(parsed.attachments)) == ("bare text", 1)

    def test_a_multipart_in_base64(self) -> None:
        inner = multipart("mixed", PLAIN, PDF)
        head, _, body = inner.partition("\n\n")
        encoded = base64.encodebytes(body.encode()).decode()
        parsed = mail(f"{head}\nContent-Transfer-Encoding: base64\n\n{encoded}")
        assert (parsed.text, len(parsed.attachments)) == ("本文", 1)

    def test_text_behind_the_end_is_told_of(self) -> None:
        parsed = mail(multipart("mixed", PLAIN) + "\nsomething else\n")
        assert [n.code for n in parsed.notices] == ["epilogue"]

    def test_an_alternative_with_only_files(self) -> None:
        parsed = mail(multipart("alternative", PDF))
        assert (parsed.text, names(parsed)) == ("", [("0", "a.pdf", "application/pdf")])

    @pytest.mark.parametrize("kind", ["text", "TEXT/", "plain", "foo", ""])
    def test_a_content_type_that_is_none(self, kind: str) -> None:
        assert mail(f"Content-Type: {kind}\n\nx\n").text == "x\n"


class TestTransferEncodings:
    @pytest.mark.parametrize(
        ("name", "body", "text"),
        [
            ("base64", "44GC44GE", "あい"),
            ("BASE64", "44\nGC\n 44GE=", "あい"),
            ("base64", "44GC!!44#GE", "あい"),  # dirt
            ("base64", "44GC44E", "あ\ufffd"),  # cut
            ("base64", "YQ==Yg==", "ab"),  # two pieces in a row
            ("quoted-printable", "=E3=81=82 =\nb=\n", "あ b"),
            ("Quoted-Printable;", "a=3Db= \nc", "a=bc"),  # blanks behind a soft break
            ("quoted printable", "=e3=81=82", "あ"),
            ("quoted-printable", "50% =ZZ = x", "50% =ZZ = x"),  # no escapes at all
            ("x-uuencode", "begin 644 a\n#0V%T\n`\nend\n", "Cat"),
            ("8bit", "あ", "あ"),
            ("binary", "あ", "あ"),
            ("7-bit", "a", "a"),
            ("text/html", "a", "a"),
            ("", "a", "a"),
        ],
    )
    def test_decoding(self, name: str, body: str, text: str) -> None:
        head = "Content-Type: text/plain; charset=utf-8\n"
        assert mail(f"{head}Content-Transfer-Encoding: {name}\n\n{body}").text == text

    @pytest.mark.parametrize("gap", ["", "\n", "\r\n"])
    @pytest.mark.parametrize("text", ["こんにちは", "こん!"])
    def test_a_plain_footer_behind_base64(self, gap: str, text: str) -> None:
        encoded = base64.encodebytes(text.encode()).decode()
        if not gap and not encoded.rstrip().endswith("="):
            gap = "\n"  # without padding and without a gap nothing tells the end
        footer = "_____\nML mailing list\nhttps://x.example/ml\n"
        head = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n"
        assert mail(head + encoded + gap + footer).text == f"{text}\n{footer}"
        file = head.replace("\n\n", "\nContent-Disposition: attachment\n\n")
        assert mail(file + encoded + gap + footer).attachments[0].payload == text.encode()

    def test_soft_breaks_with_bare_carriage_returns(self) -> None:
        head = HEAD.replace("\r\n", "\r") + "Content-Transfer-Encoding: quoted-printable\r\r"
        assert parse((head + "a=\rb=\rc\rd").encode()).text == "abc\nd"

    def test_a_uuencoded_file_brings_its_name(self) -> None:
        body = "begin 644 data.bin\n#0V%T\n#0V%T\n`\nend\n"
        file = part("application/octet-stream", body, "Content-Transfer-Encoding: x-uuencode")
        parsed = mail(multipart("mixed", PLAIN, file))
        assert (parsed.attachments[0].filename, parsed.attachments[0].payload) == (
            "data.bin",
            b"CatCat",
        )


class TestHeaders:
    @pytest.mark.parametrize("charset", ["cp932", "euc_jp", "utf-8", "iso2022_jp"])
    def test_raw_japanese_in_headers(self, charset: str) -> None:
        head = (
            'Subject: 表示のご確認\r\nFrom: "山田 表" <a@b.jp>\r\nContent-Type: text/plain\r\n\r\nx'
        )
        parsed = parse(head.encode(charset))
        assert parsed.subject == "表示のご確認"
        assert (parsed.sender and parsed.sender.name) == "山田 表"

    def test_raw_headers_are_read_in_the_charset_of_the_text(self) -> None:
        head = "Subject: ｱｲｳ\r\nContent-Type: text/plain; charset=Shift_JIS\r\n\r\n"
        parsed = parse((head + "表").encode("cp932"))
        assert (parsed.subject, parsed.text, parsed.notices[0].code) == (
            "ｱｲｳ",
            "表",
            "sender_missing",
        )

    def test_a_raw_file_name(self) -> None:
        raw = multipart("mixed", PLAIN, PDF.replace("a.pdf", "表示.pdf")).encode("cp932")
        parsed = parse(HEAD.encode() + raw.replace(b"charset=utf-8", b"charset=shift_jis"))
        assert (parsed.text, parsed.attachments[0].filename) == ("本文", "表示.pdf")

    def test_no_empty_line_before_the_text(self) -> None:
        parsed = parse(b"Subject: x\r\nFrom: a@b.jp\r\nHello, this is text\r\n\r\nmore")
        assert (parsed.subject, parsed.text) == ("x", "Hello, this is text\n\nmore")
        assert "header_missing_end" in [n.code for n in parsed.notices]

    def test_a_line_of_junk_among_the_headers(self) -> None:
        parsed = parse(b"Subject: x\r\nthis is junk\r\nFrom: a@b.jp\r\nTo: c@d.jp\r\n\r\ntext")
        assert (parsed.sender and parsed.sender.address, parsed.text) == ("a@b.jp", "text")
        assert "header_junk" in [n.code for n in parsed.notices]

    def test_an_empty_line_made_of_blanks(self) -> None:
        parsed = parse(b"Subject: x\r\nFrom: a@b.jp\r\n \t\r\nThis is text.\r\n")
        assert (parsed.subject, parsed.text) == ("x", "This is text.\n")

    def test_folding_over_a_blank_line(self) -> None:
        parsed = parse(b"Subject: one\r\n \r\n two\r\nFrom: a@b.jp\r\n\r\ntext")
        assert (parsed.subject, parsed.text) == ("one two", "text")

    def test_blanks_before_the_colon(self) -> None:
        assert parse(b"Subject  : x\r\nFROM\t:a@b.jp\r\n\r\n").subject == "x"

    def test_the_first_subject_and_all_recipients_count(self) -> None:
        parsed = parse(b"Subject: one\r\nSubject: two\r\nTo: a@b.jp\r\nTo: c@d.jp\r\n\r\n")
        assert parsed.subject == "one"
        assert [person.address for person in parsed.to] == ["a@b.jp", "c@d.jp"]

    def test_controls_and_nul_never_reach_the_screen_or_the_database(self) -> None:
        parsed = parse(b"Subject: a\0b\x07c\r\nFrom: a\0@b.jp\r\n\r\nte\0xt\x08")
        assert (parsed.subject, parsed.text) == ("a b c", "text")
        assert not any("\0" in value for _, value in parsed.headers)

    def test_nothing_turns_a_line_around(self) -> None:
        parsed = parse("Subject: a\u202eb\u2066c\r\nFrom: \u202eX <a@b.jp>\r\n\r\n".encode())
        assert (parsed.subject, parsed.sender and parsed.sender.name) == ("abc", "X")

    def test_ids(self) -> None:
        parsed = parse(
            b"Message-ID:  <a@b> (comment)\r\nIn-Reply-To: Your mail of Sunday <c@d>\r\n"
            b"References: <e@f>\r\n <g@\r\n h> <e@f>\r\nReferences: <c@d>\r\n\r\n"
        )
        assert (parsed.message_id, parsed.in_reply_to) == ("a@b", "c@d")
        assert parsed.references == ("e@f", "g@h", "c@d")

    def test_sender_stands_in_for_a_from_without_address(self) -> None:
        parsed = parse(b"From: Somebody\r\nSender: x@y.jp\r\n\r\n")
        assert parsed.sender is not None
        assert (parsed.sender.name, parsed.sender.address) == ("Somebody", "x@y.jp")
