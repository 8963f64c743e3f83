"""`make test`: everything that must hold, in visible steps, with a table at the end.

The quick checks run two at a time, the tests after them: unit tests on two processes, the
journeys in Chromium one after the other, and on PostgreSQL 15, where it is installed, once more the
tests of the rooms that speak SQL of their own: Django's own statements are Django's to prove.
Arguments go to pytest (`make test ARGS="-k lock"`).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scripts import leash
from scripts.embedded import PG15_BIN, SetUpError
from scripts.other_parser import ensure_parser, missing_programs
from scripts.services import ROOT, run_with, throwaway
from scripts.system import ensure_browser

AT_ONCE = 2
NO_TESTS_COLLECTED = 5
PYTEST = (sys.executable, "-m", "pytest")
BIN = Path(sys.executable).parent

# Where statements are written by hand, or lean on what the server does (locks, COPY, snapshots).
OWN_SQL = (
    *("tests/activity", "tests/addressbook", "tests/crm", "tests/mailboxes"),
    *(f"tests/mail/{room}" for room in ("bulk", "live", "lock", "outbox", "search", "sync")),
)

# As a production would be set up; only what differs from the tests' own environment.
PRODUCTION = {"PUBLIC_URL": "https://mail.example.com", "DEBUG": "false", "DEMO": "false"}


@dataclass(slots=True)
class Step:
    """One line of the table."""

    name: str
    command: Sequence[str]
    environment: dict[str, str] = field(default_factory=dict)
    passed: bool | None = None
    """None: not run; `note` says why."""
    seconds: float = 0.0
    note: str = ""


def quick_checks() -> list[Step]:
    """What is checked without running the product, the longest first."""
    manage = (sys.executable, "manage.py")
    return [
        Step("types", (str(BIN / "mypy"), ".")),
        Step("lint", (str(BIN / "ruff"), "check", ".")),
        Step("format", (str(BIN / "ruff"), "format", "--check", ".")),
        Step("import contracts", (str(BIN / "lint-imports"), "--no-cache")),
        Step("migrations", (*manage, "makemigrations", "--check", "--dry-run")),
        Step(
            "deployment",
            (*manage, "check", "--deploy", "--fail-level", "WARNING"),
            PRODUCTION,
        ),
        Step("texts", (sys.executable, "-m", "scripts.messages", "check")),
    ]


def run_quick(steps: Sequence[Step], environment: dict[str, str]) -> None:
    """Run them, two at a time; the words of those that fail are shown."""
    waiting, running = list(steps), dict[subprocess.Popen[bytes], tuple[Step, float]]()
    outputs = tempfile.TemporaryDirectory()
    with outputs:
        while waiting or running:
            while waiting and len(running) < AT_ONCE:
                step = waiting.pop(0)
                with (Path(outputs.name) / step.name).open("wb") as out:
                    process = subprocess.Popen(
                        step.command,
                        cwd=ROOT,
                        env=os.environ | environment | step.environment,
                        stdout=out,
                        stderr=subprocess.STDOUT,
                        preexec_fn=leash.leashed(),
                    )
                running[process] = step, time.monotonic()
            for process in [one for one in running if one.poll() is not None]:
                step, started = running.pop(process)
                step.seconds = time.monotonic() - started
                step.passed = process.returncode == 0
                print(f"{step.name:<18} {_word(step)}", flush=True)
                if not step.passed:
                    print((Path(outputs.name) / step.name).read_text("utf-8", "replace"))
            time.sleep(0.05)


def run_pytest(
    step: Step, environment: dict[str, str], counts: Counter[str], *, selected: bool
) -> None:
    """Run it in the foreground and add its figures to `counts`.

    A selection of one's own may leave a step without tests; otherwise that is a failure.
    """
    print(f"\n───── {step.name} ─────", flush=True)
    started = time.monotonic()
    with tempfile.NamedTemporaryFile(suffix=".xml") as report:
        command = [*step.command, f"--junitxml={report.name}", "-o", "junit_logging=no"]
        code = run_with(command, environment | step.environment)
        step.seconds = time.monotonic() - started
        figures = read_figures(Path(report.name))
    counts.update(figures)
    step.note = ", ".join(f"{number} {what}" for what, number in figures.items() if number)
    step.passed = code == 0 or (code == NO_TESTS_COLLECTED and selected)


def read_figures(report: Path) -> Counter[str]:
    """passed, failed, errors and skipped of a JUnit report; nothing of one that is empty."""
    figures: Counter[str] = Counter()
    if report.stat().st_size:
        for suite in ET.parse(report).getroot().iter("testsuite"):  # noqa: S314 (our own file)
            failed, errors, skipped, total = (
                int(suite.get(name, "0")) for name in ("failures", "errors", "skipped", "tests")
            )
            figures += Counter(
                passed=total - failed - errors - skipped,
                failed=failed,
                errors=errors,
                skipped=skipped,
            )
    return figures


def _word(step: Step) -> str:
    word = {True: "passed", False: "FAILED", None: "not run"}[step.passed]
    return f"{word:<8}{step.seconds:7.1f} s   {step.note}"


def summary(steps: Sequence[Step], counts: Counter[str], seconds: float) -> str:
    lines = ["", *(f"{step.name:<18} {_word(step).rstrip()}" for step in steps), ""]
    figures = [f"{counts[what]} {what}" for what in ("failed", "errors", "passed", "skipped")]
    shown = [text for text in figures if not text.startswith("0 ")] or ["no tests ran"]
    broken = [step.name for step in steps if step.passed is False]
    if broken:
        lines.append(f"Not in order: {', '.join(broken)}")
    lines.append(f"===== {', '.join(shown)} in {seconds:.2f}s =====")
    return "\n".join(lines)


def work() -> int:
    started = time.monotonic()
    chromium = ensure_browser()
    if not missing_programs():  # else its tests say what is missing
        ensure_parser()
    more = sys.argv[1:]
    counts: Counter[str] = Counter()
    quick = quick_checks()
    unit = Step(
        "unit tests", (*PYTEST, "-q", "-n", "2", "--dist", "loadgroup", "-m", "not e2e", *more)
    )
    journeys = Step("journeys", (*PYTEST, "-q", "-m", "e2e", *more))
    pg15 = Step(
        "on PostgreSQL 15",
        (
            *(*PYTEST, "-q", "-n", "2", "--dist", "loadgroup", "-m", "db_bound and not e2e"),
            *(more or OWN_SQL),
        ),
    )
    with throwaway() as environment:
        environment["CHROMIUM"] = chromium
        run_quick(quick, environment)
        run_pytest(unit, environment, counts, selected=bool(more))
        run_pytest(journeys, environment, counts, selected=bool(more))
    if PG15_BIN.is_dir():
        with throwaway(pg_bin=PG15_BIN) as environment:
            run_pytest(pg15, environment, counts, selected=bool(more))
    else:
        pg15.note = f"{PG15_BIN} is not installed"
    steps = [*quick, unit, journeys, pg15]
    print(summary(steps, counts, time.monotonic() - started), flush=True)
    return int(any(step.passed is False for step in steps))


def main() -> int:
    def reporting() -> int:
        try:
            return work()
        except SetUpError as error:
            print(error, file=sys.stderr)
            return 1

    leash.follow_make()
    return leash.guarded(reporting)


if __name__ == "__main__":
    sys.exit(main())
