"""Mail from files through the whole chain: do all of them arrive, each with a readable page?

The files below PATH go into the sandbox; a Celery worker mirrors them; each mail's page and the
document of its frame are asked for as an agent would. Counts what got lost on the way.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

from bench.mirror.gmail import Gmail, connect
from bench.setting import Setting

ACCOUNT = "samples@shop.example"
_PATIENCE = 300.0


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", type=Path, metavar="PATH", help=".eml files, folders of them, mbox")


def run(options: argparse.Namespace, setting: Setting) -> dict[str, object]:
    root = setting.sandbox("--import", str(options.path.resolve()), "--account", ACCOUNT)
    setting.django()
    worker = setting.start(
        *("worker-sync", "-m", "celery", "-A", "callcenter", "worker"),
        *("-Q", "sync,backfill", "-c", "1", "-l", "WARNING"),
    )
    gmail = Gmail(root, ACCOUNT)
    in_gmail = {row["id"] for row in gmail.state()["messages"]}
    print(f"{len(in_gmail)} mails in Gmail", file=sys.stderr)
    figures = mirror_and_read(connect(gmail), in_gmail)
    return {"files": _files(options.path), "worker_alive": worker.ended() is None, **figures}


def mirror_and_read(mailbox: Any, in_gmail: set[str]) -> dict[str, object]:
    """Wait for the mirror, then read every mail as an agent."""
    from django.test import Client
    from django.urls import reverse

    from mail.models import Message, ToFetch
    from mail.sync.tasks import wake
    from mailboxes.models import Membership
    from permissions.models import User
    from permissions.roles import ensure_built_in_roles

    agent = User.objects.create_user("reader", name="Reader", role=ensure_built_in_roles()["agent"])
    Membership.objects.create(mailbox=mailbox, user=agent)
    deadline = time.monotonic() + _PATIENCE
    stored: set[str] = set()
    while stored != in_gmail and time.monotonic() < deadline:
        wake(mailbox.pk)
        time.sleep(0.5)
        stored = set(Message.objects.filter(gone_at=None).values_list("gmail_id", flat=True))
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(agent)
    unreadable, noticed = [], 0
    for message in Message.objects.select_related("body"):
        noticed += bool(message.body.notices)
        pages = [
            client.get(reverse(name, args=[message.pk])) for name in ("mail:detail", "mail:body")
        ]
        if any(page.status_code != 200 for page in pages) or not _shows(message, pages[1]):
            unreadable.append(message.public_id)
    return {
        "in_gmail": len(in_gmail),
        "arrived": len(stored & in_gmail),
        "lost": len(in_gmail - stored),
        "doubled": Message.objects.count() - len(stored),
        "could_not_be_stored": ToFetch.objects.count(),
        "readable": len(stored) - len(unreadable),
        "unreadable": unreadable,
        "with_notices": noticed,
    }


def _shows(message: Any, page: Any) -> bool:
    """The first line of the mail's text stands in the frame (a mail of pictures has none)."""
    from callcenter.richtext import html_to_text

    text = html_to_text(message.body.html) if message.body.html else message.body.text
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    shown = html_to_text(page.content.decode())
    return "".join(first.lstrip("> ").split())[:20] in "".join(shown.split())


def _files(path: Path) -> int:
    return sum(each.is_file() for each in path.rglob("*")) if path.is_dir() else 1
