"""One soak: see bench/soak.py for what it means."""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable

from bench.mirror.first_sync import MIRRORING
from bench.mirror.gmail import Gmail, connect
from bench.mirror.outside import Outside
from bench.mirror.truth import Difference, compare
from bench.setting import Setting, kill, say
from mail.models import Message, Reconciliation, SyncPhase, SyncState, ToFetch
from mail.sync import polling

# Far worse than on Gmail's ordinary day (sandbox/faults.py).
UNTIDY = {"repeat": 0.3, "reorder": 0.3, "empty_page": 0.3, "bare": 0.2, "drop": 0.0}
DARK = 0.3
_DARK_CHANGES = 15
_FIRST = 300.0


class Soak:
    """Changes, mishaps, and the comparison in the end."""

    def __init__(self, options: argparse.Namespace, setting: Setting, gmail: Gmail) -> None:
        self.options = options
        self.setting = setting
        self.gmail = gmail
        self.outside = Outside(gmail, options.seed, options.only)
        self.chance = random.Random(options.seed + 1)
        self.kills = 0
        self.expiries = 0
        self.dark_spells = 0
        self._watched_at = float("-inf")

    def run(self) -> dict[str, object]:
        options = self.options
        say(f"{options.changes} changes to a mailbox of {options.messages} mails")
        for number in range(4):
            self.gmail.act("create_label", name=f"最初/{number}")
        self.workers = self.setting.workers()
        self.setting.beat()
        self.mailbox = connect(self.gmail)
        self._wait(lambda: self._is_following(), _FIRST)
        self.gmail.faults(history=UNTIDY, latency_ms=options.latency, part_errors=options.faults)
        started = time.monotonic()
        mishaps = self._mishaps()
        for number in range(options.changes):
            self._keep_watched()
            if number in mishaps:
                mishaps[number]()
            self.outside.change()
            time.sleep(self.chance.expovariate(options.rate))
            if (number + 1) % 100 == 0:
                say(f"{time.monotonic() - started:6.1f} s  {number + 1} changes")
        if self.gmail.admin("faults")["history"]["drop"]:
            self._end_dark()
        changed = time.monotonic() - started
        difference, settled = self._settle()
        return {
            "changes": options.changes,
            "differences": len(difference),
            "which": difference.shown(),
            "missing": len(difference.missing),
            "surplus": len(difference.surplus),
            "doubled": len(difference.doubled),
            "reconciliations": Reconciliation.objects.filter(mailbox=self.mailbox).count(),
            "repaired": sum(
                Reconciliation.objects.filter(mailbox=self.mailbox).values_list(
                    "repaired", flat=True
                )
            ),
            "expiries": self.expiries,
            "dark_spells": self.dark_spells,
            "kills": self.kills,
            "mails": Message.objects.filter(mailbox=self.mailbox, gone_at=None).count(),
            "could_not_be_stored": ToFetch.objects.filter(mailbox=self.mailbox).count(),
            "seconds": round(changed, 1),
            "equal_after_s": None if settled is None else round(settled, 1),
            "kinds": self.outside.counts,
        }

    def _is_following(self) -> bool:
        return SyncState.objects.filter(
            mailbox=self.mailbox, phase=SyncPhase.FOLLOWING
        ).exists() and not len(compare(self.gmail, self.mailbox))

    def _wait(self, done: Callable[[], bool], within: float) -> None:
        deadline = time.monotonic() + within
        while not done():
            if time.monotonic() > deadline:
                raise RuntimeError(
                    "The mailbox was not mirrored to begin with.\n"
                    + "\n".join(self.workers[queue].last_words() for queue in MIRRORING)
                )
            time.sleep(0.5)

    def _keep_watched(self) -> None:
        """An agent has its list open all the while, as its live stream says to the pollers."""
        if time.monotonic() - self._watched_at > 10:
            polling.watch([self.mailbox.pk])
            self._watched_at = time.monotonic()

    def _mishaps(self) -> dict[int, Callable[[], None]]:
        """By the number of the change before which they come."""
        changes: int = self.options.changes
        found: dict[int, Callable[[], None]] = {}
        free = list(range(1, max(2, changes - _DARK_CHANGES - 1)))
        self.chance.shuffle(free)
        for number in range(self.options.expiries):
            if not free:
                break
            at = free.pop()
            if number % 2:
                found[at] = self._begin_dark
                found[at + _DARK_CHANGES] = self._end_dark
            else:
                found[at] = self._expire
        for _ in range(self.options.kills):
            if free:
                found[free.pop()] = self._kill
        return found

    def _expire(self) -> None:
        self.gmail.admin("history/expire", {"account": self.gmail.address})
        self.expiries += 1

    def _begin_dark(self) -> None:
        self.gmail.faults(history={"drop": DARK})
        self.dark_spells += 1

    def _end_dark(self) -> None:
        self.gmail.faults(history={"drop": 0.0})
        self._expire()

    def _kill(self) -> None:
        service = self.workers[self.chance.choice(MIRRORING)]
        kill(service)
        service.start()
        self.kills += 1
        say(f"{service.name} was killed and starts again")

    def _settle(self) -> tuple[Difference, float | None]:
        """The difference once there is none, or what is left when patience is over."""
        started = time.monotonic()
        while True:
            self._keep_watched()
            found = compare(self.gmail, self.mailbox)
            if not len(found):
                # Subjects are read one by one: only in the end.
                found = compare(self.gmail, self.mailbox, subjects=True)
            if not len(found) or time.monotonic() - started > self.options.patience:
                return found, None if len(found) else time.monotonic() - started
            time.sleep(1)
