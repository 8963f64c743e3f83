"""SYNC IN: the mirror of a Gmail account.

Gmail names mails (by listing them all once, then by its history); their ids are written down in
ToFetch; each is read in its present state and applied. The cursor of history moves in the same
transaction that writes the ids down, so that a worker may die anywhere. What history says has
happened is never believed: it repeats itself, comes out of order and leaves things out. It only
tells which mails to look at again. What it leaves out, or forgets, a comparison of the mirror with
Gmail's own lists finds: every night, after an expired history, and when somebody asks.

- `polling`     how often each mailbox is asked
- `turn`        one mailbox's turn, one at a time whatever calls it
- `listing`     the first listing of all ids
- `history`     what was touched since
- `reconcile`   Gmail's lists against ours
- `regular`     labels and senders, which history does not tell of
- `plan`        what to read, for the fewest units
- `fetch`       ToFetch -> Gmail
- `apply`       Gmail's message resources -> our rows: `arriving` mails and `renewing` ones
- `first_status`, `effects`   what new mail means for the handling
- `progress`    how far it is, and how long it will take
"""
