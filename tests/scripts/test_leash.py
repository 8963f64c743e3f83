"""Whatever is killed, nothing that was started stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import leash
from tests.scripts.conftest import Marked
from tests.waiting import until

# A service that deserves its supervisor: deaf to SIGTERM, with a child that left the session and
# a grandchild that was forked twice, like a daemon.
STUBBORN = """
import os, signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
signal.signal(signal.SIGINT, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        if os.fork() != 0:
            os._exit(0)
print("up", flush=True)
while True:
    signal.pause()
"""
PROCESSES = 3

GUARDED = f"""
import signal, subprocess, sys
from scripts import leash
def work():
    subprocess.Popen([sys.executable, "-c", {STUBBORN!r}],
                     start_new_session=True, preexec_fn=leash.leashed())
    while True:
        signal.pause()
sys.exit(leash.guarded(work))
"""

# The same without leaving the session or being forked twice, as Celery's pool does.
POOL = """
import os, signal
if os.fork() == 0:
    os.fork()
while True:
    signal.pause()
"""


@pytest.fixture
def guarded(marked: Marked) -> subprocess.Popen[bytes]:
    """A front with guardian and stubborn services, all up."""
    front = marked.start_python(GUARDED)
    until(lambda: len(marked.pids()) == 2 + PROCESSES, what="all are up")
    return front


def guardian_of(front: int) -> int:
    (child,) = (pid for pid in leash.descendants(front) if _parent(pid) == front)
    return child


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def test_killing_the_front_takes_everything(
    marked: Marked, guarded: subprocess.Popen[bytes]
) -> None:
    guarded.kill()
    guarded.wait()
    marked.wait_gone()


def test_killing_the_guardian_takes_everything(
    marked: Marked, guarded: subprocess.Popen[bytes]
) -> None:
    os.kill(guardian_of(guarded.pid), signal.SIGKILL)
    said, _ = guarded.communicate(timeout=5)
    assert guarded.returncode == 128 + signal.SIGKILL
    assert b"SIGKILL" in said
    marked.wait_gone()


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_takes_everything(
    marked: Marked, guarded: subprocess.Popen[bytes], signum: signal.Signals
) -> None:
    os.kill(guarded.pid, signum)
    assert guarded.wait(timeout=5) == 128 + signum
    marked.wait_gone()


def test_ctrl_c_that_reaches_the_whole_group_is_one_stop(
    marked: Marked, guarded: subprocess.Popen[bytes]
) -> None:
    os.killpg(guarded.pid, signal.SIGINT)
    said, _ = guarded.communicate(timeout=5)
    assert guarded.returncode == 128 + signal.SIGINT
    assert b"Traceback" not in said
    marked.wait_gone()


def test_killing_make_takes_everything(marked: Marked, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import sys\nsys.path.insert(0, '.')\n"
        "from scripts import leash\nleash.follow_make()\n" + GUARDED
    )
    makefile = tmp_path / "Makefile"
    makefile.write_text(f"run:\n\t@exec {sys.executable} {program}\n")
    make = marked.start("make", "-f", str(makefile), "run")
    until(lambda: len(marked.pids()) == 3 + PROCESSES, what="all are up")
    make.kill()
    make.wait()
    marked.wait_gone()


def test_front_and_guardian_killed_at_once_leave_no_leashed_pool(
    marked: Marked, tmp_path: Path
) -> None:
    (tmp_path / "pool_like.py").write_text(POOL)
    marked.environment["PYTHONPATH"] = str(tmp_path)
    front = marked.start_python(
        "import signal, subprocess, sys\n"
        "from scripts import leash\n"
        "def work():\n"
        "    subprocess.Popen([sys.executable, '-m', 'scripts.leash', 'pool_like'],\n"
        "                     start_new_session=True, preexec_fn=leash.leashed())\n"
        "    while True:\n"
        "        signal.pause()\n"
        "sys.exit(leash.guarded(work))\n"
    )
    until(lambda: len(marked.pids()) == 2 + 3, what="all are up")
    os.killpg(front.pid, signal.SIGKILL)  # front and guardian share the group
    front.wait()
    marked.wait_gone()


@pytest.mark.parametrize(
    ("ending", "code"),
    [("return 0", 0), ("return 7", 7), ("raise SystemExit(3)", 3), ("1 / 0", 1)],
)
def test_the_exit_code_is_that_of_the_work(marked: Marked, ending: str, code: int) -> None:
    ended = marked.start_python(
        "import sys\nfrom scripts import leash\n"
        f"def work():\n    {ending}\nsys.exit(leash.guarded(work))"
    )
    assert ended.wait(timeout=10) == code


def test_what_the_work_leaves_running_is_ended(marked: Marked) -> None:
    ended = marked.start_python(
        "import subprocess, sys\nfrom scripts import leash\n"
        f"def work():\n    subprocess.Popen([sys.executable, '-c', {STUBBORN!r}],"
        " stdout=subprocess.PIPE).stdout.readline()\n    return 0\n"
        "sys.exit(leash.guarded(work))"
    )
    assert ended.wait(timeout=10) == 0
    marked.wait_gone(timeout=1)


def test_the_leash_holds_when_the_parent_is_gone_before_it_was_set(marked: Marked) -> None:
    """PDEATHSIG asked for too late would never come."""
    late = marked.start_python(
        "from scripts import leash\nleash.die_with_parent(1 << 22)\nprint('alive')"
    )
    said, _ = late.communicate(timeout=10)
    assert late.returncode == -signal.SIGKILL
    assert said == b""
