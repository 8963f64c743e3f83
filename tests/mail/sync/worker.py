"""A process of its own that takes a mailbox's turns, to be killed: see test_mirror.

python -m tests.mail.sync.worker MAILBOX_ID
"""

from __future__ import annotations

import sys

import django


def main(mailbox_id: int) -> None:
    django.setup()
    from mail.sync.turn import take_turn

    while take_turn(mailbox_id):
        pass


if __name__ == "__main__":
    main(int(sys.argv[1]))
