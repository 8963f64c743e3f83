"""Batches through the client: every id is accounted for, whatever the parts say."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

import pytest

from callcenter.gmail.calls import Retry
from callcenter.gmail.client import GmailClient
from callcenter.gmail.errors import (
    AuthRevoked,
    GmailError,
    NotFound,
    QuotaExceeded,
    Unavailable,
)
from tests.callcenter.gmail.scripted import (
    Answer,
    Handler,
    Script,
    Seen,
    drop,
    error,
    error_body,
    reply,
)

_ASKED = re.compile(r"Content-ID: <([^>]+)>.*?/(?:messages|threads|labels)/([^?]+)\?", re.S)


def batch_answer(*, rules: Mapping[str, tuple[int, Any] | None] | None = None) -> Answer:
    """Answer each part with its message, or by rule: (status, body), or None for no part at all."""

    def answer(handler: Handler, seen: Seen) -> None:
        parts = []
        for content_id, one in _ASKED.findall(seen.body.decode()):
            rule = (rules or {}).get(one, (200, {"id": one, "threadId": "t"}))
            if rule is None:
                continue
            status, body = rule
            parts.append(
                "--batch_r\r\nContent-Type: application/http\r\n"
                f"Content-ID: <response-{content_id}>\r\n\r\n"
                f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n\r\n"
                f"{json.dumps(body)}\r\n"
            )
        content = ("".join(reversed(parts)) + "--batch_r--\r\n").encode()
        reply(content, headers={"Content-Type": "multipart/mixed; boundary=batch_r"})(handler, seen)

    return answer


def asked(seen: Seen) -> list[str]:
    return [one for _, one in _ASKED.findall(seen.body.decode())]


IDS = [f"m{n}" for n in range(120)]


def test_ids_go_in_batches_of_fifty(client: GmailClient, script: Script) -> None:
    script.otherwise = batch_answer()
    results = list(client.get_messages(IDS))
    assert [one for one, _ in results] == IDS
    assert all(isinstance(result, dict) and result["id"] == one for one, result in results)
    assert [len(asked(seen)) for seen in script.seen] == [50, 50, 20]
    assert {(seen.method, seen.path) for seen in script.seen} == {("POST", "/batch")}
    assert script.connections == 1


def test_an_id_named_twice_is_fetched_once(client: GmailClient, script: Script) -> None:
    script.otherwise = batch_answer()
    assert [one for one, _ in client.get_messages(["a", "b", "a"])] == ["a", "b"]
    assert list(client.get_messages([])) == []


def test_no_batch_is_larger_than_google_allows(client: GmailClient, script: Script) -> None:
    script.otherwise = batch_answer()
    list(client.get_messages(IDS, batch_size=1000))
    assert [len(asked(seen)) for seen in script.seen] == [100, 20]


def test_each_part_keeps_its_own_outcome(client: GmailClient, script: Script) -> None:
    script.otherwise = batch_answer(
        rules={
            "m1": (404, error_body(404, "notFound", "Requested entity was not found.")),
            "m2": (429, error_body(429, "rateLimitExceeded", "Too many concurrent requests")),
            "m3": (503, error_body(503, "backendError", "Backend Error")),
            "m4": None,
            "m5": (200, {"id": "m6"}),
            "m6": (404, "<html>not found</html>"),
        }
    )
    results = dict(client.get_messages(IDS[:8]))
    kinds = {one: type(result) for one, result in results.items()}
    assert kinds == {
        "m0": dict,
        "m1": NotFound,
        "m2": QuotaExceeded,
        "m3": Unavailable,
        "m4": Unavailable,
        "m5": Unavailable,
        "m6": Unavailable,
        "m7": dict,
    }
    assert len(script.seen) == 1


def test_parts_whose_token_expired_midway_are_asked_again(
    client: GmailClient, script: Script, tokens: Any
) -> None:
    expired = (401, error_body(401, "authError", "Invalid Credentials"))
    script.will(batch_answer(rules={"m1": expired, "m2": expired}), batch_answer())
    results = dict(client.get_messages(IDS[:4]))
    assert all(isinstance(result, dict) for result in results.values())
    assert [asked(seen) for seen in script.seen] == [["m0", "m1", "m2", "m3"], ["m1", "m2"]]
    assert [seen.token for seen in script.seen] == ["t1", "t2"]
    assert tokens.rejected == ["t1"]


def test_parts_that_stay_refused_are_told(client: GmailClient, script: Script) -> None:
    expired = (401, error_body(401, "authError", "Invalid Credentials"))
    script.otherwise = batch_answer(rules={"m1": expired})
    results = dict(client.get_messages(IDS[:3]))
    assert isinstance(results["m1"], AuthRevoked)
    assert isinstance(results["m2"], dict)
    assert [asked(seen) for seen in script.seen] == [["m0", "m1", "m2"], ["m1"], ["m1"]]
    assert [seen.token for seen in script.seen] == ["t1", "t2", "t3"]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (error(429, "rateLimitExceeded"), QuotaExceeded),
        (error(401, "authError"), AuthRevoked),
        (error(503, "backendError"), Unavailable),
        (reply("<html>busy</html>", 200), Unavailable),
        (drop, Unavailable),
    ],
)
def test_a_batch_that_fails_as_a_whole_is_raised(
    make_client: Callable[..., GmailClient], script: Script, answer: Answer, kind: type[GmailError]
) -> None:
    script.will(batch_answer())
    script.otherwise = answer
    client = make_client(retry=Retry(attempts=1))
    results = client.get_messages(IDS[:70])
    assert [one for one, _ in islice(results, 50)] == IDS[:50]
    with pytest.raises(kind):
        next(results)


def test_a_batch_is_repeated_as_a_read(client: GmailClient, script: Script) -> None:
    script.will(error(503, "backendError"), batch_answer())
    assert len(list(client.get_messages(IDS[:5]))) == 5
    assert len(script.seen) == 2


def test_conversations_too(client: GmailClient, script: Script) -> None:
    script.otherwise = batch_answer()
    assert [one for one, _ in client.get_threads(["t1", "t2"], "metadata", ["Subject"])] == [
        "t1",
        "t2",
    ]
    assert b"/threads/t1?format=metadata&metadataHeaders=Subject" in script.seen[0].body
