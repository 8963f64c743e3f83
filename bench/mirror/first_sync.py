"""Measuring one first synchronisation: see bench/sync.py for what the figures mean."""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection

from bench.mirror.agent import Agent
from bench.mirror.gmail import Gmail, connect
from bench.mirror.meter import Meter
from bench.mirror.truth import compare
from bench.mirror.units import Units
from bench.setting import Setting, kill, say
from callcenter.gmail.client import GmailClient
from mail.models import Message
from mailboxes.models import Mailbox
from scripts.embedded import SetUpError
from scripts.supervisor import Service

MIRRORING = ("sync", "backfill")
# Without a mail more in so many seconds it is given up: a refused mail waits minutes at most.
_PATIENCE = 120.0
_SETTLING = 60.0
_SAMPLE, _SAMPLE_SECONDS = 150, 12.0
_NEWEST = 100
_PAUSE = 0.4
# Seconds in which the children of a killed database have ended, on a machine with much to do.
_CHILDREN_GONE = 60.0


@dataclass(slots=True)
class Misfortune:
    """What happens once this share of the mails is stored."""

    at: float
    strike: Callable[[], None]


@dataclass(slots=True)
class Token:
    """The baseline's credentials: as cheap as can be."""

    token: str

    def access_token(self) -> str:
        return self.token

    def replace(self, rejected: str) -> str:
        raise AssertionError("the sandbox's token is good for an hour")


def measure(options: argparse.Namespace, setting: Setting, gmail: Gmail) -> dict[str, object]:
    say(
        f"{options.messages} mails, latency {options.latency:g} ms, {options.faults:.1%} of parts "
        f"fail, {options.kills} kills, prices {options.prices}"
        f"{', quota enforced' if options.quota else ''}"
    )
    slowly = Baseline(gmail, options.seed) if options.baseline else None
    if slowly:
        slowly.sample()
    with Meter() as meter:
        whole = Whole(options, setting, gmail, meter)
        figures = whole.run()
    if slowly:
        slowly.sample()
        rate = slowly.rate
        figures["baseline_mails_per_s"] = round(rate, 2)
        figures["ratio_to_baseline"] = round(whole.rate / rate, 2)
    return figures


class Whole:
    """One synchronisation from connecting to the last mail."""

    def __init__(
        self, options: argparse.Namespace, setting: Setting, gmail: Gmail, meter: Meter
    ) -> None:
        self.options = options
        self.setting = setting
        self.gmail = gmail
        self.meter = meter
        self.total: int = options.messages
        self.kills = 0
        self.deaths = 0
        self.rate = 0.0
        self.misfortunes = self._misfortunes()

    def run(self) -> dict[str, object]:
        database = self.setting.servers.database
        self.workers = self.setting.workers()
        for queue, service in self.workers.items():
            self._watch(queue, service)
        self.meter.watch("database", database.pid or 0, ours=False)
        self._watch("beat", self.setting.beat())
        ours = (*self.workers, "beat")
        newest = [row["id"] for row in self.gmail.state()["messages"]][-_NEWEST:]
        units = Units.of(self.gmail, self.options.prices)
        self.meter.begin()
        started = time.monotonic()
        mailbox = connect(self.gmail)
        agent = Agent(self.gmail, mailbox) if self.options.quota else None
        if agent:
            agent.start()
        stored, newest_seconds = self._wait(mailbox, newest, started)
        seconds = time.monotonic() - started
        cpu = {name: self.meter.cpu_seconds([name]) for name in (*ours, "database")}
        spent = units.spent()
        if agent:
            agent.stop()
        self.rate = stored / seconds
        thousands = max(stored, 1) / 1000
        say(f"{stored} mails in {seconds:.1f} s; comparing")
        difference, settled = self._settle(mailbox)
        figures: dict[str, object] = {
            "mails": stored,
            "seconds": round(seconds, 1),
            "mails_per_s": round(self.rate, 1),
            "newest_100_s": newest_seconds and round(newest_seconds, 1),
            "cpu_s_per_1000": round(sum(cpu[name] for name in ours) / thousands, 3),
            "db_cpu_s_per_1000": round(cpu["database"] / thousands, 3),
            "cpu_s_by_process": {name: round(used, 2) for name, used in cpu.items()},
            "peak_mib": round(max(self.meter.peak_rss_kib.values()) / 1024, 1),
            "peak_mib_by_process": {
                name: round(kib / 1024, 1) for name, kib in self.meter.peak_rss_kib.items()
            },
            "peak_pss_mib": round(self.meter.peak_pss_kib / 1024, 1),
            "peak_pss_mib_of_all": round(self.meter.peak_pss_all_kib / 1024, 1),
            **spent.figures(stored),
            "missing": len(difference.missing),
            "doubled": len(difference.doubled),
            "surplus": len(difference.surplus),
            "differing": len(difference.fields) + len(difference.labels),
            "differences": difference.shown(),
            "equal_after_s": settled and round(settled, 1),
            "kills": self.kills,
            "workers_died": self.deaths,
            "latency_ms": self.options.latency,
            "faults": self.options.faults,
            "prices": self.options.prices,
        }
        if agent:
            figures |= spent.quota_figures(seconds) | agent.figures()
        return figures

    def _watch(self, name: str, service: Service) -> None:
        assert service.pid
        self.meter.watch(name, service.pid)

    def _misfortunes(self) -> list[Misfortune]:
        chance = random.Random(self.options.seed)
        kills: int = self.options.kills
        found = [
            Misfortune((number + chance.random()) / kills * 0.98, self._kill_workers)
            for number in range(kills)
        ]
        if self.options.kill_broker:
            found.append(Misfortune(chance.uniform(0.2, 0.6), self._kill_broker))
        if self.options.kill_db:
            found.append(Misfortune(chance.uniform(0.4, 0.9), self._kill_database))
        return sorted(found, key=lambda each: each.at)

    def _kill_workers(self) -> None:
        for queue in MIRRORING:
            if service := self.workers.get(queue):
                self._kill(queue, service)
        self.kills += 1

    def _kill_broker(self) -> None:
        server = self.setting.servers.broker
        kill(server)
        server.start()
        self.setting.supervisor.wait_ready([server])
        say("Valkey was killed and is back, empty")

    def _kill_database(self) -> None:
        server = self.setting.servers.database
        self._kill("database", server)
        patience = time.monotonic() + _CHILDREN_GONE
        while True:
            try:
                self.setting.supervisor.wait_ready([server])
                break
            except SetUpError:
                if server.ended() is None or time.monotonic() > patience:
                    raise
            # Children of the killed one still hold its memory: again, as `make run` would.
            time.sleep(0.2)
            server.start()
            assert server.pid
            self.meter.watch("database", server.pid, ours=False)
        connection.close()

    def _kill(self, name: str, service: Service) -> None:
        self.meter.look()
        kill(service)
        service.start()
        assert service.pid
        self.meter.watch(name, service.pid, ours=name != "database")
        say(f"{service.name} was killed and starts again")

    def _wait(
        self, mailbox: Mailbox, newest: list[str], started: float
    ) -> tuple[int, float | None]:
        """How many are stored in the end, and when the newest were."""
        stored, newest_seconds = 0, None
        last, told = started, started
        while True:
            now = time.monotonic()
            count = _ask(lambda: _stored(mailbox)) or stored
            if count > stored:
                stored, last = count, now
            if (
                newest_seconds is None
                and stored >= len(newest)
                and _ask(lambda: _stored(mailbox, gmail_id__in=newest) == len(newest))
            ):
                newest_seconds = now - started
            if now - told > 5:
                say(f"{now - started:6.1f} s  {stored} stored")
                told = now
            while self.misfortunes and stored >= self.misfortunes[0].at * self.total:
                self.misfortunes.pop(0).strike()
            if stored >= self.total:
                return stored, newest_seconds
            if now - last > _PATIENCE:
                self._say_last_words()
                return stored, newest_seconds
            self._look_after_workers()
            time.sleep(_PAUSE)

    def _look_after_workers(self) -> None:
        """One that ends by itself is started again, as a supervisor does; it is counted."""
        for queue, service in self.workers.items():
            if service.ended() is not None:
                self.deaths += 1
                say(f"{service.name} ended by itself:\n{service.last_words()}")
                service.start()
                self._watch(queue, service)

    def _say_last_words(self) -> None:
        for queue in MIRRORING:
            if service := self.workers.get(queue):
                say(f"No mail for {_PATIENCE:.0f} s. {service.name}:\n{service.last_words()}")

    def _settle(self, mailbox: Mailbox) -> tuple[Any, float | None]:
        """The difference once there is none, or after a while what is left of it."""
        started = time.monotonic()
        while True:
            found = compare(self.gmail, mailbox)
            if not len(found):
                return found, time.monotonic() - started
            if time.monotonic() - started > _SETTLING:
                return found, None
            time.sleep(1)


def _stored(mailbox: Mailbox, **which: Any) -> int:
    return Message.objects.filter(mailbox=mailbox, gone_at=None, **which).count()


def _ask(question: Callable[[], int]) -> int:
    """The database may just have been killed."""
    try:
        return question()
    except DatabaseError:
        connection.close()
        return 0


class Baseline:
    """Mails one by one, with one client and its kept resources, storing nothing."""

    def __init__(self, gmail: Gmail, seed: int) -> None:
        token = Token(gmail.tokens()["access_token"])
        self.client = GmailClient(token, api_root=settings.GOOGLE.api_root)
        self.gmail = gmail
        rows = gmail.state()["messages"]
        ids = [row["id"] for row in rows]
        self.ids = random.Random(seed).sample(ids, min(len(ids), 2 * _SAMPLE))
        self.read = 0
        self.seconds = 0.0

    def sample(self) -> None:
        enforced = self.gmail.admin("faults")["quota"]["enforce"]
        self.gmail.faults(quota={"enforce": False})
        started = time.monotonic()
        half = max(1, min(_SAMPLE, len(self.ids) // 2))
        for gmail_id in self.ids[:half]:
            self.client.get_message(gmail_id)
            self.read += 1
            if time.monotonic() - started > _SAMPLE_SECONDS:
                break
        self.seconds += time.monotonic() - started
        self.ids = self.ids[half:]
        self.gmail.faults(quota={"enforce": enforced})

    @property
    def rate(self) -> float:
        return self.read / self.seconds
