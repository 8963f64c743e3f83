"""`make test` itself: what it runs, what it counts, and when it fails."""

from __future__ import annotations

import os
import sys
from collections import Counter
from pathlib import Path

import pytest

from scripts import check, system
from scripts.check import Step
from scripts.embedded import SetUpError

PY = sys.executable


def test_quick_checks_show_the_words_of_those_that_fail(capfd: pytest.CaptureFixture[str]) -> None:
    good = Step("good", (PY, "-c", "print('all is well')"))
    bad = Step("bad", (PY, "-c", "print('line 7 is wrong'); raise SystemExit(1)"))
    told = Step(
        "told", (PY, "-c", "import os; raise SystemExit(os.environ['A'] + os.environ['B'])")
    )
    told.environment = {"B": "step"}
    check.run_quick([good, bad, told], {"A": "all "})
    assert (good.passed, bad.passed, told.passed) == (True, False, False)
    said = capfd.readouterr().out
    assert "line 7 is wrong" in said
    assert "all step" in said
    assert "all is well" not in said


def test_every_check_that_the_house_promises_is_there() -> None:
    commands = [" ".join(step.command) for step in check.quick_checks()]
    for part in (
        "mypy .",
        "ruff check .",
        "ruff format --check .",
        "lint-imports",
        "makemigrations --check",
        "check --deploy --fail-level WARNING",
        "scripts.messages check",
    ):
        assert any(part in command for command in commands), part


def write(folder: Path, *tests: str) -> Step:
    file = folder / "test_written.py"
    file.write_text("import pytest\n" + "\n".join(tests))
    (folder / "pytest.ini").write_text("[pytest]\n")
    options = ("-p", "no:django", "-p", "no:cacheprovider", "-q", f"--rootdir={folder}")
    return Step(
        "written", (PY, "-m", "pytest", "-c", str(folder / "pytest.ini"), *options, str(file))
    )


def test_figures_of_a_run_are_counted(tmp_path: Path) -> None:
    step = write(
        tmp_path,
        "def test_one(): pass",
        "def test_two(): pass",
        "@pytest.mark.skip(reason='x')\ndef test_three(): pass",
        "def test_four(): assert False",
        "@pytest.fixture\ndef broken(): raise OSError\ndef test_five(broken): pass",
    )
    counts: Counter[str] = Counter(passed=10)
    check.run_pytest(step, {}, counts, selected=False)
    assert step.passed is False
    assert counts == Counter(passed=12, skipped=1, failed=1, errors=1)
    assert step.note == "2 passed, 1 failed, 1 errors, 1 skipped"


@pytest.mark.parametrize("selected", [True, False])
def test_no_tests_at_all_pass_only_when_they_were_selected(tmp_path: Path, selected: bool) -> None:
    step = write(tmp_path)
    check.run_pytest(step, {}, Counter(), selected=selected)
    assert step.passed is selected


def test_the_summary_ends_with_the_sum_of_all_runs() -> None:
    steps = [
        Step("types", (), passed=True, seconds=12.34),
        Step("unit tests", (), passed=False, seconds=100, note="9 passed, 1 failed"),
        Step("on PostgreSQL 15", (), note="not installed"),
    ]
    lines = check.summary(steps, Counter(passed=9, failed=1), 112.3).splitlines()
    assert [line.split() for line in lines[1:4]] == [
        ["types", "passed", "12.3", "s"],
        ["unit", "tests", "FAILED", "100.0", "s", "9", "passed,", "1", "failed"],
        ["on", "PostgreSQL", "15", "not", "run", "0.0", "s", "not", "installed"],
    ]
    assert lines[-2:] == [
        "Not in order: unit tests",
        "===== 1 failed, 9 passed in 112.30s =====",
    ]


def test_a_missing_browser_is_told_in_one_line_to_who_may_not_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(system, "missing_packages", lambda: ["chromium", "fonts-noto-cjk"])
    monkeypatch.setattr("shutil.which", lambda _name: "/usr/bin/apt-get")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(SetUpError) as error:
        system.ensure_browser()
    line = "apt-get install -y --no-install-recommends chromium fonts-noto-cjk"
    assert f"sudo sh -c 'apt-get update && {line}'" in str(error.value)


def test_a_browser_of_ones_own_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", PY)
    assert system.find_chromium() == PY
    monkeypatch.setenv("CHROMIUM", "/no/such/browser")
    with pytest.raises(SetUpError, match="/no/such/browser"):
        system.find_chromium()


def test_fonts_are_found_by_their_files(tmp_path: Path) -> None:
    assert not system.has_japanese_fonts(tmp_path)
    (tmp_path / "opentype").mkdir()
    (tmp_path / "opentype" / "NotoSansCJK-Regular.ttc").touch()
    assert system.has_japanese_fonts(tmp_path)
