"""Parsing: every file under a folder (or one file) through `mail.mime.parse`, one at a time.

Also `python -m bench.mime PATH`, which needs neither database nor broker. Each file is read
`--rounds` times and its best time counts, so that figures tell of the code and not of the disk.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mail.mime import parse

if TYPE_CHECKING:
    from bench.setting import Setting


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", type=Path, help="a mail, or a folder of mails (every file in it)")
    parser.add_argument("--rounds", type=int, default=5, metavar="N")


def run(options: argparse.Namespace, setting: Setting) -> dict[str, object]:
    return measure(options.path, options.rounds)


def measure(path: Path, rounds: int = 5) -> dict[str, object]:
    """The figures for all mails under `path`; times are wall-clock milliseconds of one parse."""
    found = path.rglob("*") if path.is_dir() else [path]
    files = sorted(file for file in found if file.is_file() and not file.name.startswith("."))
    print(f"parsing {len(files)} mails {rounds} times each", file=sys.stderr)
    times: list[float] = []
    crashes: list[str] = []
    notices = 0
    slowest = ("", 0.0)
    for file in files:
        raw = file.read_bytes()
        best = float("inf")
        try:
            for _ in range(rounds):
                start = time.perf_counter()
                parsed = parse(raw)
                best = min(best, time.perf_counter() - start)
        except Exception as error:  # a crash is what this benchmark is to find and count
            crashes.append(f"{file.name}: {error!r}")
            continue
        notices += len(parsed.notices)
        # The reader keeps a mail that it fails at, and says so: a crash all the same.
        crashes += [
            f"{file.name}: {n.detail}" for n in parsed.notices if n.code == "reading_failed"
        ]
        times.append(best * 1000)
        slowest = max(slowest, (file.name, best * 1000), key=lambda pair: pair[1])
    return {
        "files": len(files),
        "crashes": len(crashes),
        "crashed": crashes,
        "notices": notices,
        "median_ms": round(statistics.median(times), 3) if times else None,
        "worst_ms": round(slowest[1], 3),
        "worst_file": slowest[0],
    }


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.mime", description=__doc__)
    add_options(parser)
    options = parser.parse_args(arguments)
    figures = measure(options.path, options.rounds)
    print(json.dumps(figures, ensure_ascii=False))
    return 1 if figures["crashes"] or not figures["files"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
