"""A process of its own that plays the web's or a worker's part, to be killed: see test_kill.

python -m tests.mail.outbox.worker deliver OUTGOING_ID
python -m tests.mail.outbox.worker send DRAFT_ID USER_ID TOKEN VERSION
"""

from __future__ import annotations

import sys

import django


def main(what: str, *numbers: str) -> None:
    django.setup()
    from mail.actions.send import send
    from mail.models import Draft
    from mail.outbox import delivery
    from permissions.models import User

    if what == "deliver":
        delivery.deliver(int(numbers[0]))
    else:
        draft, user, token, version = (int(number) for number in numbers)
        send(
            Draft.objects.select_related("mailbox", "answers__conversation").get(pk=draft),
            User.objects.get(pk=user),
            token=token,
            version=version,
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
