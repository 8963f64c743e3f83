"""The delivery report (RFC 3464) that comes back for a mail that could not be delivered."""

from __future__ import annotations

from email.utils import formatdate

from sandbox import headers
from sandbox.world import World

_TEMPLATE = """\
Delivered-To: {account}\r
Return-Path: <>\r
From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>\r
To: {account}\r
Auto-Submitted: auto-replied\r
Subject: Delivery Status Notification (Failure)\r
In-Reply-To: <{message_id}>\r
References: <{message_id}>\r
X-Failed-Recipients: {recipient}\r
Message-ID: <{token}@mx.google.com>\r
Date: {date}\r
MIME-Version: 1.0\r
Content-Type: multipart/report; boundary="{boundary}"; report-type=delivery-status\r
\r
--{boundary}\r
Content-Type: text/plain; charset="UTF-8"\r
Content-Transfer-Encoding: 8bit\r
\r
** Address not found **\r
\r
Your message wasn't delivered to {recipient} because the address couldn't be found, \
or is unable to receive mail.\r
\r
The response was:\r
\r
550 5.1.1 <{recipient}>: Recipient address rejected: User unknown\r
\r
--{boundary}\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; googlemail.com\r
Arrival-Date: {date}\r
X-Original-Message-ID: <{message_id}>\r
\r
Final-Recipient: rfc822; {recipient}\r
Action: failed\r
Status: 5.1.1\r
Diagnostic-Code: smtp; 550 5.1.1 <{recipient}>: Recipient address rejected: User unknown\r
Last-Attempt-Date: {date}\r
\r
--{boundary}\r
Content-Type: message/rfc822\r
\r
"""


def report(world: World, account: str, raw: bytes, recipient: str) -> bytes:
    """A report about `raw`, sent by `account`, that did not reach `recipient`."""
    fields, _ = headers.split(raw)
    boundary = f"{world.random.getrandbits(96):024x}"
    head = _TEMPLATE.format(
        account=account,
        message_id=headers.decode(headers.first(fields, "Message-ID")).strip(" <>"),
        recipient=recipient,
        token=f"{world.random.getrandbits(64):016x}",
        date=formatdate(world.clock.now()),
        boundary=boundary,
    )
    return head.encode("utf-8") + raw + f"\r\n--{boundary}--\r\n".encode()
