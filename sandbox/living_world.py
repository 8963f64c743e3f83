"""Customers who go on writing while the demo runs: a mail every minute or so."""

from __future__ import annotations

import asyncio
import logging
import random
from datetime import UTC, datetime

from sandbox import accounts, headers, mailbox, mime, outside, text
from sandbox.demo import living
from sandbox.demo.shapes import Known
from sandbox.world import World

logger = logging.getLogger("sandbox")

PAUSE = (40.0, 90.0)  # seconds between two mails
KNOWN = 40  # conversations that a customer may go on with


async def live(world: World) -> None:
    """Delivers a customer's next mail every now and then, until cancelled."""
    rng = random.Random()
    while True:
        await asyncio.sleep(rng.uniform(*PAUSE))
        deliver_next(world, rng)


def deliver_next(world: World, rng: random.Random) -> mailbox.Row | None:
    """One mail of a living customer, to one of the accounts."""
    addresses = [address for address, _ in accounts.names(world)]
    if not addresses:
        return None
    account = rng.choice(addresses)
    known = _known(world, account)
    now = datetime.fromtimestamp(world.clock.now(), UTC)
    mail = living.next_mail(now, rng, account, known)
    if mail is None:
        return None
    thread = next((k.thread for k in known if k.thread == mail.thread), None)
    row = outside.deliver(
        world, account, mail.raw, names=mail.labels, thread=int(thread) if thread else None
    )
    logger.info("a customer wrote to %s", account)
    return row


def _known(world: World, account: str) -> list[Known]:
    """The newest conversations whose last mail came from a customer or went to one."""
    rows = world.store.all(
        "SELECT thread, id FROM (SELECT thread, id, internal_date, row_number() OVER "
        "(PARTITION BY thread ORDER BY internal_date DESC) AS place FROM messages "
        "WHERE account = ? AND labels NOT LIKE '%\"SPAM\"%' AND labels NOT LIKE '%\"TRASH\"%' "
        "AND labels NOT LIKE '%\"DRAFT\"%') WHERE place = 1 ORDER BY internal_date DESC LIMIT ?",
        (account, KNOWN),
    )
    found = []
    for thread, message in rows:
        row = mailbox.find(world, account, message)
        raw = mailbox.raw(world, message)
        fields, _ = headers.split(raw)
        sent = "SENT" in row.labels
        people = headers.people(fields, "To" if sent else "From")
        if people and row.message_id:
            found.append(
                Known(
                    thread=str(thread),
                    last_message_id=row.message_id,
                    subject=headers.decode(headers.first(fields, "Subject")),
                    customer=people[0].address,
                    last_text=text.body_text(mime.parse(raw))[:4000],
                )
            )
    return found
