"""The child that parses: same results, and no mail takes more than its share."""

from __future__ import annotations

import base64
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mail.mime import bounded, parse, parse_payload
from mail.mime.bounded import BoundedParser
from tests.waiting import until

MAIL = (
    b"From: a@b.jp\r\nSubject: =?utf-8?B?5bGx?=\r\n"
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\n\r\ntext\r\n"
    b"--b\r\nContent-Disposition: attachment; filename=x.bin\r\n\r\nBYTES\r\n--b--"
)


@pytest.fixture
def parser() -> Iterator[BoundedParser]:
    made = BoundedParser(cpu_seconds=1, memory=512 * 1024 * 1024, wall_seconds=30)
    yield made
    made.close()


def child_of(parser: BoundedParser) -> int:
    assert parser._child is not None
    return parser._child.pid


def codes(notices: tuple[object, ...]) -> list[str]:
    return [getattr(notice, "code", "") for notice in notices]


def test_the_same_as_here(parser: BoundedParser) -> None:
    assert parser.parse(MAIL) == parse(MAIL)
    light = parser.parse(MAIL, payloads=False)
    assert [file.payload for file in light.attachments] == [None]
    assert light.attachments[0].size == 5
    payload = {"payload": {"mimeType": "text/plain", "body": {"data": "eA=="}, "headers": []}}
    assert parser.parse_payload(payload).text == "x"


def resource_of(text: bytes, *headers: tuple[str, str], number: int = 1) -> dict[str, Any]:
    return {
        "id": f"{number:x}",
        "sizeEstimate": len(text),
        "payload": {
            "partId": "",
            "mimeType": "text/plain",
            "headers": [{"name": name, "value": value} for name, value in headers],
            "body": {"size": len(text), "data": base64.urlsafe_b64encode(text).decode()},
        },
    }


def several(count: int) -> list[dict[str, Any]]:
    return [
        resource_of(f"本文 {number}".encode(), ("Subject", f"=?utf-8?B?5bGx?= {number}"))
        for number in range(count)
    ]


# Seconds of honest work: switching between code sets.
SLOW = b"\x1b$B!!\n\x1b(B\x0e" * 2_000_000


def test_a_batch_is_read_as_its_mails_are(parser: BoundedParser) -> None:
    resources = several(250)
    assert parser.parse_payloads(resources) == [parse_payload(each) for each in resources]
    assert parser.parse_payloads([]) == []


def test_one_mail_that_costs_too_much_costs_only_itself(parser: BoundedParser) -> None:
    resources = several(20)
    resources[7] = resource_of(SLOW)
    parsed = parser.parse_payloads(resources)
    assert codes(parsed[7].notices) == ["too_costly"]
    del parsed[7], resources[7]
    assert parsed == [parse_payload(each) for each in resources]


def test_one_mail_that_needs_too_much_memory_costs_only_itself() -> None:
    tight = BoundedParser(cpu_seconds=20, memory=160 * 1024 * 1024)
    try:
        resources = several(5)
        resources[2] = resource_of(b"x" * 40_000_000)
        parsed = tight.parse_payloads(resources)
        assert codes(parsed[2].notices) == ["too_costly"]
        assert [each.text for each in parsed[:2] + parsed[3:]] == [
            f"本文 {number}" for number in (0, 1, 3, 4)
        ]
    finally:
        tight.close()


def test_a_batch_whose_child_was_killed_is_read_all_the_same(parser: BoundedParser) -> None:
    parser.parse(MAIL)
    os.kill(child_of(parser), signal.SIGKILL)
    resources = several(10)
    assert parser.parse_payloads(resources) == [parse_payload(each) for each in resources]


def hostile_mails() -> list[dict[str, Any]]:
    """What takes CPython's own parser seconds, or its stack."""
    nested = "(" * 10_000
    return [
        resource_of(b"x", ("To", "a" * 5_000 + "<" * 5_000)),
        resource_of(b"x", ("To", nested)),
        resource_of(b"x", ("To", '"' + "\\" * 10_000)),
        resource_of(b"x", ("To", "a:" * 5_000)),
        resource_of(b"x", ("Subject", "=?utf-8?q?" * 50_000)),
        resource_of(b"x", ("Content-Type", "text/plain; " + "a*0*=x;" * 70_000)),
        resource_of(b"x", ("References", "<" * 512 * 1024)),
        resource_of((b"\x1b$B" * 200_000)[: 512 * 1024]),
        resource_of((b"-----BEGIN PGP " * 40_000)[: 512 * 1024]),
    ]


def test_hostile_mails_are_read_within_the_bound_and_lose_nothing() -> None:
    parser = BoundedParser(cpu_seconds=4)
    try:
        parsed = parser.parse_payloads(hostile_mails())
    finally:
        parser.close()
    assert not any(
        code in ("too_costly", "reading_failed") for each in parsed for code in codes(each.notices)
    )
    assert [each.text for each in parsed[:7]] == ["x"] * 7


def test_a_hostile_half_megabyte_of_raw_mail(parser: BoundedParser) -> None:
    for line in (
        b"--b\r\n",
        b"a:\r\n ",
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n",
    ):
        head = b"Content-Type: multipart/mixed; boundary=b\r\nTo: " + b"<(" * 5_000 + b"\r\n"
        for raw in (head + b"\r\n" + line * 200_000, head + line * 200_000):
            notices = codes(parser.parse(raw[: 512 * 1024]).notices)
            assert not {"too_costly", "reading_failed"} & set(notices)


def test_many_threads_share_one_child(parser: BoundedParser) -> None:
    wrong: list[object] = []

    def read(thread: int) -> None:
        for number in range(20):
            subject = f"{thread}-{number}"
            one, two = parser.parse_payloads(
                [resource_of(b"x", ("Subject", subject)), resource_of(b"y", ("Subject", "two"))]
            )
            if (one.subject, one.text, two.text) != (subject, "x", "y"):
                wrong.append(one)

    threads = [threading.Thread(target=read, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert wrong == []
    assert not any(thread.is_alive() for thread in threads)


_PARENT = """
import sys, threading
from mail.mime import bounded
bounded.parse(b"Subject: x\\r\\n\\r\\nx")
print(bounded._shared._child.pid, flush=True)
if sys.argv[1] == "busy":
    slow = b"Content-Type: text/plain\\r\\n\\r\\n" + b"\\x1b$B!!\\n\\x1b(B\\x0e" * 4_000_000
    threading.Thread(target=bounded.parse, args=(slow,)).start()
    print("busy", flush=True)
sys.stdin.read()
"""


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("state", ["idle", "busy"])
def test_the_child_ends_when_its_parent_is_killed(state: str) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", _PARENT, state],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(bounded.__file__).resolve().parents[2],
    )
    assert parent.stdout is not None
    try:
        child = int(parent.stdout.readline())
        if state == "busy":
            assert parent.stdout.readline() == b"busy\n"
        assert _alive(child)
    finally:
        parent.kill()
        parent.communicate()
    until(lambda: not _alive(child))


def test_large_mails_pass_both_ways(parser: BoundedParser) -> None:
    raw = MAIL.replace(b"BYTES", b"x" * 5_000_000)
    assert parser.parse(raw).attachments[0].payload == b"x" * 5_000_000


def test_too_much_time_ends_the_child_and_not_the_next_mail(parser: BoundedParser) -> None:
    parser.parse(MAIL)
    first = child_of(parser)
    slow = b"Content-Type: text/plain\r\n\r\n" + SLOW
    parsed = parser.parse(slow)
    assert codes(parsed.notices) == ["too_costly"]
    assert parsed.attachments[0].payload == slow
    assert parser.parse(MAIL).subject == "山"
    assert child_of(parser) != first


def test_too_much_memory(parser: BoundedParser) -> None:
    tight = BoundedParser(cpu_seconds=20, memory=160 * 1024 * 1024)
    try:
        assert tight.parse(MAIL).subject == "山"
        huge = b"Content-Transfer-Encoding: base64\r\n\r\n" + b"QUFB" * 20_000_000
        assert codes(tight.parse(huge, payloads=False).notices) == ["too_costly"]
        assert tight.parse(MAIL).subject == "山"
    finally:
        tight.close()


def test_a_child_that_was_killed_is_replaced(parser: BoundedParser) -> None:
    parser.parse(MAIL)
    os.kill(child_of(parser), signal.SIGKILL)
    assert parser.parse(MAIL).subject == "山"  # that was not this mail's doing


def test_a_child_serves_so_many_and_goes() -> None:
    parser = BoundedParser(mails_per_child=2)
    try:
        children = []
        for _ in range(4):
            parser.parse(MAIL)
            children.append(child_of(parser))
        assert children[0] == children[1] != children[2] == children[3]
    finally:
        parser.close()


def _in_fork(sink: multiprocessing.connection.Connection) -> None:
    sink.send((bounded.parse(MAIL).subject, child_of(bounded._shared)))
    bounded._shared.close()


def test_a_forked_process_has_a_child_of_its_own() -> None:
    try:
        assert bounded.parse(MAIL).subject == "山"
        ours = child_of(bounded._shared)
        source, sink = multiprocessing.Pipe()
        process = multiprocessing.get_context("fork").Process(target=_in_fork, args=(sink,))
        process.start()
        assert source.poll(60)
        subject, theirs = source.recv()
        process.join(60)
        assert (subject, process.exitcode) == ("山", 0)
        assert theirs != ours
        assert bounded.parse(MAIL).subject == "山"
        assert child_of(bounded._shared) == ours
    finally:
        bounded._shared.close()
