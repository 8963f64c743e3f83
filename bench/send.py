"""Mail after mail is sent while its worker is killed, or Gmail fails; the ledger counts the copies.

A run is one reply: its worker is killed (SIGKILL) at one named point of the way, or Gmail does one
of the things that it may do, and then other workers go on with it, time being turned forward. Each
is done N times with our header kept, and N times with our header lost on the way (the Message-ID is
rewritten always). A run is doubled when the customer has two copies, and lost in silence when there
is none and the product does not say so: failed, held and uncertain do.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from bench.mirror.gmail import Gmail

if TYPE_CHECKING:
    from bench.setting import Setting


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--kills", type=int, default=3, metavar="N", help="at each point")


def run(options: argparse.Namespace, setting: Setting) -> dict[str, object]:
    gmail = Gmail(setting.sandbox("--no-validate"), "send@shop.example")
    setting.environment["GMAIL_UNITS_PER_MINUTE"] = "100000000"
    setting.django()
    from bench.sending.killing import measure  # needs the models

    return measure(options, gmail)
