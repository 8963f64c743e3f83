"""Services are started, awaited, restarted and stopped; small fake ones stand in for real ones."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.embedded import Command, SetUpError
from scripts.supervisor import Service, Supervisor
from tests.waiting import until

Fake = Callable[..., Service]
FOREVER = "import signal\nwhile True: signal.pause()"


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def fake(tmp_path: Path) -> Fake:
    def make(
        name: str, program: str, *, first: str = "", stop_within: float = 8.0, ready: bool = True
    ) -> Service:
        flag = tmp_path / f"{name}.up"
        say_up = f"import pathlib\npathlib.Path({str(flag)!r}).touch()\n" if ready else ""
        command = Command(
            argv=(sys.executable, "-c", f"import signal, sys\n{first}\n{say_up}{program}"),
            cwd=tmp_path,
            environment={"PYTHONUNBUFFERED": "1"},
            stop_signal=signal.SIGTERM,
        )
        return Service(
            name,
            command,
            tmp_path / f"{name}.log",
            flag.exists,
            0.5 if not ready else 30,
            stop_within,
        )

    return make


def test_it_waits_until_all_answer_and_stops_them(fake: Fake, said: list[str]) -> None:
    with Supervisor(said.append) as supervisor:
        one, two = fake("one", FOREVER), fake("two", FOREVER)
        supervisor.start(one, two)
        supervisor.wait_ready([one, two])
        assert one.ended() is None
        assert two.ended() is None
    assert one.ended() == two.ended() == -signal.SIGTERM
    assert said == []


def test_one_that_ends_while_starting_is_told_with_its_last_words(fake: Fake) -> None:
    broken = fake("broken", "print('no such table'); sys.exit(4)", ready=False)
    with Supervisor() as supervisor:
        supervisor.start(broken)
        with pytest.raises(SetUpError, match=r"(?s)broken ended .*exit code 4.*no such table"):
            supervisor.wait_ready([broken])


def test_one_that_never_answers_is_told_with_its_last_words(fake: Fake) -> None:
    silent = fake("silent", "print('still thinking')\n" + FOREVER, ready=False)
    with Supervisor() as supervisor:
        supervisor.start(silent)
        with pytest.raises(SetUpError, match=r"(?s)silent did not answer.*still thinking"):
            supervisor.wait_ready([silent])
    assert silent.ended() == -signal.SIGTERM


def test_a_crashed_one_is_reported_and_started_again(fake: Fake, said: list[str]) -> None:
    with Supervisor(said.append, longest_pause=0) as supervisor:
        service = fake("worker", FOREVER)
        supervisor.start(service)
        supervisor.wait_ready([service])
        first = service.pid
        assert first
        os.kill(first, signal.SIGKILL)

        def again() -> bool:
            supervisor.look_once()
            return service.pid != first

        until(again)
        assert service.ended() is None
    assert "worker ended (SIGKILL)" in said[0]
    assert said[1] == "worker is running again."


def test_the_pause_before_a_restart_grows(fake: Fake, said: list[str]) -> None:
    with Supervisor(said.append) as supervisor:
        service = fake("worker", "sys.exit(1)")
        supervisor.start(service)
        for seconds in (1, 2, 4, 8, 16):
            until(lambda: service.ended() is not None)
            supervisor.look_once()
            assert said[-1].startswith(
                f"worker ended (exit code 1); starting it again in {seconds} s."
            )
            service.start()


def test_one_that_keeps_crashing_brings_everything_down(fake: Fake, said: list[str]) -> None:
    with Supervisor(said.append, longest_pause=0) as supervisor:
        service, bystander = fake("worker", "sys.exit('bad settings')"), fake("other", FOREVER)
        supervisor.start(service, bystander)
        with pytest.raises(SetUpError, match=r"(?s)worker keeps ending.*bad settings"):
            supervisor.watch(pause=0.01)
    assert bystander.ended() == -signal.SIGTERM
    assert sum(line.startswith("worker ended") for line in said) == 5


def test_programs_are_stopped_before_the_servers_they_use(fake: Fake, tmp_path: Path) -> None:
    note = (
        "def stop(*_):\n"
        f"    with open({str(tmp_path / 'order')!r}, 'a') as file: file.write(NAME + ' ')\n"
        "    sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, stop)\n"
    )
    services = [
        fake(name, FOREVER, first=f"NAME = {name!r}\n{note}")
        for name in ("postgres", "web", "valkey", "beat")
    ]
    with Supervisor() as supervisor:
        supervisor.start(*services)
        supervisor.wait_ready(services)
    order = (tmp_path / "order").read_text().split()
    assert set(order[:2]) == {"web", "beat"}
    assert set(order[2:]) == {"postgres", "valkey"}


def test_one_deaf_to_the_stop_is_ended_and_named(fake: Fake, said: list[str]) -> None:
    with Supervisor(said.append) as supervisor:
        ignore = "signal.signal(signal.SIGTERM, signal.SIG_IGN)"
        deaf = fake("deaf", FOREVER, first=ignore, stop_within=0.2)
        supervisor.start(deaf)
        supervisor.wait_ready([deaf])
    assert said == ["deaf did not stop in time and is ended."]
    until(lambda: deaf.ended() == -signal.SIGKILL)


def test_a_one_off_job_that_fails_is_told_with_its_last_words(tmp_path: Path) -> None:
    job = Command(
        argv=(sys.executable, "-c", "print('table is missing'); raise SystemExit(2)"),
        cwd=tmp_path,
        environment={},
        stop_signal=signal.SIGTERM,
    )
    with (
        Supervisor() as supervisor,
        pytest.raises(SetUpError, match=r"(?s)migrate failed \(exit code 2\).*table is missing"),
    ):
        supervisor.run(job, tmp_path / "job.log", "migrate")
