"""The whole product, started for real: what `make run` promises whatever happens to it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from scripts import leash
from tests.scripts.conftest import Marked
from tests.waiting import until

pytestmark = [pytest.mark.real, pytest.mark.xdist_group("make-run")]
FIRST_START, NEXT_START = 120.0, 60.0


class Product:
    """One installation in a folder that is deeper than a socket's path may be."""

    def __init__(self, marked: Marked, folder: Path, out: Path) -> None:
        self.marked = marked
        self.var = folder / ("deep" * 25) / "var"
        self.out = out
        with (
            socket.create_server(("127.0.0.1", 0)) as web,
            socket.create_server(("127.0.0.1", 0)) as sandbox,
        ):
            self.port = web.getsockname()[1]
            sandbox_port = sandbox.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        marked.environment |= {
            "CCC_VAR": str(self.var),
            "PORT": str(self.port),
            "SANDBOX_PORT": str(sandbox_port),
        }

    def start(self) -> subprocess.Popen[bytes]:
        with self.out.open("wb") as out:
            return self.marked.start(sys.executable, "-m", "scripts.run", stdout=out)

    def said(self) -> str:
        return self.out.read_text("utf-8")

    def started(self, within: float) -> tuple[subprocess.Popen[bytes], float]:
        """Start it and wait until it says so; the process and the seconds that it took."""
        began = time.monotonic()
        front = self.start()
        until(
            lambda: "Stop: Ctrl-C" in self.said() or front.poll() is not None,
            timeout=within,
            what="ready",
        )
        assert front.poll() is None, self.said()
        return front, time.monotonic() - began

    def answers(self) -> int:
        with urllib.request.urlopen(self.url + "/", timeout=10) as response:
            return int(response.status)

    def users(self) -> list[tuple[object, ...]]:
        sockets = Path((self.var / "run.dir").read_text("utf-8")) / "pg"
        with psycopg.connect(f"postgresql://ccc@/ccc?host={sockets}") as connection:
            return connection.execute(
                "SELECT id, username, password FROM permissions_user ORDER BY id"
            ).fetchall()


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    folder = tmp_path_factory.mktemp("run")
    marked = Marked()
    yield Product(marked, folder, folder / "out.txt")
    marked.kill_all()


def running(pids: set[int]) -> set[int]:
    return {pid for pid in pids if Path(f"/proc/{pid}").exists() and not _is_zombie(pid)}


def _is_zombie(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return True
    return state == "Z"


def test_it_starts_survives_a_kill_with_its_data_and_stops(product: Product) -> None:
    front, first = product.started(FIRST_START)
    assert product.answers() == 200
    assert f"{product.url}/" in product.said()
    assert re.search(r"tanaka +tanaka-demo", product.said())
    users = product.users()
    assert len(users) >= 4

    # A second one is told where the first is, and disturbs nothing.
    second = product.marked.start(sys.executable, "-m", "scripts.run")
    said, _ = second.communicate(timeout=20)
    assert second.returncode == 1
    assert f"already running here at {product.url}" in said.decode()
    assert product.answers() == 200

    # kill -9: workers' pools and the database's backends go too, within five seconds.
    everything = leash.descendants(front.pid)
    assert len(everything) > 12
    front.kill()
    front.wait()
    until(lambda: not running(everything), timeout=5, what="all are gone")
    product.marked.wait_gone(timeout=0)

    # The next start keeps all data, although nobody could tidy up.
    front, again = product.started(NEXT_START)
    print(f"first start {first:.1f} s, next start {again:.1f} s")
    assert again < first
    assert product.answers() == 200
    assert product.users() == users

    # Ctrl-C: everything stops by itself, and leaves no temporary directory.
    everything = leash.descendants(front.pid)
    run_dir = Path((product.var / "run.dir").read_text("utf-8"))
    os.killpg(front.pid, signal.SIGINT)
    assert front.wait(timeout=30) == 0, product.said()
    assert not running(everything)
    assert "did not stop in time" not in product.said()
    assert not run_dir.exists()
