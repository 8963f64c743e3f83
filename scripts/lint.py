"""`make lint`: mend what can be mended by itself, then the quick checks of `make test`."""

from __future__ import annotations

import subprocess
import sys

from scripts import leash
from scripts.check import BIN, quick_checks, run_quick
from scripts.services import ROOT, throwaway


def work() -> int:
    for command in (("check", "--fix", "--quiet"), ("format", "--quiet")):
        subprocess.run([BIN / "ruff", *command, "."], cwd=ROOT, check=False)
    steps = quick_checks()
    with throwaway() as environment:
        run_quick(steps, environment)
    return int(any(not step.passed for step in steps))


if __name__ == "__main__":
    leash.follow_make()
    sys.exit(leash.guarded(work))
