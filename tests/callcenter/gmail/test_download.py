"""Large answers into files: the pieces may be cut anywhere, and nothing is held whole."""

from __future__ import annotations

import base64
import gzip
import io
import json
import random
import tracemalloc
from typing import Any

import pytest

from callcenter.gmail.client import GmailClient
from callcenter.gmail.download import Base64Field
from callcenter.gmail.errors import NotFound, QuotaExceeded, Unavailable
from tests.callcenter.gmail.scripted import Script, cut_short, drop, error, reply

DATA = random.Random(7).randbytes(10_001)


def encoded(data: bytes, *, padded: bool = True) -> str:
    text = base64.urlsafe_b64encode(data).decode()
    return text if padded else text.rstrip("=")


def fed(body: bytes, piece: int, name: str = "data") -> tuple[bytes, dict[str, Any], int]:
    sink = io.BytesIO()
    field = Base64Field(name, sink)
    for at in range(0, len(body), piece):
        field.feed(body[at : at + piece])
    return sink.getvalue(), field.finish(), field.size


@pytest.mark.parametrize("piece", [1, 2, 3, 5, 7, 64, 1000, 1_000_000])
@pytest.mark.parametrize("padded", [True, False])
def test_pieces_may_be_cut_anywhere(piece: int, padded: bool) -> None:
    body = json.dumps({"size": 3, "data": encoded(DATA, padded=padded), "x": "y"}).encode()
    assert fed(body, piece) == (DATA, {"size": 3, "data": "", "x": "y"}, len(DATA))


@pytest.mark.parametrize("size", range(8))
@pytest.mark.parametrize("piece", [1, 4, 100])
def test_short_values(size: int, piece: int) -> None:
    body = json.dumps({"data": encoded(DATA[:size])}).encode()
    assert fed(body, piece)[0] == DATA[:size]


@pytest.mark.parametrize("piece", [1, 3, 5, 50_000])
def test_escapes_that_json_allows_in_base64(piece: int) -> None:
    value = encoded(DATA[:100]).replace("=", "\\u003d").replace("_", "\\/")
    value = value[:20] + "\\r\\n" + value[20:]
    assert fed(b'{ "data" : "' + value.encode() + b'" }', piece)[0] == DATA[:100]


@pytest.mark.parametrize("piece", [1, 9, 10_000])
def test_a_text_beside_the_field_cannot_pretend_to_be_it(piece: int) -> None:
    snippet = '"raw": "QUJD", \\"raw\\":"QUJD"'
    body = json.dumps({"snippet": snippet, "raw": encoded(b"mail"), "id": "a"}).encode()
    data, around, _ = fed(body, piece, "raw")
    assert data == b"mail"
    assert around == {"snippet": snippet, "raw": "", "id": "a"}


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        (b'{"size": 3}', KeyError),
        (b'["data"]', ValueError),
        (b'{"data": "QUJD', ValueError),
        (b'{"data": "QU JD"}', ValueError),
        (b'{"data": "QUJDR"}', ValueError),
        (b'{"data": "QQ==QUJD"}', ValueError),
        (b'{"data": "QUJD"', ValueError),
        (b"<html>sign in</html>", ValueError),
        (b"", ValueError),
    ],
)
@pytest.mark.parametrize("piece", [1, 4, 100])
def test_what_is_not_gmails(body: bytes, wrong: type[Exception], piece: int) -> None:
    with pytest.raises(wrong):
        fed(body, piece)


def test_an_attachment_comes_into_a_file(client: GmailClient, script: Script) -> None:
    script.will(reply({"attachmentId": "x", "size": len(DATA), "data": encoded(DATA)}))
    sink = io.BytesIO()
    assert client.download_attachment("m1", "att", sink) == len(DATA)
    assert sink.getvalue() == DATA
    (seen,) = script.seen
    assert seen.path == "/gmail/v1/users/me/messages/m1/attachments/att"
    assert seen.token == "t1"


def test_a_raw_mail_comes_into_a_file(client: GmailClient, script: Script) -> None:
    script.will(reply({"id": "m1", "snippet": '"raw": "no"', "raw": encoded(b"From: a\r\n\r\nx")}))
    sink = io.BytesIO()
    assert client.download_raw("m1", sink) == 12
    assert sink.getvalue() == b"From: a\r\n\r\nx"
    assert script.seen[0].query["format"] == ["raw"]


def test_an_answer_that_broke_off_is_asked_for_again(client: GmailClient, script: Script) -> None:
    script.will(
        cut_short, drop, reply({"data": "!"}), reply({"data": encoded(b"whole")}), reply({})
    )
    sink = io.BytesIO(b"left over from before")
    with pytest.raises(Unavailable):
        client.download_attachment("m1", "att", sink)
    assert client.download_attachment("m1", "att", sink) == 5
    assert sink.getvalue() == b"whole"


def test_a_compressed_answer_is_read_all_the_same(client: GmailClient, script: Script) -> None:
    body = gzip.compress(json.dumps({"data": encoded(DATA)}).encode())
    script.will(reply(body, 200, {"content-encoding": "gzip"}))
    sink = io.BytesIO()
    assert client.download_attachment("m1", "att", sink) == len(DATA)
    assert sink.getvalue() == DATA


def test_refusals_are_told_apart(client: GmailClient, script: Script) -> None:
    script.will(error(404, "notFound"), error(403, "userRateLimitExceeded"), *[reply({"a": 1})] * 3)
    with pytest.raises(NotFound):
        client.download_raw("m1", io.BytesIO())
    with pytest.raises(QuotaExceeded):
        client.download_raw("m1", io.BytesIO())
    with pytest.raises(Unavailable) as caught:
        client.download_raw("m1", io.BytesIO())
    assert caught.value.reason == "not_gmail"


def test_a_refused_token_is_replaced(client: GmailClient, script: Script) -> None:
    script.will(error(401, "authError"), reply({"raw": encoded(b"x")}))
    sink = io.BytesIO()
    assert client.download_raw("m1", sink) == 1
    assert [seen.token for seen in script.seen] == ["t1", "t2"]


class _Counting:
    """A sink that keeps nothing."""

    def __init__(self) -> None:
        self.size = 0

    def write(self, data: bytes) -> None:
        self.size += len(data)

    def seek(self, offset: int) -> None:
        self.size = offset

    def truncate(self) -> None:
        pass


def test_25_megabytes_are_never_held_whole(client: GmailClient, script: Script) -> None:
    body = b'{"size": 26214400, "data": "' + b"QUJD" * (26_214_400 // 3) + b'"}'
    script.will(reply(body))
    sink = _Counting()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        assert client.download_attachment("m1", "att", sink) == 26_214_399
        peak = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    assert sink.size == 26_214_399
    assert peak < 3 * 1024 * 1024
