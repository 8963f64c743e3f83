"""Measuring how soon open pages hear of changes: see bench/follow.py."""

from __future__ import annotations

import argparse
import queue
import random
import statistics
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.test import Client
from django.urls import reverse

from bench.mirror.gmail import Gmail, connect
from bench.mirror.stream import Heard, Stream
from bench.setting import Setting, say
from labels.models import Label
from mail import publicid
from mail.models import Message, SyncPhase, SyncState
from mailboxes.models import Mailbox, Membership
from permissions.models import User
from permissions.roles import ensure_built_in_roles

_FIRST = 180.0
_PATIENCE = 60.0
_SLOW = 5.0


@dataclass(slots=True)
class Made:
    """A change in Gmail that the page has not heard of yet."""

    kind: str
    at: float
    is_on: bool = True
    label: int = 0

    def is_told_by(self, event: dict[str, Any]) -> bool:
        state = event.get("state", {})
        if self.kind == "star":
            return bool(state.get("starred") == self.is_on)
        if self.kind == "label":
            return "labels" in state and (self.label in state["labels"]) == self.is_on
        return bool(event["kind"] == "mail.received")


@dataclass(slots=True)
class Following:
    options: argparse.Namespace
    setting: Setting
    gmail: Gmail
    pending: dict[str, Made] = field(default_factory=dict)
    """By Gmail id: one change of a mail at a time."""
    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    started: float = 0.0

    def run(self) -> dict[str, object]:
        """Set everything up, make the changes, and tell how long they took."""
        options = self.options
        label = self.gmail.act("create_label", name="至急")["label_id"]
        self.setting.workers()
        self.setting.beat()
        root = self.setting.web()
        mailbox = connect(self.gmail)
        self._wait_for_mirror(mailbox)
        self.gmail.faults(latency_ms=options.latency)
        say(f"{options.changes} changes in Gmail, about {options.rate:g} a second")
        stream = Stream(root, reverse("mail:live"), self._log_in(mailbox))
        stream.open()
        self.started = time.monotonic()
        label_pk = Label.objects.get(mailbox=mailbox, gmail_id=label).pk
        self._change(stream, label, label_pk)
        lost = [f"{made.kind} of {gmail_id}" for gmail_id, made in self.pending.items()]
        stream.close()
        every = sorted(each for times in self.times.values() for each in times)
        return {
            "changes": options.changes,
            "heard": len(every),
            "never_heard": lost,
            **_spread(every),
            "by_kind": {kind: _spread(sorted(times)) for kind, times in self.times.items()},
            "stream_connections": stream.connections,
            "poll_seconds": settings.POLL_SECONDS,
            "latency_ms": options.latency,
        }

    def _wait_for_mirror(self, mailbox: Mailbox) -> None:
        deadline = time.monotonic() + _FIRST
        while not SyncState.objects.filter(mailbox=mailbox, phase=SyncPhase.FOLLOWING).exists():
            if time.monotonic() > deadline:
                raise RuntimeError("The mailbox was not mirrored to begin with.")
            time.sleep(0.3)

    def _log_in(self, mailbox: Mailbox) -> str:
        """The cookie of an agent's session."""
        role = ensure_built_in_roles()["agent"]
        agent = User.objects.create_user("reader", name="Reader", role=role)
        Membership.objects.create(mailbox=mailbox, user=agent)
        client = Client()
        client.force_login(agent)
        name = settings.SESSION_COOKIE_NAME
        return f"{name}={client.cookies[name].value}"

    def _change(self, stream: Stream, label: str, label_pk: int) -> None:
        chance = random.Random(self.options.seed)
        rows = self.gmail.state()["messages"]
        chance.shuffle(rows)
        deadline = time.monotonic() + _PATIENCE
        while not stream.connections:
            if time.monotonic() > deadline:
                raise RuntimeError("The live stream does not open.")
            time.sleep(0.05)
        for number in range(self.options.changes):
            kind = ("star", "label", "new")[number % 3]
            self._make(kind, number, rows, label, label_pk)
            self._hear(stream, time.monotonic() + chance.expovariate(self.options.rate))
        deadline = time.monotonic() + _PATIENCE
        while self.pending and time.monotonic() < deadline:
            self._hear(stream, time.monotonic() + 0.2)

    def _make(
        self, kind: str, number: int, rows: list[dict[str, Any]], label: str, label_pk: int
    ) -> None:
        at = time.monotonic()
        if kind == "new":
            told = self.gmail.deliver(_letter(number, self.gmail.address))
            self.pending[told["id"]] = Made(kind, at)
            return
        row = next(each for each in rows if each["id"] not in self.pending)
        rows.remove(row)
        rows.append(row)  # its turn comes again after all the others'
        gmail_label = "STARRED" if kind == "star" else label
        is_on = gmail_label not in row["labelIds"]
        others = [each for each in row["labelIds"] if each != gmail_label]
        row["labelIds"] = [*others, gmail_label] if is_on else others
        self.pending[row["id"]] = Made(kind, at, is_on=is_on, label=label_pk)
        change = {"add" if is_on else "remove": [gmail_label]}
        self.gmail.act("modify", message_id=row["id"], **change)

    def _hear(self, stream: Stream, until: float) -> None:
        while (left := until - time.monotonic()) > 0:
            try:
                self._take(stream.heard.get(timeout=left))
            except queue.Empty:
                return

    def _take(self, heard: Heard) -> None:
        public_id = heard.event.get("public_id")
        if not public_id:
            return
        pk = publicid.decode(public_id)
        gmail_id = Message.objects.filter(pk=pk).values_list("gmail_id", flat=True).first()
        made = self.pending.get(gmail_id or "")
        if gmail_id and made and made.is_told_by(heard.event):
            del self.pending[gmail_id]
            took = heard.at - made.at
            self.times[made.kind].append(took * 1000)
            if took > _SLOW:
                say(
                    f"{made.kind} took {took:.1f} s, {made.at - self.started:.1f} s after the start"
                )


def _spread(milliseconds: list[float]) -> dict[str, int | None]:
    if not milliseconds:
        return {"p50_ms": None, "p95_ms": None, "worst_ms": None}
    return {
        "p50_ms": round(statistics.median(milliseconds)),
        "p95_ms": round(milliseconds[int(0.95 * (len(milliseconds) - 1))]),
        "worst_ms": round(milliseconds[-1]),
    }


def _letter(number: int, to: str) -> bytes:
    lines = (
        f"From: <customer{number}@customer.example>",
        f"To: <{to}>",
        f"Subject: Question {number}",
        f"Message-ID: <follow-{number}@customer.example>",
        "Date: Mon, 23 Nov 2026 09:00:00 +0900",
        "Content-Type: text/plain; charset=utf-8",
        "",
        "商品はいつ届きますか。\r\n",
    )
    return "\r\n".join(lines).encode()
