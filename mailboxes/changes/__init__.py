"""SYNC OUT for one-step changes: what people change here reaches Gmail, and is not undone there.

A room above writes its own rows and hands the command in, within one transaction:

    with transaction.atomic():
        … the mail's row is held and changed …
        hand_in(mailbox, ChangeKind.MODIFY, gmail_id, LabelPatch.of(add=["STARRED"]), actor=user)

The `Change` rows are the queue; Celery tasks only wake it, and a sweeper wakes what is due. Every
command may be given twice without harm, so that a worker killed at any point costs nothing but the
time until its claim ends. Commands for one target go out in order. A refusal for good is kept with
its reason and put before the room that handed it in (`needing_attention`).

Gmail shows a change only once it is carried out, and a reading of Gmail may have begun before. So
whoever stores what Gmail said lays over it what it cannot show yet (`not_yet_shown`), and reads the
mail once more when that is done: nothing flickers back, and nothing stays wrong.

The kinds `label.*` change labels themselves: what they ask for, and how a label is made once only
although Gmail takes no name of ours for it, stands in `labels`.

- `patch`     what a command does to a mail's labels
- `labels`    what a command does to a label itself
- `handing`   handing in, and folding into what has not been started
- `shown`     what a reading does not show yet, and who must look again
- `carrying`  the workers' side: claims, Gmail, outcomes
- `asking`    the calls themselves
- `tasks`, `timing`
"""

from mailboxes.changes.handing import hand_in, hand_in_label, hand_in_many
from mailboxes.changes.labels import LabelWish
from mailboxes.changes.patch import LabelPatch
from mailboxes.changes.shown import (
    attend,
    labels_not_yet_shown,
    needing_attention,
    not_yet_shown,
)
from mailboxes.models import ChangeKind

__all__ = [
    "ChangeKind",
    "LabelPatch",
    "LabelWish",
    "attend",
    "hand_in",
    "hand_in_label",
    "hand_in_many",
    "labels_not_yet_shown",
    "needing_attention",
    "not_yet_shown",
]
