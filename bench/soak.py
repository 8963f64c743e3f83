"""A mirrored mailbox while the world changes it, and Gmail tells of that as badly as it may.

Customers write and people work in Gmail itself: N random changes, while the workers follow. History
is doubled, reordered, empty and bare; now and then it expires. In dark spells records are left out
altogether; such a spell always ends with an expiry, because only a comparison can find what history
never told. In the end every mail and label must be what Gmail has, field by field.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from bench.mirror.gmail import Gmail
from bench.mirror.kinds import KINDS

if TYPE_CHECKING:
    from bench.setting import Setting

ACCOUNT = "soak@shop.example"


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--changes", type=int, default=1000, metavar="N")
    parser.add_argument("--messages", type=int, default=300, help="mails to begin with")
    parser.add_argument("--rate", type=float, default=10, help="changes a second, about")
    parser.add_argument("--expiries", type=int, default=6, help="how often history is lost")
    parser.add_argument("--faults", type=float, default=0, help="share of batch parts that fail")
    parser.add_argument("--kills", type=int, default=0, help="kill -9 of the mirror's workers")
    parser.add_argument("--latency", type=float, default=20, metavar="MS")
    parser.add_argument("--patience", type=float, default=300, metavar="SECONDS", help="at the end")
    parser.add_argument(
        "--only", nargs="+", choices=sorted(KINDS), metavar="KIND", help="of: %(choices)s"
    )
    parser.add_argument("--seed", type=int, default=1)


def run(options: argparse.Namespace, setting: Setting) -> dict[str, object]:
    gmail = Gmail(setting.sandbox("--no-validate"), ACCOUNT)
    gmail.fill(options.messages)
    setting.django()
    from bench.mirror.soaking import Soak  # needs the models

    return Soak(options, setting, gmail).run()
