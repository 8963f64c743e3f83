"""CPU seconds and memory of services with all their descendants, over kills and restarts.

Linux counts a process's own time, and adds to its parent's account what it used once it has ended
and was waited for; so the sum over all that run now, own and inherited, is what was ever used. A
service that is killed takes its account along: what it stood at is kept from the last look, which
is why whoever kills looks first.
"""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_LOOK_EVERY = 1.0
# Adding up shared pages is dear: once in so many looks.
_PSS_EVERY = 5


class Meter:
    """Looks once a second until it is stopped; looking takes time from what is measured."""

    def __init__(self) -> None:
        self._roots: dict[str, int] = {}
        self._now: Counter[str] = Counter()
        self._before: Counter[str] = Counter()
        self._begin: Counter[str] = Counter()
        self._looks = 0
        self.peak_rss_kib: dict[str, int] = {}
        """The largest single process of each service."""
        self.peak_pss_kib = 0
        self.peak_pss_all_kib = 0
        """All processes of all services together, pages that they share counted once."""
        self._quiet: frozenset[str] = frozenset()
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="meter", daemon=True)

    def __enter__(self) -> Meter:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def watch(self, name: str, pid: int, *, ours: bool = True) -> None:
        """From now on `name` is this process; what it was before stays on its account.

        `ours`: its memory counts.
        """
        with self._lock:
            self._before[name] += self._now[name]
            self._now[name] = 0
            self._roots[name] = pid
            if not ours:
                self._quiet |= {name}

    def begin(self) -> None:
        """Count from here: what starting cost is left out."""
        self.look()
        with self._lock:
            self._begin = self._before + self._now

    def look(self) -> None:
        with self._lock:
            children = _children()
            self._looks += 1
            with_pss = self._looks % _PSS_EVERY == 0
            pss_all = 0
            for name, root in self._roots.items():
                family = list(_family(root, children))
                used = sum(_ticks(pid) for pid in family)
                # Less than before: one fell out of the family without being waited for.
                self._before[name] += max(0, self._now[name] - used)
                self._now[name] = used
                if name in self._quiet:
                    continue
                largest = max((_status(pid, "VmHWM:") for pid in family), default=0)
                self.peak_rss_kib[name] = max(largest, self.peak_rss_kib.get(name, 0))
                if with_pss:
                    each = [_pss(pid) for pid in family]
                    pss_all += sum(each)
                    self.peak_pss_kib = max(self.peak_pss_kib, *each, 0)
            self.peak_pss_all_kib = max(self.peak_pss_all_kib, pss_all)

    def cpu_seconds(self, names: Iterable[str]) -> float:
        self.look()
        with self._lock:
            ticks = sum(self._before[n] + self._now[n] - self._begin[n] for n in names)
        return float(ticks) / _TICKS

    def _run(self) -> None:
        while not self._stopped.wait(_LOOK_EVERY):
            self.look()


def _children() -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (fields := _stat(int(entry))):
            found.setdefault(int(fields[1]), []).append(int(entry))
    return found


def _family(root: int, children: dict[int, list[int]]) -> Iterable[int]:
    pending = [root]
    while pending:
        pid = pending.pop()
        yield pid
        pending += children.get(pid, ())


def _stat(pid: int) -> list[str]:
    """The fields behind the name, which may hold anything: state, parent …"""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return []  # it ended while we looked


def _ticks(pid: int) -> int:
    """User and system time, its own and that of its ended children (utime stime cutime cstime)."""
    return sum(map(int, _stat(pid)[11:15]))


def _status(pid: int, name: str, file: str = "status") -> int:
    """A line of /proc in KiB; 0 when the process is gone or has no memory any more."""
    try:
        for line in Path(f"/proc/{pid}/{file}").read_text("ascii", "replace").splitlines():
            if line.startswith(name):
                return int(line.split()[1])
    except OSError:
        return 0
    return 0


def _pss(pid: int) -> int:
    return _status(pid, "Pss:", "smaps_rollup")
