"""Lays the hand-written newest mails of support@ along the clock, up to minutes before now.

Today's lines follow the density of the day; when the day is young they may reach back into the
evening before, since the demo must show fresh mail at whatever hour it is started.
"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta

from sandbox.demo import attachments, documents, facts
from sandbox.demo.banks.newest import LINES, SCENES, Line, Scene
from sandbox.demo.clock import spread
from sandbox.demo.people import ABROAD, AGENTS, CUSTOMERS, FIRMS
from sandbox.demo.products import PRODUCTS
from sandbox.demo.programs import JST
from sandbox.demo.prose import Dealer, fill
from sandbox.demo.shapes import File, Letter
from sandbox.demo.talks import Talk

_PEOPLE = {one.address: one for one in (*CUSTOMERS, *FIRMS, *ABROAD)}
# The last three mails are this many minutes old: the demo opens on something fresh.
_FRESH = (31, 14, 4)


def letters(now: datetime, rng: random.Random) -> list[Letter]:
    """Return the hand-written letters with their labels; the newest is a few minutes old."""
    talks: dict[str, Talk] = {}
    found: list[Letter] = []
    for line, at in zip(LINES, _times(now, rng), strict=True):
        talk = talks.get(line.scene)
        if talk is None:
            talk = talks[line.scene] = _talk(line.scene, SCENES[line.scene], at, now, rng)
        letter = _write(talk, line, at)
        folder = ("SENT",) if letter.outgoing else ("INBOX", *line.flags)
        # Nobody has sorted the very newest mail yet.
        names = () if now - at < timedelta(minutes=3) else SCENES[line.scene].labels
        found.append(replace(letter, labels=(*names, *folder)))
    return found


def _times(now: datetime, rng: random.Random) -> list[datetime]:
    """Give every line its moment; lines of today fill the day so far, at least three hours."""
    local = now.astimezone(JST)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    fresh = [local - timedelta(minutes=age, seconds=rng.randrange(50)) for age in _FRESH]
    todays = sum(not line.ago for line in LINES)
    start = max(min(midnight + timedelta(minutes=5), local - timedelta(hours=3)),
                local - timedelta(hours=11))  # fmt: skip
    spread_out = spread(start, local - timedelta(minutes=40), todays - len(fresh), rng)
    running = iter([*spread_out, *fresh])
    times = []
    for line in LINES:
        if line.ago:
            hour, _, minute = line.clock.partition(":")
            day = min(midnight, start.replace(hour=0, minute=0, second=0, microsecond=0))
            times.append(
                day - timedelta(days=line.ago)
                + timedelta(hours=int(hour), minutes=int(minute), seconds=rng.randrange(60))
            )  # fmt: skip
        else:
            times.append(next(running))
    return times


def _talk(key: str, scene: Scene, at: datetime, now: datetime, rng: random.Random) -> Talk:
    customer, agent = _PEOPLE[scene.customer], AGENTS[scene.agent]
    named = scene.facts.get("product")
    product = next((one for one in PRODUCTS if one.name == named), PRODUCTS[0])
    slots = facts.collect(customer, agent, product, at, now, "カスタマーサポート", rng)
    # What is promised for the days ahead counts from now, however old the talk is.
    ahead = facts.collect(customer, agent, product, now, now, "", rng)
    days = {name: ahead[name] for name in ("d1", "d2", "d3", "d4", "week")}
    slots |= days | scene.facts
    return Talk(customer, agent, "support", slots, f"newest-{key}", rng, Dealer(rng))


def _write(talk: Talk, line: Line, at: datetime) -> Letter:
    text = fill(line.text, talk.slots) + "\n"
    files = tuple(_file(kind, name, talk) for kind, name in line.files)
    if line.who == "out":
        return talk.answer(at, text, files=files)
    if line.who == "form":
        return talk.form(at, text, line.subject, "返品・交換について")
    return talk.say(at, text, subject=line.subject, files=files, html=line.html)


def _file(kind: str, name: str, talk: Talk) -> File:
    sort, _, what = kind.partition("-")
    slots = talk.slots
    if sort == "jpg":
        return File(name, "image/jpeg", attachments.photo(what, 1, "jpeg"))
    if sort == "png":
        motif = {"label": "box"}.get(what, what)
        return File(name, "image/png", attachments.photo(motif, 0, "png"))
    if sort == "cid":
        return File("IMG_0712.png", "image/png", attachments.photo(what, 2, "png"), name)
    if sort == "pdf":
        return File(name, "application/pdf", attachments.paper(what, slots))
    if sort == "xlsx":
        made = attachments.make(kind, slots, talk.rng)
        return File(name, made.content_type, made.payload)
    if sort == "zip":
        content = documents.zipped([
            ("logo.svg", b'<svg width="64" height="64"><circle r="30" cx="32" cy="32"/></svg>'),
            ("order.pdf", attachments.paper("order", slots)),
        ])  # fmt: skip
        return File(name, "application/zip", content)
    raise KeyError(kind)
