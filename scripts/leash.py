"""Nothing that we start outlives us, whatever kills us.

Three layers, because `kill -9` gives no process a chance to tidy up:

1. `guarded(work)` forks. The *guardian* (the child) does the work and is the parent of every
   service; the *front* (the process that the caller started) only watches it. Both are child
   subreapers, so a descendant whose parent dies, even one that called setsid or forked twice,
   falls to one of the two. Kill the front: the guardian gets SIGTERM from the kernel and
   stops everything. Kill the guardian: the front inherits every orphan and kills them all.
2. `leashed()` gives each service PR_SET_PDEATHSIG, for the case that front and guardian die in
   the same instant (`kill -9 -PGID`). The kernel drops that setting when a process changes
   its user, hence it is set after privileges were dropped; and it fires when the *thread* that
   forked ends, hence services are only ever started from the main thread.
3. PDEATHSIG reaches direct children only. `python -m scripts.leash MODULE ARGS…` runs a module
   whose own forks (Celery's pool) get the same leash. PostgreSQL's backends watch their
   postmaster themselves.

Linux only, like the embedded servers. Standard library only: it runs before anything is
installed.
"""

from __future__ import annotations

import ctypes
import os
import runpy
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
# Loaded once and early: between fork and exec nothing may be imported.
_libc = ctypes.CDLL(None, use_errno=True)
_libc.prctl.argtypes = (ctypes.c_int, *(ctypes.c_ulong,) * 4)


class Stopped(BaseException):
    """SIGTERM or Ctrl-C arrived. Not an Exception, so that no handler of errors swallows it."""

    def __init__(self, signum: int) -> None:
        super().__init__(signum)
        self.signum = signum


def _prctl(option: int, value: int) -> None:
    if _libc.prctl(option, value, 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), "prctl")


_front: int | None = None


def in_guardian() -> bool:
    """Whether this process runs the work of `guarded`, and so inherits every orphan."""
    return _front is not None


def front_is_gone() -> bool:
    """In the guardian: the process that the caller started was killed, so be quick."""
    return _front is not None and os.getppid() != _front


def die_with_parent(parent: int, signum: int = signal.SIGKILL) -> None:
    """Ask the kernel for `signum` when `parent`, our parent process, ends."""
    _prctl(_PR_SET_PDEATHSIG, signum)
    if os.getppid() != parent:  # it died before we had asked
        os.kill(os.getpid(), signum)


def follow_make() -> None:
    """Started from a Makefile: stop when make is killed. The setting survives an exec.

    Not for any other parent: a shell that starts us in the background may end at once.
    """
    if "MAKELEVEL" in os.environ:
        die_with_parent(os.getppid(), signal.SIGTERM)


def leashed() -> Callable[[], None]:
    """A `preexec_fn` for subprocess.Popen (called in the child, after user and group changed)."""
    parent = os.getpid()

    def in_child() -> None:
        die_with_parent(parent)

    return in_child


def descendants(root: int | None = None) -> set[int]:
    """The ids of all running processes below `root` (default: below us), zombies left out."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            # pid (name) state ppid …; the name may hold anything, so read from its last ")".
            fields = Path("/proc", entry, "stat").read_text("utf-8", "replace").rpartition(")")[2]
        except OSError:
            continue  # it ended while we looked
        state, parent = fields.split()[:2]
        if state != "Z":
            children.setdefault(int(parent), []).append(int(entry))
    found: set[int] = set()
    pending = [os.getpid() if root is None else root]
    while pending:
        for pid in children.get(pending.pop(), ()):
            if pid not in found:
                found.add(pid)
                pending.append(pid)
    return found


def reap() -> None:
    """Collect the ended children that fell to us, so that they don't stay as zombies."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


def kill_descendants(within: float = 4.0) -> set[int]:
    """SIGKILL everything below us until nothing is left; returns what could not be killed."""
    deadline = time.monotonic() + within
    while left := descendants():
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        reap()
        if time.monotonic() > deadline:
            return left
        time.sleep(0.01)
    reap()
    return set()


def raise_stopped(*signals: signal.Signals) -> None:
    """From now on the first of these signals raises Stopped; further ones change nothing."""

    def stop(signum: int, _frame: FrameType | None) -> None:
        for each in signals:
            signal.signal(each, signal.SIG_IGN)
        raise Stopped(signum)

    for each in signals:
        signal.signal(each, stop)


def guarded(work: Callable[[], int]) -> int:
    """Run `work` in a guardian process and return its exit code; afterwards nothing is left.

    `work` sees Ctrl-C, SIGTERM, a closed terminal and the death of the front as `Stopped`.
    """
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    front = os.getpid()
    sys.stdout.flush()
    sys.stderr.flush()
    stops = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    # Blocked over the fork, so that a signal in that moment is neither lost nor fatal.
    signal.pthread_sigmask(signal.SIG_BLOCK, stops)
    guardian = os.fork()
    if guardian == 0:
        os._exit(_guardian(work, front, stops))

    parent = os.getppid()

    def forward(signum: int, _frame: FrameType | None) -> None:
        if "MAKELEVEL" in os.environ and os.getppid() != parent:
            os._exit(128 + signum)  # make was killed: no time for a clean stop, as for our own
        # Ctrl-C reaches the whole group by itself; a second copy is ignored there.
        os.kill(guardian, signum)

    for each in stops:
        signal.signal(each, forward)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, stops)
    _, status = os.waitpid(guardian, 0)  # resumed by Python after each signal (PEP 475)
    left = kill_descendants()
    if left:
        print(f"Could not end these processes: {sorted(left)}", file=sys.stderr)
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        print(f"The supervisor was killed ({signal.Signals(number).name}).", file=sys.stderr)
        return 128 + number
    return os.waitstatus_to_exitcode(status)


def _guardian(work: Callable[[], int], front: int, stops: tuple[signal.Signals, ...]) -> int:
    global _front
    _front = front
    code = 1
    try:
        _prctl(_PR_SET_CHILD_SUBREAPER, 1)
        raise_stopped(*stops)
        die_with_parent(front, signal.SIGTERM)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, stops)
        code = work()
    except Stopped as stopped:
        code = 128 + stopped.signum
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        if isinstance(ended.code, str):
            print(ended.code, file=sys.stderr)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        for each in stops:
            signal.signal(each, signal.SIG_IGN)
        kill_descendants()
        sys.stdout.flush()
        sys.stderr.flush()
    return code


def _leash_own_forks() -> None:
    mine = os.getpid()

    def in_child() -> None:
        nonlocal mine
        parent, mine = mine, os.getpid()
        die_with_parent(parent)

    os.register_at_fork(after_in_child=in_child)


if __name__ == "__main__":
    # python -m scripts.leash MODULE ARGS…
    _leash_own_forks()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
