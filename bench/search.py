"""Search: how long a first page takes, for queries of every kind, over realistic Japanese mail.

The corpus is made by `bench.letters`, kept as JSON lines in var/search/ for whoever wants the same,
and stored as the mirror stores mail. The index is built when most of it is there; then a thousand
mails more are stored, to measure what arriving costs. Each query is asked once cold (never asked
before in this database) and three times warm; the median of these is what the figures are made of.

A million mails take an hour to store and to index: with --keep the database stays beside the
corpus, and the next run goes on where this one ended, or was ended.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.services import ROOT

if TYPE_CHECKING:
    from bench.setting import Setting


_FOLDER = ROOT / "var" / "search"


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--messages", type=int, default=20_000, metavar="N")
    parser.add_argument(
        "--before", type=int, nargs="+", default=[], metavar="N", help="smaller sizes on the way"
    )
    parser.add_argument(
        "--baseline", action="store_true", help="pg_trgm and notmuch too, where there are any"
    )
    parser.add_argument("--keep", action="store_true", help="keep the database for the next run")
    parser.add_argument("--show", action="store_true", help="a line on each query")


def kept(options: argparse.Namespace) -> Path | None:
    return _FOLDER / f"database-{options.messages}" if options.keep else None


def run(options: argparse.Namespace, setting: Setting) -> dict[str, object]:
    setting.django()
    from bench.finding.measuring import measure  # needs the models

    return measure(
        sorted({*options.before, options.messages}),
        _FOLDER,
        baseline=options.baseline,
        show=options.show,
    )
