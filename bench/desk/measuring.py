"""Asking for the pages, and adding up: see bench/pages.py."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bench.desk import script
from bench.desk.filling import fill
from bench.setting import say
from mail import rows as rendering
from mail.browse import PAGE, Browse, Place
from mailboxes.models import Membership
from permissions.models import User


class Desk:
    """An agent's browser, as far as the server is concerned."""

    def __init__(self, agent: User, rounds: int) -> None:
        self.agent, self.rounds = agent, rounds
        self.client = Client()
        self.client.force_login(agent)

    def get(self, address: str) -> bytes:
        response = self.client.get(address)
        assert response.status_code == 200, f"{response.status_code} {address}"
        content: bytes = response.content
        return content

    def ms(self, address: str, before: Callable[[], None] | None = None) -> float:
        """Median milliseconds of a page."""
        self.get(address)
        spent = []
        for _ in range(self.rounds):
            if before:
                before()
            begin = time.perf_counter()
            self.get(address)
            spent.append((time.perf_counter() - begin) * 1000)
        return round(median(spent), 1)

    def cpu_ms(self, address: str) -> float:
        """Median milliseconds of this process alone, which the machine's other work leaves be."""
        self.get(address)
        spent = []
        for _ in range(self.rounds):
            begin = time.process_time()
            self.get(address)
            spent.append((time.process_time() - begin) * 1000)
        return round(median(spent), 1)

    def queries(self, address: str) -> int:
        self.get(address)
        with CaptureQueriesContext(connection) as captured:
            self.get(address)
        return len(captured)


def measure(messages: int, *, rounds: int, seed: int) -> dict[str, object]:
    settings.ALLOWED_HOSTS = ["*"]
    settings.SECURE_SSL_REDIRECT = False
    begin = time.monotonic()
    few = Desk(fill("few@shop.example", max(messages // 100, 200), seed), rounds)
    many = Desk(fill("support@shop.example", messages, seed), rounds)
    say(f"stored {messages} mails in {time.monotonic() - begin:.0f} s")
    inbox = f"{reverse('mail:list')}?category=inbox"
    content = many.get(inbox)
    lists = {name: many.ms(address) for name, address in _lists(many.agent).items()}
    worst = max(lists, key=lambda name: lists[name])
    say(" ".join(f"{name} {spent}" for name, spent in lists.items()))
    mail = _mail(many.agent)
    mail_content = many.get(mail)
    return {
        "messages": messages,
        "list_ms": lists["inbox"],
        "mail_ms": many.ms(mail),
        "list_cpu_ms": many.cpu_ms(inbox),
        "mail_cpu_ms": many.cpu_ms(mail),
        "list_queries": many.queries(inbox),
        "mail_queries": many.queries(mail),
        "list_kb": round(len(content) / 1000, 1),
        "list_gz_kb": round(len(gzip.compress(content, 6)) / 1000, 1),
        "rows": content.count(b'<tr id="m-'),
        "script_gz_kb": script.weight(script.files_of(content.decode())),
        "mail_script_gz_kb": script.weight(script.files_of(mail_content.decode())),
        "editor_gz_kb": script.editor_weight(),
        "worst_list": worst,
        "worst_list_ms": lists[worst],
        "rows_anew_ms": many.ms(inbox, before=_forget_rows),
        "few_messages": max(messages // 100, 200),
        "few_list_ms": few.ms(inbox),
        "few_mail_ms": few.ms(_mail(few.agent)),
        "few_list_queries": few.queries(inbox),
        **_both(few.agent, many.agent, rounds),
        **_deep(many),
    }


def _both(few: User, many: User, rounds: int) -> dict[str, Any]:
    """The pages of somebody who was given both mailboxes."""
    agent = User.objects.create(username="both", name="佐藤 真理", role=few.role)
    for user in (few, many):
        Membership.objects.create(user=agent, mailbox=user.memberships.get().mailbox)
    both = Desk(agent, rounds)
    base = reverse("mail:list")
    lists = {
        key: both.ms(f"{base}?category={key}")
        for key in ("inbox", "open", "done", "mine", "sent", "starred", "all")
    }
    say("both: " + " ".join(f"{name} {spent}" for name, spent in lists.items()))
    worst = max(lists, key=lambda name: lists[name])
    return {
        "both_list_ms": lists["inbox"],
        "both_mail_ms": both.ms(_mail(agent)),
        "both_worst_list": worst,
        "both_worst_list_ms": lists[worst],
        "both_list_queries": both.queries(f"{base}?category=inbox"),
    }


def _lists(agent: User) -> dict[str, str]:
    base = reverse("mail:list")
    label = agent.memberships.get().mailbox.labels.get(name="配送")
    return {
        **{
            key: f"{base}?category={key}"
            for key in ("inbox", "open", "done", "mine", "sent", "starred", "drafts", "all")
        },
        "label": f"{base}?label={label.pk}",
        "inbox_open": f"{base}?category=inbox&status=open",
    }


def _mail(agent: User) -> str:
    """A mail in the middle of the newest page, opened from the inbox."""
    found = Browse.parse(agent, {"category": "inbox"}).page(agent)[0]
    message = found[len(found) // 2]
    return f"{reverse('mail:detail', args=[message.pk])}?category=inbox"


def _forget_rows() -> None:
    rendering._rendered = rendering._Rendered()


def _deep(desk: Desk) -> dict[str, Any]:
    """The rows nine tenths down all mail: by the place of the mail before, and by counting."""
    browse = Browse.parse(desk.agent, {"category": "all"})
    ordered = browse.messages(desk.agent).newest_first()
    depth = ordered.count() * 9 // 10
    place = Place.of(ordered[depth])
    address = f"{reverse('mail:list')}?{browse.query}&before={place}&n={depth + 1}"

    def counted() -> None:
        list(ordered.select_related("assignee")[depth : depth + PAGE + 1])

    def by_place() -> None:
        older = browse.messages(desk.agent).filter(place.older)
        list(older.newest_first().select_related("assignee")[: PAGE + 1])

    return {
        "deep_ms": desk.ms(address),
        "deep_rows_ms": _spent(by_place, desk.rounds),
        "deep_rows_by_offset_ms": _spent(counted, desk.rounds),
    }


def _spent(work: Callable[[], None], rounds: int) -> float:
    work()
    spent = []
    for _ in range(rounds):
        begin = time.perf_counter()
        work()
        spent.append((time.perf_counter() - begin) * 1000)
    return round(median(spent), 1)
