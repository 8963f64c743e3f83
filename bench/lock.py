"""N agents reach for one mail at the same moment, over 50 connections, again and again.

In each round exactly one of them holds the edit lock. Then it is broken and taken by another, and
everybody writes with the former token: nothing may be accepted. Once a round a process of its own
takes the lock, is stopped (SIGSTOP) until its lease is over and another has taken it, and goes on
(SIGCONT) with a write. The end of a lease is made by turning its row's time back.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.setting import Setting


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--contenders", type=int, default=1000, metavar="N")
    parser.add_argument("--rounds", type=int, default=20, metavar="R")
    parser.add_argument("--connections", type=int, default=50, metavar="C")


def run(options: argparse.Namespace, setting: Setting) -> dict[str, object]:
    setting.django()
    from bench.sending.contention import measure  # needs the models

    return measure(options)
