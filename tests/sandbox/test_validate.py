"""The checker of our own answers: it accepts what Gmail says and catches planted lies."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import requests

from sandbox import discovery, rest, validate
from sandbox.http import Response
from sandbox.rest import HANDLERS
from tests.sandbox.google import connected, get, mail
from tests.sandbox_server import Sandbox

MESSAGE: dict[str, Any] = {
    "id": "18c3f5a2b1d0e9f7",
    "threadId": "18c3f5a2b1d0e9f7",
    "labelIds": ["INBOX"],
    "snippet": "x",
    "historyId": "123",
    "internalDate": "1700000000000",
    "sizeEstimate": 10,
    "payload": {
        "partId": "",
        "mimeType": "multipart/mixed",
        "filename": "",
        "headers": [{"name": "A", "value": "b"}],
        "body": {"size": 0},
        "parts": [{"partId": "0", "body": {"size": 1, "data": "-_8="}}],
    },
}


def planted(path: str, value: Any) -> dict[str, Any]:
    message = copy.deepcopy(MESSAGE)
    target: Any = message
    *way, last = path.split(".")
    for step in way:
        target = target[int(step)] if step.isdigit() else target[step]
    target[last] = value
    return message


def test_a_true_answer_passes() -> None:
    assert validate.answer_problems("Message", MESSAGE) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("threadID", "x"),
        ("id", 5),
        ("historyId", 123),
        ("historyId", "-1"),
        ("internalDate", "now"),
        ("sizeEstimate", "10"),
        ("sizeEstimate", True),
        ("sizeEstimate", 2**31),
        ("labelIds", "INBOX"),
        ("labelIds", [1]),
        ("raw", "+/=="),
        ("payload", []),
        ("payload.headers", {"A": "b"}),
        ("payload.headers.0.key", "x"),
        ("payload.parts.0.body.data", "not base64!"),
        ("payload.parts.0.body.size", 1.5),
        ("payload.parts.0.parts", [{"partID": "0"}]),
        ("snippet", None),
    ],
)
def test_a_planted_lie_is_caught(path: str, value: Any) -> None:
    assert validate.answer_problems("Message", planted(path, value))


def test_enums() -> None:
    assert validate.answer_problems("Label", {"type": "user"}) == []
    assert validate.answer_problems("Label", {"type": "mine"})


def test_requests_are_read_leniently() -> None:
    lenient = {"historyId": 5, "raw": "+/==", "labelIds": None, "sizeEstimate": "5"}
    assert validate.request_problems("Message", lenient) == []
    assert validate.request_problems("Message", {"color": 1})
    assert validate.request_problems("Message", {"raw": "#"})


def test_every_method_served_is_in_the_document() -> None:
    assert set(HANDLERS) <= set(discovery.methods())


def test_a_body_where_none_belongs() -> None:
    assert rest.check_answer(discovery.methods()["messages.delete"], b"{}")


def test_a_lie_leaves_loudly() -> None:
    method = discovery.methods()["messages.get"]
    answer = rest.invalid_answer(method, rest.check_answer(method, b'{"threadID": "x"}'))
    assert isinstance(answer, Response)
    assert answer.status == 599
    assert b"threadID" in answer.body


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("messages?colour=red", 'Unknown name "colour"'),
        ("messages?maxResults=many", "max"),
        ("messages?includeSpamTrash=perhaps", "TYPE_BOOL"),
        ("messages/1?format=whole", "format"),
        ("history?startHistoryId=x", "TYPE_UINT64"),
        ("history", "startHistoryId"),
        ("messages?fields=a(b", "field selection"),
        ("messages?alt=proto", "alt"),
        ("messages/no-id", "Invalid id"),
    ],
)
def test_refused_parameters(sandbox: Sandbox, path: str, words: str) -> None:
    connected(sandbox)
    answer = get(sandbox, path)
    assert answer.status_code == 400
    assert words in answer.json()["error"]["message"]


@pytest.mark.parametrize("path", ["nothing", "messages/1/2/3/4/5", "labels/1/2"])
def test_unknown_addresses(sandbox: Sandbox, path: str) -> None:
    connected(sandbox)
    answer = get(sandbox, path)
    assert answer.status_code == 404
    assert answer.json()["error"]["status"] == "NOT_FOUND"
    assert requests.get(sandbox.url + "/elsewhere", timeout=10).status_code == 404


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("id", {"id"}),
        ("id,payload/headers", {"id", "payload"}),
        ("payload(partId,body(size))", {"payload"}),
        ("*", {"id", "threadId", "labelIds", "snippet", "payload", "sizeEstimate", "historyId",
               "internalDate"}),
        ("nothing", set()),
    ],
)  # fmt: skip
def test_partial_answers(sandbox: Sandbox, fields: str, expected: set[str]) -> None:
    connected(sandbox)
    message = sandbox.admin.deliver("support@shop.example", mail())["id"]
    found = get(sandbox, f"messages/{message}?fields={fields}").json()
    assert set(found) == expected
    if fields.startswith("payload("):
        assert set(found["payload"]) == {"partId", "body"}
        assert set(found["payload"]["body"]) == {"size"}
    if fields.startswith("id,"):
        assert set(found["payload"]) == {"headers"}
