"""/batch through Google's library, and its refusals by hand."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from googleapiclient.errors import HttpError

from tests.sandbox.google import ME, connected, mail, service
from tests.sandbox_server import Sandbox


class Answers:
    def __init__(self) -> None:
        self.got: dict[str, Any] = {}
        self.errors: dict[str, HttpError] = {}

    def note(self, request_id: str, response: Any, error: HttpError | None) -> None:
        if error is None:
            self.got[request_id] = response
        else:
            self.errors[request_id] = error


def run(api: Any, calls: dict[str, Any]) -> Answers:
    answers = Answers()
    batch = api.new_batch_http_request(callback=answers.note)
    for name, call in calls.items():
        batch.add(call, request_id=name)
    batch.execute()
    return answers


def test_each_part_has_an_answer_of_its_own(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    ids = [sandbox.admin.deliver(ME, mail(f"件名{n}"))["id"] for n in range(3)]
    calls = {i: me.messages().get(userId="me", id=i) for i in ids}
    calls["gone"] = me.messages().get(userId="me", id="123456789abcdef0")
    calls["star"] = me.messages().modify(userId="me", id=ids[0], body={"addLabelIds": ["STARRED"]})
    calls["delete"] = me.messages().delete(userId="me", id=ids[1])
    calls["read"] = me.messages().get(userId="me", id=ids[0], format="minimal")
    answers = run(service(sandbox), calls)
    assert [answers.got[i]["id"] for i in ids] == ids
    assert answers.errors["gone"].resp.status == 404
    assert "STARRED" in answers.got["read"]["labelIds"]
    assert answers.got["delete"] == ""
    assert ids[1] not in [m["id"] for m in sandbox.admin.state(ME)["messages"]]


def test_errors_inside_a_200(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    ids = [sandbox.admin.deliver(ME, mail(f"m{n}"))["id"] for n in range(60)]
    sandbox.admin.faults(part_errors=0.3, seed=5)
    answers = run(service(sandbox), {i: me.messages().get(userId="me", id=i) for i in ids})
    assert len(answers.got) + len(answers.errors) == 60
    kinds = {(e.resp.status, e.error_details[0]["reason"]) for e in answers.errors.values()}
    assert kinds == {
        (503, "backendError"),
        (429, "rateLimitExceeded"),
        (403, "userRateLimitExceeded"),
    }
    # A call by itself is no part.
    assert me.messages().get(userId="me", id=ids[0]).execute()["id"] == ids[0]


def post(sandbox: Sandbox, body: bytes, path: str = "batch/gmail/v1", **headers: str) -> Any:
    token = sandbox.admin.connect(ME)["access_token"]
    return requests.post(
        sandbox.api_root + path,
        data=body,
        headers={
            "Authorization": f"Bearer {token}",
            "Content-Type": 'multipart/mixed; boundary="x"',
            **headers,
        },
        timeout=10,
    )


def part(target: str, content_id: str = "<c>") -> bytes:
    return (
        f"--x\r\nContent-Type: application/http\r\nContent-ID: {content_id}\r\n\r\n"
        f"GET {target} HTTP/1.1\r\n\r\n\r\n"
    ).encode()


@pytest.mark.parametrize("path", ["batch", "batch/gmail/v1"])
def test_form_of_an_answer(sandbox: Sandbox, path: str) -> None:
    connected(sandbox)
    body = part("/gmail/v1/users/me/profile", "<a + 1>")
    answer = post(
        sandbox, body + part(f"{sandbox.api_root}gmail/v1/users/me/nonsense") + b"--x--", path
    )
    assert answer.status_code == 200
    boundary = answer.headers["content-type"].split("boundary=")[1]
    first, second = answer.content.split(f"--{boundary}".encode())[1:3]
    assert b"Content-ID: <response-a + 1>\r\n" in first
    assert b"\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: application/json" in first
    assert b"HTTP/1.1 404 Not Found\r\n" in second


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", 'multipart/mixed; boundary="x"'),
        (b"--x--", 'multipart/mixed; boundary="x"'),
        (part("/gmail/v1/users/me/profile") * 101 + b"--x--", 'multipart/mixed; boundary="x"'),
        (part("/gmail/v1/users/me/profile"), "multipart/mixed"),
    ],
)
def test_refused_batches(sandbox: Sandbox, body: bytes, content_type: str) -> None:
    connected(sandbox)
    assert post(sandbox, body, **{"Content-Type": content_type}).status_code == 400


def test_a_part_may_bring_its_own_token(sandbox: Sandbox) -> None:
    connected(sandbox)
    sandbox.admin.account("info@shop.example")
    other = sandbox.admin.connect("info@shop.example")["access_token"]
    own = part("/gmail/v1/users/me/profile")
    theirs = own.replace(b"HTTP/1.1\r\n", f"HTTP/1.1\r\nAuthorization: Bearer {other}\r\n".encode())
    answer = post(sandbox, own + theirs + b"--x--").text
    assert answer.index(ME) < answer.index("info@shop.example")


def test_uploads_and_batches_cannot_be_batched(sandbox: Sandbox) -> None:
    connected(sandbox)
    body = part("/upload/gmail/v1/users/me/messages") + part("/batch") + b"--x--"
    assert post(sandbox, body).text.count("HTTP/1.1 400") == 2
