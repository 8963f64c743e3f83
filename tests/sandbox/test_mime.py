"""The tree of parts, header values and addresses, read from the raw bytes."""

from __future__ import annotations

import pytest

from sandbox import headers, indexing, mime, text

NESTED = b"""\
From: a@example.jp
Content-Type: multipart/mixed; boundary="b"

before
--b
Content-Type: multipart/alternative; boundary=bb

--bb
Content-Type: text/plain; charset=UTF-8

plain
--bb
Content-Type: text/html; charset=UTF-8

<p>html</p>
--bb--
--b
Content-Type: message/rfc822

Subject: inner
Content-Type: multipart/mixed; boundary=in

--in

inner text
--in
Content-Type: application/pdf; name=a.pdf
Content-Transfer-Encoding: base64

JVBE
--in--
--b
Content-Type: image/png
Content-ID: <i>

x
--b--
after
"""


def ids(raw: bytes) -> list[tuple[str, str]]:
    return [(part.part_id, part.mime_type) for part in mime.parse(raw).walk()]


@pytest.mark.parametrize("raw", [NESTED, NESTED.replace(b"\n", b"\r\n")])
def test_parts_are_numbered_as_gmail_numbers_them(raw: bytes) -> None:
    assert ids(raw) == [
        ("", "multipart/mixed"),
        ("0", "multipart/alternative"),
        ("0.0", "text/plain"),
        ("0.1", "text/html"),
        ("1", "message/rfc822"),
        ("1.0", "multipart/mixed"),
        ("1.0.0", "text/plain"),
        ("1.0.1", "application/pdf"),
        ("2", "image/png"),
    ]
    root = mime.parse(raw)
    plain = root.find("0.0")
    assert plain is not None
    assert plain.content() == b"plain"
    pdf = root.find("1.0.1")
    assert pdf is not None
    assert (pdf.filename, pdf.content()) == ("a.pdf", b"%PD")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\r\n",
        b"no header at all",
        b"\x00\x00\xff",
        b"Subject: only a header",
        b"Content-Type: multipart/mixed\n\nno boundary",
        b"Content-Type: multipart/mixed; boundary=x\n\n--x\nnever closed",
        b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\n\n" * 5000,
        b"".join(
            b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(99)
        ),
        b"Content-Type: text/plain; charset=nonsense\n\n\xff",
        b"Content-Type: ;;;=\nContent-Transfer-Encoding: base64\n\n!!!",
    ],
)
def test_broken_mail_has_a_tree_too(raw: bytes) -> None:
    root = mime.parse(raw)
    assert sum(1 for _ in root.walk()) <= mime.MAX_PARTS + 1
    assert isinstance(text.body_text(root), str)
    assert indexing.read(raw).snippet is not None


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (b"=?UTF-8?B?5pel5pys?=", "日本"),
        (b"=?ISO-2022-JP?B?GyRCRnxLXBsoQg==?= (1)", "日本 (1)"),
        (b"=?utf-8?q?a_b=C3=A9?=", "a bé"),
        # cut in the middle of a character
        (b"=?UTF-8?B?5pel5pw=?= =?UTF-8?B?rA==?=", "日本"),
        (b"=?UTF-8?B?5pel?= and =?UTF-8?B?5pys?=", "日 and 本"),
        ("生の日本語".encode(), "生の日本語"),
        (b"=?x-none?Z?what?=", "=?x-none?Z?what?="),
        (b"\x1b$BF|K\\\x1b(B", "日本"),
    ],
)
def test_header_values(value: bytes, shown: str) -> None:
    assert headers.decode(value) == shown


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (b"a; filename=plain.txt", "plain.txt"),
        (b'a; filename="semi;colon \\"q\\".txt"', 'semi;colon "q".txt'),
        (b"a; filename*=UTF-8''%E8%AB%8B%E6%B1%82.pdf", "請求.pdf"),
        (b"a; filename*0*=UTF-8''%E8%AB%8B; filename*1*=%E6%B1%82; filename*2=.pdf", "請求.pdf"),
        (b'a; filename="=?UTF-8?B?6KuL5rGC?=.pdf"', "請求.pdf"),
        ('a; filename="請求.pdf"'.encode("cp932"), "請求.pdf"),
    ],
)
def test_file_names(value: bytes, name: str) -> None:
    assert headers.parameters(value)[1]["filename"] == name


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("a@x.jp", [("", "a@x.jp")]),
        ('"山田, 太郎" <a@x.jp>, b@x.jp', [("山田, 太郎", "a@x.jp"), ("", "b@x.jp")]),
        ("a@x.jp (Taro)", [("Taro", "a@x.jp")]),
        ("Team: a@x.jp, B <b@x.jp>;", [("", "a@x.jp"), ("B", "b@x.jp")]),
        ("undisclosed-recipients:;", []),
        ("nobody", []),
        ("a@x.jp,," + "b@x.jp," * 3, [("", "a@x.jp")] + [("", "b@x.jp")] * 3),
    ],
)
def test_addresses(value: str, found: list[tuple[str, str]]) -> None:
    assert [tuple(entry) for entry in headers.addresses(value)] == found


def test_encoded_names_are_split_before_they_are_decoded() -> None:
    fields = [("To", b"=?UTF-8?B?5bGx55SwLCDlpKrpg44=?= <a@x.jp>, b@x.jp")]
    assert [entry.address for entry in headers.people(fields, "to")] == ["a@x.jp", "b@x.jp"]
    assert headers.people(fields, "to")[0].name == "山田, 太郎"


@pytest.mark.parametrize(
    ("subject", "base"),
    [
        ("Re: 注文の件", "注文の件"),
        ("RE：Fwd: re[2]: 注文の件", "注文の件"),
        ("返信: 転送:注文の件", "注文の件"),
        ("  Order   No. 5 ", "order no. 5"),
        ("Return", "return"),
    ],
)
def test_base_subject(subject: str, base: str) -> None:
    assert indexing.base_subject(subject) == base


def test_snippet_is_escaped_and_short() -> None:
    assert text.snippet("a <b> & \n\n 'c' \"d\"") == "a &lt;b&gt; &amp; &#39;c&#39; &quot;d&quot;"
    assert len(text.snippet("あ" * 1000)) == text.SNIPPET_LENGTH
