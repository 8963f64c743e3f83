"""The child that parses: same results, and no mail takes more than its share."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator

import pytest

from mail.mime import bounded, parse
from mail.mime.bounded import BoundedParser

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


def test_large_mails_pass_both_ways(parser: BoundedParser) -> None:
    raw = MAIL.replace(b"BYTES", b"x" * 5_000_000)
    assert parser.parse(raw).attachments[0].payload == b"x" * 5_000_000


def test_too_much_time_ends_the_child_and_not_the_next_mail(parser: BoundedParser) -> None:
    parser.parse(MAIL)
    first = child_of(parser)
    # Seconds of honest work: 20 MB of switching between code sets.
    slow = b"Content-Type: text/plain\r\n\r\n" + b"\x1b$B!!\n\x1b(B\x0e" * 2_000_000
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
