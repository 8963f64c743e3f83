"""The table of claims and tests."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import spec
from scripts.pytest_plugin import own_broker
from tests.scripts.conftest import ROOT

CLAIMS = {"S1": "a checklist", "M2a": "a form", "N1": "later: checks"}


def test_the_kept_list_of_ids_is_that_of_the_specification() -> None:
    folder = Path(os.environ.get("CCC_SHARED", ROOT.parent / "shared"))
    text = folder / "spec.md"
    if not text.exists():
        pytest.skip("the specification is not beside this repository")
    stated = [
        line[2:].split()[0]
        for line in text.read_text("utf-8").splitlines()
        if line.startswith("- ") and line[2:3].isupper() and line[3:4].isdigit()
    ]
    assert list(spec.read_ids()) == stated


def test_claims_come_with_their_tests_and_those_without_are_listed() -> None:
    assert spec.table({"S1": ["tests/a.py::one", "tests/a.py::two"]}, CLAIMS) == (
        "S1    a checklist\n"
        "        tests/a.py::one\n"
        "        tests/a.py::two\n"
        "\n"
        "1 of 2 claims have a test.\n"
        "Without one:\n"
        "  M2a   a form"
    )


def test_an_id_twice_or_without_gist_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "ids.txt"
    for wrong in ("S1 one\nS1 again\n", "S1\n"):
        file.write_text(wrong)
        with pytest.raises(ValueError, match="S1"):
            spec.read_ids(file)


@pytest.mark.parametrize(("mark", "code"), [("M12", 0), ("M99", 4)])
def test_a_mark_with_an_unknown_id_stops_the_run(tmp_path: Path, mark: str, code: int) -> None:
    (tmp_path / "test_marked.py").write_text(
        f"import pytest\n@pytest.mark.spec('S1', '{mark}')\ndef test_it(): pass\n"
    )
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = spec(ids): claims\n")
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "scripts.pytest_plugin", "-p", "no:django"),
            *("-p", "no:cacheprovider", "--spec", tmp_path / "table", "--rootdir", tmp_path),
            tmp_path,
        ],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == code, ran.stdout + ran.stderr
    if code:
        assert "not in spec-ids.txt: M99 (in test_marked.py::test_it)" in ran.stderr
    else:
        assert "        test_marked.py::test_it" in (tmp_path / "table").read_text("utf-8")


@pytest.mark.parametrize(
    ("worker", "url", "own"),
    [
        ("", "unix:///run/v.sock?db=0", "unix:///run/v.sock?db=0"),
        ("master", "unix:///run/v.sock?db=0", "unix:///run/v.sock?db=0"),
        ("gw0", "unix:///run/v.sock?db=0", "unix:///run/v.sock?db=1"),
        ("gw11", "unix:///run/v.sock?db=0", "unix:///run/v.sock?db=12"),
    ],
)
def test_test_processes_side_by_side_have_brokers_of_their_own(
    worker: str, url: str, own: str
) -> None:
    assert own_broker(worker, url) == own
