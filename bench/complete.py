"""Completion: how long an address field waits for its suggestions, in a book of so many entries.

The book comes in as a CSV file by the way of every import (which is measured as well, and repeated:
a second one must change nothing), with a quarter as many past correspondents. Then agents type:
names, addresses, companies, two words, what nobody is called, sign by sign, each sign a request
over HTTP to the web process. The baseline asks the same of the same table by LIKE '%…%'.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.setting import Setting


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--entries", type=int, default=100_000, metavar="N")
    parser.add_argument("--typed", type=int, default=600, metavar="N", help="signs typed")


def run(options: argparse.Namespace, setting: Setting) -> dict[str, object]:
    setting.django()
    from bench.naming.measuring import measure  # needs the models

    return measure(options.entries, options.typed, setting)
