"""Builds the demo accounts: sixty days of mail before a moment, the same for the same seed.

`letters` says what was written and how it lies in the account; `build` adds the bytes.  The newest
mails of support@ are written by hand (`today.py`), the machines' mail is in `automatic.py`, all
else is played from the stories of `banks/`.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from sandbox.demo import automatic, labels, mailers, today
from sandbox.demo.banks import (
    account,
    billing,
    business,
    delivery,
    english,
    faults,
    missed,
    orders,
    returns,
    voices,
)
from sandbox.demo.clock import spread
from sandbox.demo.people import ABROAD, CUSTOMERS, FIRMS, INFO, SUPPORT, Customer
from sandbox.demo.prose import Dealer
from sandbox.demo.shapes import DemoAccount, DemoLabel, DemoMail, Known, Letter, SendAs
from sandbox.demo.stories import Story
from sandbox.demo.talks import Talk, tell

__all__ = ["DemoAccount", "DemoLabel", "DemoMail", "Known", "SendAs", "build", "letters"]

SPAN = timedelta(days=60)
SIZES = {"support": 280, "info": 120}
STORIES: tuple[Story, ...] = (
    *delivery.STORIES, *missed.STORIES, *returns.STORIES, *faults.STORIES, *billing.STORIES,
    *account.STORIES, *orders.STORIES, *voices.STORIES, *business.STORIES, *english.STORIES,
)  # fmt: skip
_BY_VOICE = {"business": FIRMS, "english": ABROAD}
_SETS = {"support": labels.SUPPORT, "info": labels.INFO}


def build(now: datetime, seed: int = 7) -> list[DemoAccount]:
    """Return support@ and info@ with their mail up to `now`, which must be aware of its zone."""
    vip = SendAs("vip@shop.example", "みなも生活店 VIPデスク", verified=False)
    senders = {
        "support": [SendAs(SUPPORT.address, SUPPORT.name, default=True),
                    SendAs(INFO.address, INFO.name), vip],
        "info": [SendAs(INFO.address, INFO.name, default=True),
                 SendAs(SUPPORT.address, SUPPORT.name)],
    }  # fmt: skip
    return [
        DemoAccount(
            address=box.address,
            name=name,
            send_as=senders[desk],
            labels=list(_SETS[desk]),
            mails=[to_mail(letter, seed) for letter in letters(desk, now, seed)],
        )
        for desk, box, name in (
            ("support", SUPPORT, "カスタマーサポート"),
            ("info", INFO, "ご注文窓口"),
        )
    ]


def to_mail(letter: Letter, seed: int = 7) -> DemoMail:
    """Give a letter its bytes."""
    rng = random.Random(f"{seed}/{letter.message_id}")
    return DemoMail(mailers.render(letter, rng), letter.date, list(letter.labels), letter.thread)


def letters(desk: str, now: datetime, seed: int = 7) -> list[Letter]:
    """Return the letters of one desk (`support` or `info`) with their labels, the oldest first."""
    rng = random.Random(f"{seed}/{desk}")
    found = automatic.letters(desk, now, rng)
    if desk == "support":
        found += today.letters(now, rng)
    found += _stories(desk, now, SIZES[desk] - len(found), rng)
    return sorted(found, key=lambda letter: letter.date)


def _stories(desk: str, now: datetime, count: int, rng: random.Random) -> list[Letter]:
    """Play stories until there are `count` letters, their beginnings spread over the span."""
    dealer = Dealer(rng)
    matters = _matters(desk, rng)
    writers = _Writers(rng)
    # The newest mails of support@ are the hand-written ones.
    end = now - timedelta(minutes=45)
    newest = now - timedelta(hours=14) if desk == "support" else end
    # A third of them lies in the last ten days, so that the newest pages are full of life.
    starts = spread(now - SPAN, newest, round(count / 2.8), rng)
    starts += spread(now - timedelta(days=10), newest, round(count / 5.6), rng)
    rng.shuffle(starts)
    found: list[Letter] = []
    for number, at in enumerate(starts):
        room = count - len(found)
        if room <= 0:
            break
        story = next(matters)
        form = "法人" not in "".join(story.labels) and number % 5 == 2
        turns = min(room, _turns(now - at, rng))
        talk = tell(
            story, writers.pick(story, form), desk, at, end, turns, rng, dealer,
            f"{desk}-{number:03d}-{story.key}", form,
        )  # fmt: skip
        found += _laid(talk, story, desk, now, rng)
    return found


def _matters(desk: str, rng: random.Random) -> Iterator[Story]:
    """Yield the stories of a desk in proportion to their shares, well mixed, without end."""
    own = [story for story in STORIES if story.desk in (desk, "both")]
    while True:
        deck = [story for story in own for _ in range(max(1, round(story.share * 2)))]
        rng.shuffle(deck)
        yield from deck


class _Writers:
    """Deals customers so that everybody writes sometimes, and the VIPs often."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._waiting: list[Customer] = []

    def pick(self, story: Story, form: bool) -> Customer:
        for voice, people in _BY_VOICE.items():
            if voice in story.voices:
                return self._rng.choice(people)
        while True:
            for one in self._waiting:
                if one.voice in story.voices and not (
                    (form and one.voice == "short") or (one.vip and story.key == "leave")
                ):
                    self._waiting.remove(one)
                    return one
            fresh = [one for one in CUSTOMERS for _ in range(2 if one.vip else 1)]
            self._rng.shuffle(fresh)
            self._waiting += fresh


def _turns(age: timedelta, rng: random.Random) -> int:
    """Return how far a talk of this age may have come."""
    if age < timedelta(days=1.2):
        return rng.choice((1, 1, 2))
    return rng.choice((1, 2, 2, 2, 2, 3, 3, 3, 4, 4, 5, 6))


def _laid(talk: Talk, story: Story, desk: str, now: datetime, rng: random.Random) -> list[Letter]:
    """Put the letters of a talk into the account: folder, unread, star, user labels."""
    known = {label.name for label in _SETS[desk]}
    names = [name for name in story.labels if name in known]
    if talk.customer.vip:
        names.append("VIP")
    if talk.customer.company and not any(name.startswith("法人") for name in names):
        names.append("法人")
    if rng.random() < 0.1:
        names = [name for name in names if name in ("VIP", "法人")]
    starred = rng.random() < story.starred
    weighty = bool({"VIP", "法人", "クレーム/至急"} & set(names))
    last = talk.letters[-1]
    settled = last.outgoing or now - last.date > timedelta(days=4)
    archived = settled and now - last.date > timedelta(days=21) and rng.random() < 0.35
    laid: list[Letter] = []
    for place, letter in enumerate(talk.letters):
        own = list(names)
        if letter.outgoing:
            own.append("SENT")
        else:
            if not archived:
                own.append("INBOX")
            if letter is last and unread(now - letter.date, rng):
                own.append("UNREAD")
            if starred and place == 0:
                own.append("STARRED")
            if weighty and rng.random() < 0.6:
                own.append("IMPORTANT")
        laid.append(replace(letter, labels=tuple(own)))
    return laid


def unread(age: timedelta, rng: random.Random) -> bool:
    """Tell whether a mail of this age that nobody answered is still unread."""
    if age > timedelta(days=2):
        return False
    return rng.random() < (0.75 if age < timedelta(days=1) else 0.4)
