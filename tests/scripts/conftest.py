"""Programs under test run as processes of their own, and are found again by a mark."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

import pytest

from tests.waiting import until

ROOT = Path(__file__).resolve().parent.parent.parent


class Marked:
    """Processes that bear our mark in their environment, which every descendant inherits."""

    def __init__(self) -> None:
        self.mark = f"CCC_MARK={uuid.uuid4()}"
        name, value = self.mark.split("=")
        self.environment = {
            key: value
            for key, value in os.environ.items()
            if key not in {"MAKELEVEL", "MAKEFLAGS", "MFLAGS", "PORT", "SANDBOX", "PUBLIC_URL"}
        }
        self.environment[name] = value

    def start(
        self, *command: str, stdout: int | IO[bytes] = subprocess.PIPE
    ) -> subprocess.Popen[bytes]:
        """Start a command in a group of its own, so that Ctrl-C can be sent to it alone."""
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=self.environment,
            stdout=stdout,
            stderr=subprocess.STDOUT,
            process_group=0,
        )

    def start_python(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        return self.start(sys.executable, "-c", program, *arguments)

    def pids(self) -> set[int]:
        """The running ones; zombies have no environment."""
        mine = set()
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with suppress(OSError):
                    if self.mark.encode() in (entry / "environ").read_bytes().split(b"\0"):
                        mine.add(int(entry.name))
        return mine

    def wait_gone(self, timeout: float = 5.0) -> None:
        until(lambda: not self.pids(), timeout=timeout, what="no process is left")

    def kill_all(self) -> None:
        for pid in self.pids():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@pytest.fixture
def marked() -> Iterator[Marked]:
    processes = Marked()
    yield processes
    processes.kill_all()
