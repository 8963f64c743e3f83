"""Starts services, waits until they answer, restarts what crashes, and stops all of them.

Runs in the guardian of `scripts.leash`, single-threaded (a service's leash is tied to the thread
that started it).

A service that ends by itself is reported and started again after 1, 2, 4 … 30 seconds; the
others reconnect meanwhile. One that dies five times without ever having run for a minute will
not heal: then everything is brought down with the end of its log.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scripts import leash
from scripts.embedded import Command, SetUpError

_RESTARTS = 5
_HEALTHY_AFTER = 60.0
_LONGEST_PAUSE = 30.0
_LAST_LINES = 15
# When the front was killed nobody waits for a clean stop, and all must be gone within 5 s, on a
# busy machine too. What is cut short here is made for it: rows are the queue, and the database
# replays its log.
_STOP_IN_A_HURRY = 1.0


@dataclass(slots=True)
class Service:
    """What to run, and how to see that it answers."""

    name: str
    command: Command
    log: Path
    is_ready: Callable[[], bool] | None = None
    ready_within: float = 60.0
    stop_within: float = 8.0
    prepare: Callable[[], None] | None = None
    """Called before each start, for what a crash may have left behind."""

    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    started_at: float = field(default=0.0, init=False)
    restart_at: float | None = field(default=None, init=False)
    failures: int = field(default=0, init=False)

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process else None

    def start(self) -> None:
        if self.prepare:
            self.prepare()
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = self.command.popen(stdout=log, stderr=subprocess.STDOUT)
        self.started_at = time.monotonic()
        self.restart_at = None

    def ended(self) -> int | None:
        """The exit status when it has ended (negative: the signal), else None."""
        return self.process.poll() if self.process else None

    def last_words(self) -> str:
        try:
            lines = self.log.read_text("utf-8", "replace").splitlines()
        except OSError:
            return ""
        return "\n".join(f"    {line}" for line in lines[-_LAST_LINES:])


class Supervisor:
    """All services of one run. Use as a context manager: leaving it stops them."""

    def __init__(
        self, say: Callable[[str], None] = print, *, longest_pause: float = _LONGEST_PAUSE
    ) -> None:
        self.services: list[Service] = []
        self._say = say
        self._longest_pause = longest_pause

    def __enter__(self) -> Supervisor:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, *services: Service) -> None:
        for service in services:
            self.services.append(service)
            service.start()

    def wait_ready(self, services: Iterable[Service]) -> None:
        """Return when each of them answers; SetUpError with its last words when one won't."""
        waiting = list(services)
        while waiting:
            for service in list(waiting):
                status = service.ended()
                if status is not None:
                    raise SetUpError(
                        f"{service.name} ended while starting ({_how(status)}). "
                        f"The end of {service.log}:\n{service.last_words()}"
                    )
                if self._answers(service):
                    waiting.remove(service)
                elif time.monotonic() - service.started_at > service.ready_within:
                    raise SetUpError(
                        f"{service.name} did not answer within {service.ready_within:.0f} s. "
                        f"The end of {service.log}:\n{service.last_words()}"
                    )
            self._reap_orphans()
            if waiting:
                time.sleep(0.03)

    @staticmethod
    def _answers(service: Service) -> bool:
        try:
            return service.is_ready is None or service.is_ready()
        except SetUpError as error:
            raise SetUpError(
                f"{service.name}: {error} The end of {service.log}:\n{service.last_words()}"
            ) from None

    def run(self, command: Command, log: Path, what: str) -> None:
        """Run a one-off command to its end; SetUpError with its last words when it fails."""
        job = Service(what, command, log)
        job.start()
        assert job.process is not None
        if status := job.process.wait():
            raise SetUpError(
                f"{what} failed ({_how(status)}). The end of {log}:\n{job.last_words()}"
            )

    def watch(self, pause: float = 0.2) -> None:
        """Keep the services running. Ends by `leash.Stopped`, or SetUpError past hope."""
        while True:
            self.look_once()
            time.sleep(pause)

    def look_once(self) -> None:
        self._reap_orphans()
        now = time.monotonic()
        for service in self.services:
            if service.restart_at is not None:
                if now >= service.restart_at:
                    service.start()
                    self._say(f"{service.name} is running again.")
            elif (status := service.ended()) is not None:
                self._plan_restart(service, status, now)

    def _plan_restart(self, service: Service, status: int, now: float) -> None:
        if now - service.started_at > _HEALTHY_AFTER:
            service.failures = 0
        service.failures += 1
        if service.failures > _RESTARTS:
            raise SetUpError(
                f"{service.name} keeps ending ({_how(status)}). "
                f"The end of {service.log}:\n{service.last_words()}"
            )
        pause = min(2.0 ** (service.failures - 1), self._longest_pause)
        service.restart_at = now + pause
        self._say(
            f"{service.name} ended ({_how(status)}); starting it again in {pause:.0f} s. "
            f"Its log: {service.log}"
        )

    def _reap_orphans(self) -> None:
        """Collect ended grandchildren that fell to us; our own are left to their Popen."""
        if not leash.in_guardian():
            return  # other children of this process are not ours to wait for
        own = {service.pid for service in self.services}
        while True:
            try:
                info = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                return
            if info is None or info.si_pid in own:
                return  # one of our own is first in line; its turn comes in look_once
            os.waitpid(info.si_pid, 0)

    def stop(self) -> None:
        """Last started, first stopped: programs before the servers that they use."""
        running = [service for service in self.services if service.ended() is None]
        if leash.front_is_gone():
            self._stop_together(running, _STOP_IN_A_HURRY)
            leash.kill_descendants()
        else:
            servers = {"postgres", "valkey"}
            users = [service for service in running if service.name not in servers]
            self._stop_together(users, max((s.stop_within for s in users), default=0))
            rest = [service for service in running if service.name in servers]
            self._stop_together(rest, max((s.stop_within for s in rest), default=0))
        self.services.clear()

    def _stop_together(self, services: Sequence[Service], within: float) -> None:
        for service in services:
            if service.process:
                service.process.send_signal(service.command.stop_signal)
        deadline = time.monotonic() + within
        while any(service.ended() is None for service in services):
            if time.monotonic() > deadline:
                break
            time.sleep(0.02)
        for service in services:
            if service.process and service.ended() is None:
                self._say(f"{service.name} did not stop in time and is ended.")
            if service.pid:
                try:
                    os.killpg(service.pid, signal.SIGKILL)  # and what it had started
                except ProcessLookupError:
                    continue


def _how(status: int) -> str:
    if status < 0:
        return signal.Signals(-status).name
    return f"exit code {status}"
