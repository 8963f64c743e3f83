"""Each benchmark of the mirror once, tiny: it ends, and what it must find zero is zero."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.__main__ import names, parse

ROOT = Path(__file__).resolve().parents[2]


def benchmark(*arguments: str) -> dict[str, Any]:
    """The figures: one JSON object, the last line."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PYTEST_") and name not in {"MAKELEVEL", "MAKEFLAGS", "MFLAGS"}
    }
    done = subprocess.run(
        [sys.executable, "-m", "bench", *arguments],
        cwd=ROOT,
        env=kept,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def test_every_benchmark_is_offered_with_its_options() -> None:
    assert {"arrival", "follow", "mime", "sandbox", "soak", "sync"} <= set(names())
    _, options = parse(["sync", "--messages", "7", "--kills", "2", "--prices", "current"])
    assert (options.messages, options.kills, options.prices) == (7, 2, "current")


@pytest.mark.real
@pytest.mark.xdist_group("benchmarks")
def test_a_first_synchronisation_through_faults_kills_and_quota() -> None:
    figures = benchmark(
        *("sync", "--messages", "120", "--latency", "10", "--faults", "0.02"),
        *("--kills", "1", "--kill-broker", "--kill-db", "--baseline", "--quota"),
    )
    assert figures["mails"] == 120
    assert (figures["missing"], figures["doubled"], figures["surplus"]) == (0, 0, 0)
    assert figures["differing"] == 0, figures["differences"]
    assert figures["kills"] == 1
    assert figures["cpu_s_per_1000"] > 0
    assert figures["db_cpu_s_per_1000"] > 0
    assert figures["peak_mib"] > 20
    # No way is cheaper than each conversation as cheap as can be.
    assert figures["units_per_mail"] >= figures["least_units_per_mail"] > 0
    assert figures["ratio_to_baseline"] > 0
    assert figures["share_of_allowed_units"] > 0
    assert "agent_p95_ms" in figures


@pytest.mark.real
@pytest.mark.xdist_group("benchmarks")
def test_a_soak_ends_with_an_equal_mirror() -> None:
    figures = benchmark(
        *("soak", "--changes", "40", "--messages", "30", "--expiries", "2", "--rate", "20"),
        *("--patience", "120"),
    )
    assert figures["changes"] == sum(figures["kinds"].values()) == 40
    assert figures["expiries"] == 2
    assert figures["reconciliations"] >= 1
    assert figures["differences"] == 0, figures["which"]


@pytest.mark.real
@pytest.mark.xdist_group("benchmarks")
def test_every_change_in_gmail_is_heard_on_an_open_page() -> None:
    figures = benchmark("follow", "--changes", "6", "--messages", "10", "--latency", "10")
    assert figures["heard"] == 6
    assert figures["never_heard"] == []
    assert 0 < figures["p50_ms"] <= figures["p95_ms"] <= figures["worst_ms"]
