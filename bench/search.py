"""Search: how long a first page takes, for queries of every kind, over realistic Japanese mail.

The corpus is made by `bench.letters`, kept as JSON lines in var/search/ for whoever wants the same,
and stored as the mirror stores mail. The index is built when most of it is there; then a thousand
mails more are stored, to measure what arriving costs. Each query is asked once cold (never asked
before in this database) and three times warm; the median of these is what the figures are made of.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from scripts.services import ROOT

if TYPE_CHECKING:
    from bench.setting import Setting


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--messages", type=int, default=20_000, metavar="N")
    parser.add_argument(
        "--before", type=int, nargs="+", default=[], metavar="N", help="smaller sizes on the way"
    )
    parser.add_argument(
        "--baseline", action="store_true", help="pg_trgm and notmuch too, where there are any"
    )
    parser.add_argument("--show", action="store_true", help="a line on each query")


def run(options: argparse.Namespace, setting: Setting) -> dict[str, object]:
    setting.django()
    from bench.finding.measuring import measure  # needs the models

    return measure(
        sorted({*options.before, options.messages}),
        ROOT / "var" / "search",
        baseline=options.baseline,
        show=options.show,
    )
