"""What customers write in the journeys."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

_numbers = itertools.count(1)
CUSTOMER = "aoi@customer.example"


def letter(
    to: str,
    number: int = 0,
    *,
    subject: str = "",
    text: str = "",
    name: str = "井上 葵",
    sender: str = CUSTOMER,
    answers: str = "",
) -> bytes:
    """A mail to an account; without a subject it is 「ご注文 number について」.

    `answers`: the Message-ID of what it is an answer to.
    """
    mail = EmailMessage(policy=SMTP)
    mail["From"] = f"{name} <{sender}>"
    mail["To"] = to
    mail["Subject"] = subject or f"ご注文 {number} について"
    mail["Date"] = format_datetime(datetime.now(UTC))
    mail["Message-ID"] = f"<journey-{next(_numbers)}@customer.example>"
    if answers:
        mail["In-Reply-To"] = mail["References"] = f"<{answers}>"
    words = text or f"注文番号 A-{20000 + number} の商品がまだ届きません。"
    mail.set_content(words)
    # As mail programs write it: with styles of its own, which the page's policy must bear.
    mail.add_alternative(
        f'<html><head><style>p {{ color: #333 }}</style></head><body bgcolor="#fff">'
        f'<p style="font-size: 14px">{words}</p></body></html>',
        subtype="html",
    )
    return mail.as_bytes()
