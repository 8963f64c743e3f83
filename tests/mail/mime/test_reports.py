"""Delivery reports: who did not get which mail."""

from __future__ import annotations

import pytest

from mail.mime import parse
from mail.mime.reports import Recipient, read_report
from tests.mail.mime.shared import SAMPLES, WHY_SKIPPED

REPORT = """\
From: MAILER-DAEMON@x.example
Subject: Returned mail
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b

It failed.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Original-Recipient: rfc822;yamada@c.example
Final-Recipient: RFC822; <forwarded@c.example>
Action: failed (bad address)
Status: 5.1.1 (unknown)
Diagnostic-Code: smtp; 550 5.1.1 user
 unknown

Final-Recipient: rfc822; late@c.example
Action: delayed
Status: 4.2.2
--b
Content-Type: {}

Message-ID: <sent@shop.example>
X-Outbox-Id: 42
Subject: =?utf-8?B?5Lu25ZCN?=

text
--b--
"""


@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers"])
def test_a_report(kind: str) -> None:
    report = read_report(parse(REPORT.format(kind).encode()))
    assert report is not None
    assert report.recipients == (
        Recipient("yamada@c.example", "failed", "5.1.1", "550 5.1.1 user unknown"),
        Recipient("late@c.example", "delayed", "4.2.2"),
    )
    assert [person.address for person in report.failed] == ["yamada@c.example"]
    assert report.message_id == "sent@shop.example"
    assert (report.original.get("x-outbox-id"), report.original.get("Subject")) == ("42", "件名")


def test_qmail_writes_for_people() -> None:
    raw = (
        "From: MAILER-DAEMON@x.example\nSubject: failure notice\n\nThis is qmail-send.\n\n"
        "<yamada@c.example>:\n192.0.2.1 does not like recipient.\n\n"
        "--- Below this line is a copy of the message.\n\n"
        "Message-ID: <sent@shop.example>\nSubject: x\n"
    )
    report = read_report(parse(raw.encode()))
    assert report is not None
    assert report.recipients == (
        Recipient("yamada@c.example", "failed", "", "192.0.2.1 does not like recipient."),
    )
    assert report.message_id == "sent@shop.example"


def test_failed_recipients_in_a_header() -> None:
    report = read_report(
        parse(b"From: x@y.example\r\nX-Failed-Recipients: a@b.jp, c@d.jp\r\n\r\nno")
    )
    assert report is not None
    assert [person.address for person in report.failed] == ["a@b.jp", "c@d.jp"]


def test_what_is_no_report() -> None:
    assert read_report(parse(b"From: a@b.jp\r\nSubject: x\r\n\r\ntext")) is None


@pytest.mark.skipif(not SAMPLES.is_dir(), reason=WHY_SKIPPED)
@pytest.mark.parametrize(
    ("name", "failed", "all_of_them"),
    [
        ("report_530", ["edwin@zzzzzzz.com"], 1),
        ("report_422", [], 1),
        ("multipart_report_multiple_status", ["u@ci.com"], 1),
        ("multi_address_bounce1", 5, 5),
    ],
)
def test_samples(name: str, failed: list[str] | int, all_of_them: int) -> None:
    (path,) = SAMPLES.rglob(f"{name}.eml")
    report = read_report(parse(path.read_bytes()))
    assert report is not None
    assert len(report.recipients) == all_of_them
    addresses = [person.address for person in report.failed]
    assert addresses == failed if isinstance(failed, list) else len(addresses) == failed
