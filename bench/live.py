"""An office at work: how soon does everybody see what anybody does, and what does that cost?

AGENTS browsers hold a stream each on one web process; PAGES of them have the inbox open and do what
the page's script does (patch the row from the event, ask for those that it cannot patch at most
every two seconds, ask for the numbers of the navigation). The office makes RATE changes a second
through the product's actions: status, star, lock, comment, new mail. A hint's time is from the
beginning of the change to the event at the browser; a row's until the row shows it. Somebody opens
the list every second all the while.
"""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.setting import Setting


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--agents", type=int, default=200, metavar="N")
    parser.add_argument("--pages", type=int, default=50, metavar="M", help="of them with a list")
    parser.add_argument("--rate", type=float, default=20, metavar="R", help="changes a second")
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)


def run(options: argparse.Namespace, setting: Setting) -> dict[str, object]:
    # Tells our own connections from the web process's.
    os.environ["PGAPPNAME"] = "bench"
    setting.django()
    from bench.office.measure import measure  # needs the models

    return measure(options, setting)
