"""The batch format, on bytes alone."""

from __future__ import annotations

import email
import json
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.gmail import batch
from callcenter.gmail.errors import GmailError, NotFound, QuotaExceeded, Unavailable
from tests.callcenter.gmail.scripted import error_body


@dataclass
class Get:
    uri: str
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)


def requests(count: int) -> list[Get]:
    return [
        Get(f"https://mail.example/p/gmail/v1/users/me/messages/m{n}?alt=json")
        for n in range(count)
    ]


def part(
    mark: str,
    number: int,
    body: object,
    status: str = "200 OK",
    *,
    newline: str = "\r\n",
    headers: str = "",
    content_id: str = "<response-{mark}-{number}>",
) -> str:
    text = body if isinstance(body, str) else json.dumps(body)
    lines = [
        "Content-Type: application/http",
        "Content-ID: " + content_id.format(mark=mark, number=number),
        "",
        f"HTTP/1.1 {status}",
        "Content-Type: application/json; charset=UTF-8",
        *([headers] if headers else []),
        "",
        text,
    ]
    return newline.join(lines)


def multipart(*parts: str, newline: str = "\r\n", end: str = "--") -> bytes:
    text = "".join(f"--batch_x{newline}{each}{newline}" for each in parts)
    return (text + f"--batch_x{end}{newline}").encode()


TYPE = "multipart/mixed; boundary=batch_x"


def test_a_composed_batch_is_what_google_documents() -> None:
    body, headers, mark = batch.compose(requests(3))
    message = email.message_from_bytes(
        f"Content-Type: {headers['content-type']}\r\n\r\n".encode() + body
    )
    parts = message.get_payload()
    assert isinstance(parts, list)
    assert len(parts) == 3
    for number, each in enumerate(parts):
        assert isinstance(each, email.message.Message)
        assert each.get_content_type() == "application/http"
        assert each["Content-ID"] == f"<{mark}-{number}>"
        inner = str(each.get_payload())
        assert inner.startswith(
            f"GET /p/gmail/v1/users/me/messages/m{number}?alt=json HTTP/1.1\r\n"
        )
        assert "\r\nHost: mail.example\r\n" in inner
        assert "authorization" not in inner.lower()


def test_only_reads_and_at_most_a_hundred() -> None:
    with pytest.raises(ValueError, match="only reads"):
        batch.compose([Get("https://x/y", "POST")])
    with pytest.raises(ValueError, match="1 to 100"):
        batch.compose(requests(101))
    with pytest.raises(ValueError, match="1 to 100"):
        batch.compose([])
    assert batch.compose(requests(100))


@pytest.mark.parametrize("newline", ["\r\n", "\n"])
@pytest.mark.parametrize(
    "content_id",
    ["<response-{mark}-{number}>", "response-{mark}-{number}", "<{mark}-{number}>"],
)
def test_parts_come_in_any_order(newline: str, content_id: str) -> None:
    parts = [
        part("mk", n, {"id": f"m{n}"}, newline=newline, content_id=content_id) for n in (2, 0, 1)
    ]
    content = multipart(*parts, newline=newline)
    assert batch.parse(content, TYPE, "mk", 3) == [{"id": "m0"}, {"id": "m1"}, {"id": "m2"}]


def test_each_part_has_its_own_error() -> None:
    content = multipart(
        part("mk", 0, {"id": "m0"}),
        part(
            "mk", 1, error_body(404, "notFound", "Requested entity was not found."), "404 Not Found"
        ),
        part(
            "mk",
            2,
            error_body(429, "rateLimitExceeded", "Too many concurrent requests for user"),
            "429 Too Many Requests",
            headers="Retry-After: 4",
        ),
        part("mk", 3, error_body(503, "backendError", "Backend Error"), "503"),
    )
    first, second, third, fourth = batch.parse(content, TYPE, "mk", 4, method="messages.get")
    assert first == {"id": "m0"}
    assert isinstance(second, NotFound)
    assert isinstance(third, QuotaExceeded)
    assert third.retry_after == 4.0
    assert isinstance(fourth, Unavailable)
    assert fourth.method == "messages.get"


def test_a_part_that_does_not_come_has_failed() -> None:
    results = batch.parse(multipart(part("mk", 1, {"id": "m1"})), TYPE, "mk", 3)
    assert results[1] == {"id": "m1"}
    for result in (results[0], results[2]):
        assert isinstance(result, Unavailable)
        assert result.reason == "missing_part"


@pytest.mark.parametrize(
    "broken",
    [
        part("mk", 0, '{"id": "m0", "snippet": "cut sh'),
        part("mk", 0, '["no object"]'),
        part("mk", 0, "<html>oops</html>"),
        part("mk", 0, {}, "OK"),
        "Content-ID: <response-mk-0>\r\n\r\nrubbish",
        "Content-ID: <response-mk-0>\r\n\r\n",
    ],
)
def test_a_malformed_part_spoils_no_other(broken: str) -> None:
    content = multipart(broken, part("mk", 1, {"id": "m1"}))
    first, second = batch.parse(content, TYPE, "mk", 2)
    assert isinstance(first, Unavailable)
    assert first.reason == "malformed_part"
    assert second == {"id": "m1"}


@pytest.mark.parametrize(
    "foreign",
    [
        part("other", 0, {"id": "m0"}),
        part("mk", 7, {"id": "m7"}),
        part("mk", 0, {"id": "m0"}, content_id=""),
        "no header at all",
    ],
)
def test_an_answer_to_nothing_that_was_asked_is_passed_over(foreign: str) -> None:
    (result,) = batch.parse(multipart(foreign), TYPE, "mk", 1)
    assert isinstance(result, Unavailable)
    assert result.reason == "missing_part"


def test_an_answer_without_its_end_keeps_what_is_whole() -> None:
    content = multipart(part("mk", 0, {"id": "m0"}), part("mk", 1, {"id": "m1"}))
    first, second = batch.parse(content[: content.index(b'"m1"')], TYPE, "mk", 2)
    assert first == {"id": "m0"}
    assert isinstance(second, Unavailable)


@pytest.mark.parametrize(
    "content_type", ["text/html", "application/json", "", "multipart/mixed", "multipart/mixed; x=y"]
)
def test_what_is_no_batch_answer_is_raised(content_type: str) -> None:
    with pytest.raises(Unavailable):
        batch.parse(multipart(part("mk", 0, {"id": "m0"})), content_type, "mk", 1)


@pytest.mark.parametrize(
    "content_type",
    [
        'multipart/mixed; boundary="batch_x"',
        "Multipart/Mixed; charset=UTF-8; Boundary=batch_x",
        "multipart/mixed;boundary=batch_x; charset=UTF-8",
    ],
)
def test_the_boundary_is_found_however_it_is_written(content_type: str) -> None:
    assert batch.parse(multipart(part("mk", 0, {"id": "m0"})), content_type, "mk", 1) == [
        {"id": "m0"}
    ]


def test_text_that_looks_like_a_boundary_inside_a_part_does_no_harm() -> None:
    body = {"id": "m0", "snippet": "--batch_x and --batch_x--"}
    assert batch.parse(multipart(part("mk", 0, body)), TYPE, "mk", 1) == [body]


@given(st.binary(max_size=400))
def test_no_answer_crashes_the_parser(content: bytes) -> None:
    for result in batch.parse(b"--batch_x\r\n" + content, TYPE, "mk", 2):
        assert isinstance(result, (dict, GmailError))


@given(st.data())
def test_a_damaged_answer_never_gives_a_wrong_resource(data: st.DataObject) -> None:
    bodies = [{"id": f"m{n}", "text": "日本語"} for n in range(4)]
    content = multipart(*(part("mk", n, body) for n, body in enumerate(bodies)))
    start = data.draw(st.integers(0, len(content)))
    length = data.draw(st.integers(0, 60))
    damaged = content[:start] + content[start + length :]
    for body, result in zip(bodies, batch.parse(damaged, TYPE, "mk", 4), strict=True):
        if isinstance(result, dict) and result.get("id") == body["id"]:
            assert isinstance(result.get("text", ""), str)
        # another id is caught by the client, which knows what it asked for
