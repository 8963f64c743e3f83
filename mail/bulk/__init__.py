"""Many mails at once (一括操作): each by the very verb that one mail is changed by.

A run is a row, and each of its mails another: what was asked for, what became of it, and what is
needed to take it back. A mail's change and its item's outcome are one transaction, so that a worker
killed at any point neither loses a mail nor changes it twice. Each mail has a transaction of its
own: nobody who works on one of them waits for the rest, and no two runs can block each other.

A list is walked before anything is changed, by the keys of its order: what is changed may leave the
list, and what arrives meanwhile is not meant.

- `verbs`     what is done to one mail, and how it is taken back
- `starting`  a run out of ticked mails, or of a whole list
- `running`   going on with it for a while, in the request that asked or in a worker
- `words`     the report
- `tasks`
"""

from mail.bulk.running import go_on
from mail.bulk.starting import start, start_all, start_undo, stop

__all__ = ["go_on", "start", "start_all", "start_undo", "stop"]
