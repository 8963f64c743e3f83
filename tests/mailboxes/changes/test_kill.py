"""kill -9 of a worker wherever it can stand, and then the ordinary recovery: nothing is lost."""

from __future__ import annotations

import os
import signal
import threading
import traceback
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections, transaction

from callcenter.gmail.client import GmailClient
from mailboxes.changes import ChangeKind, carrying
from mailboxes.models import Change
from tests.mail.connected import ADDRESS
from tests.mailboxes.changes.conftest import Gmail


def killed(deed: Callable[[], object], *, owner: Any, name: str, when: str) -> bool:
    """Whether a process of its own, doing this, died of SIGKILL before or after that call.

    Forked, so that a run costs milliseconds; a fresh thread in it shares no connection with us.
    """
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        real = getattr(owner, name)

        def dying(*args: Any, **kwargs: Any) -> Any:
            if when == "after":
                real(*args, **kwargs)
            os.kill(os.getpid(), signal.SIGKILL)

        setattr(owner, name, dying)
        thread = threading.Thread(target=_tell_what_went_wrong, args=[deed])
        thread.start()
        thread.join()
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status) == -signal.SIGKILL


def _tell_what_went_wrong(deed: Callable[[], object]) -> None:
    try:
        deed()
    except BaseException:
        # Straight to the file: what the process has buffered dies with it.
        os.write(2, traceback.format_exc().encode())
        raise


def recovered(gmail: Gmail) -> None:
    """The dead worker's claim ends, and the sweeper wakes another worker."""
    gmail.let_pass()
    assert carrying.mailboxes_with_due() in ([gmail.box.pk], [])
    gmail.work()
    assert not Change.objects.exclude(state="done").exists()


POINTS = [
    (carrying, "claim", "after"),
    (carrying.Claim, "renew", "after"),
    (GmailClient, "modify", "before"),
    (GmailClient, "modify", "after"),
    (carrying, "_done", "before"),
    (carrying, "_done", "after"),
]


@pytest.mark.parametrize(("owner", "name", "when"), POINTS)
def test_a_worker_killed_at(gmail: Gmail, owner: Any, name: str, when: str) -> None:
    gmail.sandbox.admin.act(ADDRESS, "create_label", name="配送")
    mail = gmail.deliver(labels=["INBOX", "配送"])
    labels = gmail.labels(mail)
    gmail.hand_in(mail, add=("TRASH",), remove=("INBOX",), kind=ChangeKind.TRASH)
    gmail.hand_in(mail, add=tuple(labels), remove=("TRASH",), kind=ChangeKind.UNTRASH)
    gmail.hand_in(mail, add=("STARRED",))
    assert killed(lambda: gmail.work(), owner=owner, name=name, when=when)
    recovered(gmail)
    assert gmail.labels(mail) == labels | {"STARRED"}


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_worker_killed_in_a_batch(gmail: Gmail, when: str) -> None:
    mails = [gmail.deliver(number) for number in range(1, 12)]
    for mail in mails:
        gmail.hand_in(mail, add=("STARRED",))
    assert killed(lambda: gmail.work(), owner=GmailClient, name="batch_modify", when=when)
    recovered(gmail)
    assert all("STARRED" in gmail.labels(mail) for mail in mails)


def test_killed_between_untrash_and_the_labels(gmail: Gmail) -> None:
    mail = gmail.deliver()
    labels = gmail.labels(mail)
    gmail.sandbox.admin.act(ADDRESS, "trash", message_id=mail)
    gmail.hand_in(mail, add=tuple(labels), remove=("TRASH",), kind=ChangeKind.UNTRASH)
    assert killed(lambda: gmail.work(), owner=GmailClient, name="untrash", when="after")
    assert "INBOX" not in gmail.labels(mail)
    recovered(gmail)
    assert gmail.labels(mail) == labels


def test_the_web_process_killed_after_its_commit(gmail: Gmail) -> None:
    """The row is there, and nobody was woken: the sweeper's business."""
    mail = gmail.deliver()
    assert killed(
        lambda: gmail.hand_in(mail, add=("STARRED",)),
        owner=transaction.get_connection().__class__,
        name="run_and_clear_commit_hooks",
        when="before",
    )
    assert carrying.mailboxes_with_due() == [gmail.box.pk]
    recovered(gmail)
    assert "STARRED" in gmail.labels(mail)
