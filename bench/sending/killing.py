"""One reply after the other, each with something that goes wrong."""

from __future__ import annotations

import argparse
import base64
import os
import signal
import threading
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import connections
from django.db.models import F
from django.db.models.functions import Now

from bench.mirror.gmail import Gmail
from bench.sending import people
from bench.setting import say
from mail import tasks
from mail.actions.drafts import save
from mail.actions.fields import DraftFields
from mail.actions.reply import start_reply
from mail.actions.send import send
from mail.mime import parse
from mail.models import Draft, DraftKind, Outgoing, OutgoingState
from mail.outbox import crashpoints, delivery, following, timing
from mailboxes.models import Mailbox
from permissions.models import User

POINTS = crashpoints.POINTS
ONCE = {"times": 1}
FAULTS: dict[str, dict[str, Any]] = {
    "send dropped": {"accept_then_drop": {"method": "drafts.send", **ONCE}},
    "send done, 503": {"accept_then_error": {"method": "drafts.send", "status": 503, **ONCE}},
    "send not done, 503": {"fail_next": {"method": "drafts.send", "status": 503, **ONCE}},
    "send over quota": {
        "errors": [{"method": "drafts.send", "status": 429, "reason": "rateLimitExceeded", **ONCE}]
    },
    "send refused": {
        "errors": [{"method": "drafts.send", "status": 400, "reason": "invalidArgument", **ONCE}]
    },
    "create dropped": {"accept_then_drop": {"method": "drafts.create", **ONCE}},
    "create done, 500": {"accept_then_error": {"method": "drafts.create", "status": 500, **ONCE}},
    "update dropped": {"accept_then_drop": {"method": "drafts.update", **ONCE}},
    "history away": {"errors": [{"method": "history.list", "status": 503, **ONCE}]},
    "conversation away": {"errors": [{"method": "threads.get", "status": 503, **ONCE}]},
}
NOTHING = {"errors": [], "fail_next": 0, "accept_then_drop": None, "accept_then_error": None}
SAID = {OutgoingState.FAILED, OutgoingState.HELD, OutgoingState.UNCERTAIN}


def measure(options: argparse.Namespace, gmail: Gmail) -> dict[str, object]:
    box = people.connected(gmail)
    [agent] = people.agents(box, 1)
    counts: Counter[str] = Counter()
    killed = 0
    for strip in ([], ["X-Outbox-Id"]):
        gmail.faults(strip_headers=strip, **NOTHING)
        for name in (*POINTS, *FAULTS):
            before = counts.copy()
            for _ in range(options.kills):
                outgoing, died = _one(gmail, box, agent, name, counts["runs"])
                killed += died
                counts["runs"] += 1
                counts[_became(gmail, outgoing)] += 1
            told = {key: counts[key] - before[key] for key in counts if counts[key] > before[key]}
            say(f"{name}{' (header lost)' if strip else ''}: {told}")
    return {
        "runs": counts["runs"],
        "killed": killed,
        "points": len(POINTS),
        "faults": len(FAULTS),
        "sent_once": counts["sent_once"],
        "doubled": counts["doubled"],
        "lost_silently": counts["lost_silently"],
        "uncertain": counts["uncertain"],
        "failed_visibly": counts["failed"] + counts["held"],
        "drafts_left": len(gmail.state()["drafts"]),
    }


def _one(gmail: Gmail, box: Mailbox, agent: User, name: str, number: int) -> tuple[Outgoing, bool]:
    """One reply with this trouble, and what the product makes of it afterwards."""
    raw = (
        f"From: aoi@customer.example\r\nTo: {box.address}\r\nSubject: Order {number}\r\n"
        f"Message-ID: <order-{number}@customer.example>\r\n\r\nWhere is it?\r\n"
    ).encode()
    told = gmail.deliver(raw)
    message = people.mail(box, number, told["id"], told["threadId"])
    composer = start_reply(message, agent, DraftKind.REPLY)
    draft, token = composer.draft, composer.lock.token
    fields = DraftFields(text=f"answer-{number}-end")
    if "update" in name:
        draft = save(draft, agent, token=token, version=draft.version, fields=fields)
        following.follow(draft.pk)

    def press() -> Outgoing:
        return send(draft, agent, token=token, version=draft.version, fields=fields)

    died = False
    if "submit" in name:
        # The web's process: the mail was handed in or was not, and then somebody presses again.
        died = _killed(press, name)
        handed_in = Outgoing.objects.filter(draft=draft).select_related("draft").first()
        outgoing = handed_in or press()
        delivery.deliver(outgoing.pk)
    elif name in FAULTS:
        outgoing = press()
        gmail.faults(**FAULTS[name])
        delivery.deliver(outgoing.pk)
        gmail.faults(**NOTHING)
    else:
        outgoing = press()
        died = _killed(partial(delivery.deliver, outgoing.pk), name)
    for _ in range(5):
        _turn_time(outgoing)
        delivery.deliver(outgoing.pk)
        outgoing = Outgoing.objects.select_related("draft").get(pk=outgoing.pk)
        if outgoing.state not in Outgoing.OPEN_STATES:
            break
    tasks.sweep_orphans()
    return outgoing, died


def _turn_time(outgoing: Outgoing) -> None:
    Outgoing.objects.filter(pk=outgoing.pk).update(
        not_before=Now(), claimed_until=None, sending_at=F("sending_at") - timing.QUIET
    )
    Draft.objects.filter(pk=outgoing.draft_id).update(not_before=Now(), claimed_until=None)


def _killed(work: Callable[[], object], point: str) -> bool:
    """Whether a process died at this point of its work."""
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        os.environ["CRASH_AT"] = point
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status) == -signal.SIGKILL


def _became(gmail: Gmail, outgoing: Outgoing) -> str:
    entries = gmail.admin("ledger", account=gmail.address, raw=1)["entries"]
    words = f"{outgoing.draft.text}"
    copies = sum(words in parse(base64.urlsafe_b64decode(each["raw"])).text for each in entries)
    if copies > 1:
        return "doubled"
    if copies == 1 and outgoing.state == OutgoingState.SENT:
        return "sent_once"
    if outgoing.state in SAID:
        return str(outgoing.state)
    return "lost_silently"
