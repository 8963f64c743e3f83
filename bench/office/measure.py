"""Setting up the office and adding up: see bench/live.py."""

from __future__ import annotations

import argparse
import asyncio
import random
import time
from collections import Counter
from datetime import timedelta
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bench.mirror.meter import Meter
from bench.office.http import Answer, Connection
from bench.office.page import Clock, Tab, since
from bench.office.work import Office, Report
from bench.setting import Setting, say
from labels.models import Label, LabelKind
from mail.models import Conversation, Message, MessageBody, MessageLabel, Status
from mail.sync import bulk
from mailboxes.models import Mailbox, Membership
from permissions.models import User
from permissions.roles import ensure_built_in_roles

_OPENING = 120.0
_SETTLING = 5.0
# One after the other, the product's actions come to some sixteen a second.
_HANDS = 2


def measure(options: argparse.Namespace, setting: Setting) -> dict[str, object]:
    mailbox = _mailbox(options.messages)
    root = setting.web()
    cookies = _agents(mailbox, options.agents)
    newest = Message.objects.filter(mailbox=mailbox).newest_first()[:100]
    shown = {mail.public_id: mail.version for mail in newest}
    clock = Clock()
    on_screen = [mail.pk for mail in newest]
    # Each with mails of its own: which change gave a mail which version is known then.
    offices = [
        Office(
            mailbox,
            on_screen[number::_HANDS],
            rate=options.rate / _HANDS,
            seconds=options.seconds,
            seed=options.seed + number,
        )
        for number in range(_HANDS)
    ]
    say(
        f"{options.agents} agents, {options.pages} of them with a list, {options.rate:g} changes a "
        f"second for {options.seconds:g} s"
    )
    with Meter() as meter:
        assert setting.web_service is not None
        assert setting.web_service.process is not None
        meter.watch("web", setting.web_service.process.pid)
        meter.begin()
        figures, done = asyncio.run(_work(options, root, cookies, shown, clock, offices))
        meter.look()
        cpu = meter.cpu_seconds(["web"])
    hints, rows = since(done.begun, clock.heard), since(done.begun, clock.shown)
    errors = clock.errors + done.errors
    if errors:
        words = setting.web_service.log.read_text("utf-8", "replace").splitlines()
        say("\n".join([line for line in words if not line.startswith("INFO:")][-60:]))
    return {
        "agents": options.agents,
        "pages": options.pages,
        "changes": done.made,
        "hint_p95_ms": _p95(hints),
        "hint_median_ms": _median(hints),
        "row_p95_ms": _p95(rows),
        "row_median_ms": _median(rows),
        "hints_heard": len(hints),
        "rows_shown": len(rows),
        "requests_per_s": round(clock.requests / figures["wall"], 1),
        "web_mib": round(meter.peak_rss_kib["web"] / 1024, 1),
        "web_cpu_share": round(cpu / figures.pop("wall"), 2),
        "errors": len(errors),
        "kinds_of_errors": dict(Counter(errors).most_common(5)),
        "office_late_s": round(done.late, 2),
        **figures,
    }


def _mailbox(messages: int) -> Mailbox:
    mailbox = Mailbox.objects.create(address="office@shop.example")
    inbox = Label.objects.create(
        mailbox=mailbox, gmail_id="INBOX", name="INBOX", kind=LabelKind.SYSTEM
    )
    Label.objects.create(mailbox=mailbox, gmail_id="STARRED", name="STARRED", kind=LabelKind.SYSTEM)
    now = timezone.now()
    threads = Conversation.objects.bulk_create(
        Conversation(mailbox=mailbox, gmail_thread_id=f"t{number}") for number in range(messages)
    )
    mails = [
        Message(
            pk=key,
            mailbox=mailbox,
            conversation=thread,
            gmail_id=f"m{number}",
            internal_date=now - timedelta(minutes=number + 1),
            subject=f"ご注文 {number:05d} について",
            snippet="先日注文した商品がまだ届いておりません。いつ頃届くのでしょうか。",
            folder="received",
            from_name="井上 葵",
            from_address=f"customer{number}@customer.example",
            status=Status.OPEN,
        )
        for number, (key, thread) in enumerate(
            zip(bulk.new_keys(Message, messages), threads, strict=True)
        )
    ]
    bulk.insert(mails)
    bulk.insert([MessageBody(message=mail, text="届きません。") for mail in mails])
    bulk.insert(
        [
            MessageLabel(message=mail, label=inbox, internal_date=mail.internal_date)
            for mail in mails
        ]
    )
    return mailbox


def _agents(mailbox: Mailbox, number: int) -> list[str]:
    """So many people with a session each; their cookies."""
    role = ensure_built_in_roles()["agent"]
    cookies = []
    for each in range(number):
        agent = User.objects.create(username=f"agent{each}", name=f"担当 {each}", role=role)
        Membership.objects.create(mailbox=mailbox, user=agent)
        client = Client()
        client.force_login(agent)
        name = settings.SESSION_COOKIE_NAME
        cookies.append(f"{name}={client.cookies[name].value}")
    return cookies


async def _work(
    options: argparse.Namespace,
    root: str,
    cookies: list[str],
    shown: dict[str, int],
    clock: Clock,
    offices: list[Office],
) -> tuple[dict[str, Any], Report]:
    tabs = [
        Tab(
            clock,
            root,
            cookie,
            live=reverse("mail:live"),
            rows=reverse("mail:rows"),
            nav=reverse("mail:nav"),
            shows=dict(shown) if number < options.pages else None,
            chance=random.Random(number),
        )
        for number, cookie in enumerate(cookies)
    ]
    running = [asyncio.create_task(tab.run()) for tab in tabs]
    begin = time.monotonic()
    # A stream that has nothing to tell says nothing until its first sign of life.
    await asyncio.wait_for(asyncio.gather(*(tab.opened.wait() for tab in tabs)), timeout=_OPENING)
    say(f"{len(tabs)} streams are open after {time.monotonic() - begin:.1f} s")
    begin = time.monotonic()
    pipes = [office.start() for office in offices]
    opened, connections = [], []
    visitor = Connection(root, cookies[0])
    while not all(pipe.poll() for pipe in pipes):
        asked = time.monotonic()
        try:
            await visitor.get(reverse("mail:list"))
            opened.append(time.monotonic() - asked)
        except (OSError, EOFError, Answer) as error:
            clock.errors.append(f"list: {error!r}")
        connections.append(await sync_to_async(_connections, thread_sensitive=False)())
        await asyncio.sleep(1)
    await asyncio.sleep(_SETTLING)
    wall = time.monotonic() - begin
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    figures = {
        "list_p95_ms": _p95(opened),
        "lists_opened": len(opened),
        "db_connections": max(connections),
        "wall": wall,
    }
    done = Report()
    for pipe in pipes:
        done.add(pipe.recv())
    return figures, done


def _connections() -> int:
    """The web process's: all but those of this process."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' "
            "AND application_name <> 'bench'"
        )
        return int(cursor.fetchone()[0])


def _p95(seconds: list[float]) -> int | None:
    return round(sorted(seconds)[int(len(seconds) * 0.95)] * 1000) if seconds else None


def _median(seconds: list[float]) -> int | None:
    return round(sorted(seconds)[len(seconds) // 2] * 1000) if seconds else None
