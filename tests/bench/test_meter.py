"""CPU seconds are counted for whole families, and stay counted when these are killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bench.mirror.meter import Meter
from tests.waiting import until

# Burns CPU for a while, then says so and waits to be killed.
BURN = (
    "import time\nwhile time.process_time() < {0}: pass\nprint('done', flush=True)\ntime.sleep(60)"
)
PARENT = (
    "import subprocess, sys, time\n"
    "child = subprocess.Popen([sys.executable, '-c', {0!r}], stdout=subprocess.PIPE)\n"
    "child.stdout.readline()\n"
    "{1}\n"
    "print('done', flush=True)\n"
    "time.sleep(60)"
)


@contextmanager
def running(program: str) -> Iterator[subprocess.Popen[str]]:
    """The program once it has said that it is done with its work."""
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "done\n"
            yield process
        finally:
            os.killpg(process.pid, signal.SIGKILL)


def used(meter: Meter, enough: float) -> Callable[[], bool]:
    return lambda: meter.cpu_seconds(["worker"]) >= enough


def test_children_count_while_they_run_and_after_they_were_waited_for() -> None:
    for ending in ("", "child.kill(); child.wait()"):
        meter = Meter()
        with running(PARENT.format(BURN.format(0.3), ending)) as process:
            meter.watch("worker", process.pid)
            assert 0.28 <= meter.cpu_seconds(["worker"]) < 3
            assert meter.peak_rss_kib["worker"] > 2000


def test_what_was_used_stays_when_a_service_is_killed_and_starts_again() -> None:
    meter = Meter()
    with running(BURN.format(0.3)) as process:
        meter.watch("worker", process.pid)
        meter.look()
    with running(BURN.format(0.2)) as process:
        meter.watch("worker", process.pid)
        until(used(meter, 0.48), what="both were counted")


def test_what_was_used_before_the_beginning_is_left_out() -> None:
    meter = Meter()
    with running(BURN.format(0.3)) as process:
        meter.watch("worker", process.pid)
        meter.begin()
        assert meter.cpu_seconds(["worker"]) < 0.1
