"""Named points at which a process can be made to die, for the proof that none of them hurts.

A process started with CRASH_AT=after-send kills itself with SIGKILL, as the kernel would, when it
gets there; no clean-up of any kind runs. Without the variable a point is one look at a dictionary.
"""

from __future__ import annotations

import os
import signal

POINTS = (
    "before-submit-commit",
    "after-submit-commit",
    "after-claim",
    "before-draft-create",
    "after-draft-create",
    "before-draft-update",
    "after-draft-update",
    "draft-ready",
    "after-draft-check",
    "before-send",
    "after-send",
    "before-outcome-commit",
    "after-outcome",
)


def reach(name: str) -> None:
    """Die here if the environment says so."""
    if name not in POINTS:
        raise ValueError(f"no such crash point: {name}")
    if os.environ.get("CRASH_AT") == name:
        os.kill(os.getpid(), signal.SIGKILL)
