"""What Gmail does when a message is sent.

* A recipient is needed; a From that is no verified send-as address of the account is replaced by
  the default.
* The Message-ID is replaced (Gmail keeps some and rewrites others; a fault switch keeps them), a
  missing Date is added, bare line feeds become CRLF, headers that an admin told to lose are lost.
* The copy in SENT keeps Bcc; what recipients get does not. Mail to oneself is one message in SENT
  and INBOX.
* Recipients with an account here really get it; everything accepted stands in the ledger.
"""

from __future__ import annotations

import base64
from email.utils import formatdate

from sandbox import accounts, headers, ledger, mailbox, rewriting
from sandbox.bouncing import report
from sandbox.errors import GoogleError, invalid
from sandbox.mailbox import Row
from sandbox.world import World

LARGEST = 36_700_160
DELIVERED = ("UNREAD", "CATEGORY_PERSONAL", "INBOX")


def send(
    world: World,
    account: str,
    raw: bytes,
    *,
    via: str,
    thread: int | None = None,
    force_thread: int | None = None,
) -> Row:
    if len(raw) > LARGEST:
        raise GoogleError(413, "Request entity too large", reason="uploadTooLarge")
    raw = rewriting.with_crlf(raw)
    fields, _ = headers.split(raw)
    recipients = envelope(fields)
    raw = _prepare(world, account, raw, fields, via)
    with world.store.transaction():
        mine = [address for address in recipients if accounts.owner_of(world, address) == account]
        labels = ["UNREAD", "SENT", "INBOX"] if mine else ["SENT"]
        row = mailbox.insert(
            world, account, raw, labels=labels, thread=thread, force_thread=force_thread
        )
        ledger.write(world, row, raw, recipients, via)
        deliver_inside(world, account, raw, recipients)
    if world.faults.settings["bounce"]:
        _bounce(world, row, raw, recipients)
    return row


def envelope(fields: headers.Headers) -> list[str]:
    """Every recipient address; refused in Gmail's words when there is none or one is broken."""
    found: dict[str, None] = {}
    for name in ("To", "Cc", "Bcc"):
        value = b"".join(value for key, value in fields if key.lower() == name.lower())
        read = headers.people(fields, name)
        if value.strip(b" ,;") and not read and b":" not in value:
            raise invalid(f"Invalid {name} header")
        for entry in read:
            if not _plausible(entry.address):
                raise invalid(f"Invalid {name} header")
            found[entry.address.lower()] = None
    if not found:
        raise invalid("Recipient address required")
    return list(found)


def _plausible(address: str) -> bool:
    local, _, domain = address.rpartition("@")
    return (
        bool(local and domain) and not any(c in address for c in " <>,;()") and ".." not in domain
    )


def _prepare(world: World, account: str, raw: bytes, fields: headers.Headers, via: str) -> bytes:
    settings = world.faults.settings
    added: list[tuple[str, str]] = []
    dropped: set[str] = set()
    if via != "person":
        dropped.add("received")  # the one that saving the draft put there
        added.append(_received(world))
    sender = headers.people(fields, "From")
    allowed = {entry.address: entry for entry in accounts.send_as(world, account) if entry.verified}
    foreign = len(sender) != 1 or sender[0].address.lower() not in allowed
    if not sender or (foreign and settings["rewrite_from"]):
        own = next(entry for entry in allowed.values() if entry.is_default)
        dropped.add("from")
        added.append(("From", mailbox_text(own.name, own.address)))
        if sender:
            before = mailbox_text(sender[0].name, sender[0].address)
            added.append(("X-Google-Original-From", before))
    if not headers.first(fields, "Date"):
        added.append(("Date", _now(world)))
    if settings["rewrite_message_id"] or not headers.first(fields, "Message-ID"):
        dropped.add("message-id")
        token = base64.urlsafe_b64encode(world.random.randbytes(36)).decode().replace("-", "=")
        added.append(("Message-ID", f"<CA+{token}@mail.gmail.com>"))
    if not headers.first(fields, "MIME-Version"):
        added.append(("MIME-Version", "1.0"))
    raw = rewriting.without(raw, lambda name: name in dropped or world.faults.strips(name))
    return rewriting.with_fields(raw, added)


def as_saved(world: World, raw: bytes) -> bytes:
    """What a draft's raw is after saving."""
    raw = rewriting.without(rewriting.with_crlf(raw), lambda name: name == "received")
    if world.faults.settings["strip_draft_headers"]:
        raw = rewriting.without(raw, world.faults.strips)
    return rewriting.with_fields(raw, [_received(world)])


def _received(world: World) -> tuple[str, str]:
    number = world.random.randrange(10**11, 10**12)
    return "Received", (
        f"from {number} named unknown by gmailapi.google.com with HTTPREST; {_now(world)}"
    )


def mailbox_text(name: str, address: str) -> str:
    if not name:
        return address
    if name.isascii():
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}" <{address}>'
    return f"=?UTF-8?B?{base64.b64encode(name.encode()).decode()}?= <{address}>"


def _now(world: World) -> str:
    return formatdate(world.clock.now())


def deliver_inside(world: World, sender: str, raw: bytes, recipients: list[str]) -> None:
    """Puts the mail in the inbox of every other account here that it is addressed to."""
    clean = rewriting.without(raw, lambda name: name == "bcc")
    reached = {accounts.owner_of(world, address): address for address in recipients}
    for owner, address in reached.items():
        if owner is None or owner == sender:
            continue
        received = rewriting.with_fields(
            clean,
            [
                ("Delivered-To", address),
                (
                    "Received",
                    f"by sandbox with SMTP id {world.random.getrandbits(40):x}; {_now(world)}",
                ),
                ("Return-Path", f"<{sender}>"),
            ],
        )
        mailbox.insert(world, owner, received, labels=DELIVERED)


def _bounce(world: World, row: Row, raw: bytes, recipients: list[str]) -> None:
    failing = {address.lower() for address in world.faults.settings["bounce"]}
    for address in recipients:
        if address in failing:
            mailbox.insert(
                world, row.account, report(world, row.account, raw, address), labels=DELIVERED
            )
