"""kill -9 of a process that is at work on the real tables, at a named point."""

from __future__ import annotations

import os
import signal
import threading
import traceback
from collections.abc import Callable

from django.db import connections


def killed(deed: Callable[[], object], *, at: str) -> bool:
    """Whether a process of its own, doing this, died of SIGKILL at the point.

    Forked, so that a run costs milliseconds; a fresh thread in it shares no connection with us.
    """
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        os.environ["CRASH_AT"] = at
        thread = threading.Thread(target=_tell_what_went_wrong, args=[deed])
        thread.start()
        thread.join()
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status) == -signal.SIGKILL


def _tell_what_went_wrong(deed: Callable[[], object]) -> None:
    try:
        deed()
    except BaseException:
        # Straight to the file: what the process has buffered dies with it.
        os.write(2, traceback.format_exc().encode())
        raise
