"""Sending: exactly once, or visibly not.

`queued -> draft_ready -> sending -> sent | uncertain | failed`, one `Outgoing` row a mail. The rows
are the queue; Celery tasks only wake it, and a sweeper wakes what is due. Until drafts.send is
asked for, a mail can also be `held` for a person to decide, and `cancelled` by its author.

- `freeze`     checks a draft and makes the frozen copy, with our X-Outbox-Id header
- `submit`     hands a frozen copy in, within the transaction of 送信, and takes it back
- `gate`       what came in the conversation since the composer opened
- `claims`     one worker at a time has a row, by compare-and-set against the database's clock
- `delivery`   the steps of one mail through Gmail
- `evidence`   whether Gmail shows it as sent
- `orphans`    Gmail drafts of ours that nobody owns (a create whose answer was lost)
- `outcome`    what sent, failed and uncertain mean for draft, mail and lock
- `following`  下書き保存: the draft in Gmail follows the one here
- `adopting`   a draft that was begun in Gmail: which one it is there
- `replaced`   what was written over there is no second row here
- `noticing`   and what a person makes of it in Gmail is noticed here
- `crashpoints`, `timing`, `troubles`

Why it cannot send twice even if two workers ran at once: what is sent is a Gmail draft, and Gmail
consumes a draft by sending it. A second drafts.send of the same draft finds nothing. Another draft
of the same mail is made only while none has been marked as being sent, and a mail once marked goes
out again only while its very draft is still there, unchanged, five quiet minutes later.
"""
