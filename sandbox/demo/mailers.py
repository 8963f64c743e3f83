"""From a letter to the bytes that its writer's mail program puts on the wire.

A text that a character set cannot carry falls back to UTF-8, as the programs do.  Hosts and
addresses stay within reserved names and documentation networks.
"""

from __future__ import annotations

import random
from datetime import UTC, timedelta

from sandbox.demo import charsets, wire
from sandbox.demo.programs import JST, MAILERS, Mailer, boundary
from sandbox.demo.shapes import Box, File, Letter
from sandbox.demo.twins import twin
from sandbox.demo.wire import Part, branch, text_part

SHOP_HOST = "mx.gmail.example"


def _box(box: Box, charset: str, kind: str) -> str:
    if not box.name:
        return box.address
    if box.name.isascii():
        quote = '"' if any(mark in box.name for mark in '",.()<>@;:') else ""
        return f"{quote}{box.name}{quote} <{box.address}>"
    words = charsets.encoded_words(box.name, charset, kind=kind, room=64)
    return "\r\n ".join(words) + f" <{box.address}>"


def _boxes(boxes: tuple[Box, ...], charset: str, kind: str) -> str:
    return ",\r\n ".join(_box(box, charset, kind) for box in boxes)


def _date(letter: Letter, mailer: Mailer) -> str:
    if letter.mailer in ("gmail", "desk", "webform", "becky", "outlook", "iphone"):
        return f"{letter.date.astimezone(JST):%a, %d %b %Y %H:%M:%S +0900}"
    if letter.mailer == "yahoo":
        return f"{letter.date.astimezone(JST):%a, %d %b %Y %H:%M:%S +0900 (JST)}"
    if letter.mailer in ("system", "bulk", "postmaster"):
        return f"{letter.date.astimezone(UTC):%a, %d %b %Y %H:%M:%S +0000}"
    local = letter.date.astimezone(JST)
    return f"{local:%a}, {local.day} {local:%b %Y %H:%M:%S} {mailer.zone}"


def _received(letter: Letter, rng: random.Random) -> list[tuple[str, str]]:
    """Return the trace headers of an incoming mail, the newest hop first."""
    host = letter.sender.address.rpartition("@")[2]
    out = f"192.0.2.{rng.randrange(2, 250)}"
    home = f"198.51.100.{rng.randrange(2, 250)}"
    stamp = f"{letter.date.astimezone(JST):%a, %d %b %Y %H:%M:%S +0900 (JST)}"
    word = f"{rng.getrandbits(40):010x}"
    top = letter.date.astimezone(UTC) + timedelta(seconds=2)
    return [
        ("Delivered-To", letter.to[0].address),
        ("Return-Path", f"<{'' if letter.report[0] else letter.sender.address}>"),
        (
            "Received",
            (
                f"from mail.{host} (mail.{host} [{out}])\r\n        by {SHOP_HOST} with ESMTPS"
                f" id {word}\r\n        for <{letter.to[0].address}>;\r\n        "
                f"{top:%a, %d %b %Y %H:%M:%S +0000 (UTC)}"
            ),
        ),
        (
            "Received",
            (
                f"from [{home}] (unknown [{home}])\r\n\tby mail.{host} (Postfix) with ESMTPSA"
                f" id {word[:8].upper()};\r\n\t{stamp}"
            ),
        ),
        (
            "Authentication-Results",
            (
                f"{SHOP_HOST};\r\n       spf=pass smtp.mailfrom={host};\r\n"
                f"       dmarc=pass (p=NONE) header.from={host}"
            ),
        ),
    ]


def _file(file: File, mailer: Mailer, charset: str) -> Part:
    plain = file.name.isascii()
    word = "\r\n\t".join(charsets.encoded_words(file.name, charset, room=64)) if not plain else ""
    old_name = f'; name="{file.name}"' if plain else f';\r\n\tname="{word}"'
    if plain:
        new_name = f'; filename="{file.name}"'
    elif mailer.names == "2047":
        new_name = f';\r\n\tfilename="{word}"'
    else:
        new_name = "".join(f";\r\n {piece}" for piece in charsets.rfc2231("filename", file.name))
    if mailer.names == "2231" and not plain:
        old_name = ""
    disposition = "inline" if file.cid else "attachment"
    headers = [
        ("Content-Type", file.content_type + old_name),
        ("Content-Disposition", disposition + new_name),
        ("Content-Transfer-Encoding", "base64"),
    ]
    if file.cid:
        headers.append(("Content-ID", f"<{file.cid}>"))
    return Part(headers, wire.base64_lines(file.payload).removesuffix(wire.CRLF))


def _content(letter: Letter, mailer: Mailer, charset: str, rng: random.Random) -> Part:
    """Build the MIME tree: mixed( related( alternative(text, html), inline ), files )."""

    def rim() -> str:
        return boundary(letter.mailer, rng)

    transfer = mailer.transfer
    if charset.lower() == "utf-8" and transfer == "7bit":
        transfer = "base64"
    html = letter.html or (twin(letter.text, mailer.html) if mailer.html else "")
    flowed = "; format=flowed" if letter.mailer == "thunderbird" else ""
    node = text_part("plain", letter.text, charset, transfer, extra=flowed)
    if letter.report[0]:
        return branch(
            "report",
            rim(),
            [
                node,
                Part(
                    [("Content-Type", "message/delivery-status")],
                    wire.lines(letter.report[0]).encode(),
                ),
                Part(
                    [("Content-Type", "text/rfc822-headers")],
                    wire.lines(letter.report[1]).encode(),
                ),
            ],
            " report-type=delivery-status;",
        )
    if html and charsets.fits(html, charset):
        node = branch(
            "alternative",
            rim(),
            [
                node,
                text_part(
                    "html",
                    html,
                    charset,
                    "quoted-printable" if transfer in ("7bit", "8bit") else transfer,
                ),
            ],
        )
    if letter.calendar:
        invite = text_part("calendar", letter.calendar, "UTF-8", "base64", extra="; method=REQUEST")
        node.parts.append(invite)
    inline = [_file(file, mailer, charset) for file in letter.files if file.cid]
    if inline:
        node = branch("related", rim(), [node, *inline], ' type="multipart/alternative";')
    apart = [_file(file, mailer, charset) for file in letter.files if not file.cid]
    if apart:
        node = branch("mixed", rim(), [node, *apart])
        if letter.mailer in ("outlook", "becky"):
            node.preamble = "This is a multi-part message in MIME format."
    return node


def _charset(letter: Letter, mailer: Mailer) -> str:
    wanted = letter.charset or mailer.charset
    names = "".join(box.name for box in (letter.sender, *letter.to, *letter.cc))
    files = "".join(file.name for file in letter.files)
    whole = letter.subject + letter.text + letter.html + names + files
    if wanted == "us-ascii":
        return wanted if whole.isascii() else "UTF-8"
    return wanted if charsets.fits(whole, wanted) else "UTF-8"


def render(letter: Letter, rng: random.Random) -> bytes:
    """Return the bytes of the letter as its mail program writes them."""
    mailer = MAILERS[letter.mailer]
    charset = _charset(letter, mailer)
    words = "ISO-2022-JP" if charset.lower() == "iso-2022-jp" else charset
    tree = _content(letter, mailer, charset, rng)
    who = [
        ("From", _box(letter.sender, words, mailer.kind)),
        ("To", _boxes(letter.to, words, mailer.kind)),
    ]
    if letter.cc:
        who.append(("Cc", _boxes(letter.cc, words, mailer.kind)))
    if letter.reply_to:
        who.append(("Reply-To", _box(letter.reply_to, words, mailer.kind)))
    subject = [("Subject", charsets.header_text(letter.subject, words, kind=mailer.kind))]
    date = [("Date", _date(letter, mailer))]
    chain: list[tuple[str, str]] = []
    if letter.in_reply_to:
        chain.append(("In-Reply-To", f"<{letter.in_reply_to}>"))
    if letter.references:
        chain.append(("References", "\r\n ".join(f"<{one}>" for one in letter.references)))
    ident = [
        (
            "Message-Id" if letter.mailer in ("becky", "iphone", "applemail") else "Message-ID",
            f"<{letter.message_id}>",
        )
    ]
    mime = [("MIME-Version", "1.0")]
    agent = [mailer.agent] if mailer.agent else []
    if letter.mailer.startswith("outlook"):
        agent += [
            ("Content-Language", "ja"),
            ("Thread-Index", f"AQH{rng.getrandbits(100):025X}"[:28] + "=="),
        ]
    if mailer.order == "web":
        head = mime + chain + date + ident + subject + who + agent
    else:
        head = date + who + subject + chain + ident + mime + agent
    trace = [] if letter.outgoing else _received(letter, rng)
    tree.headers = [*trace, *head, *letter.extra, *tree.headers]
    return tree.to_bytes()
