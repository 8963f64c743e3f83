"""SYNC IN: the mirror of a Gmail account.

Gmail names mails (by listing them all once, then by its history); their ids are written down in
ToFetch; each is read in its present state and applied. The cursor of history moves in the same
transaction that writes the ids down, so that a worker may die anywhere. What history says has
happened is never believed: it repeats itself, comes out of order and leaves things out. It only
tells which mails to look at again.

- `turn`       one mailbox's turn, one at a time whatever calls it
- `listing`    the first listing of all ids, and the next one when history has expired
- `history`    what was touched since
- `fetch`      ToFetch -> Gmail -> `apply`
- `apply`      one Gmail message resource -> our rows
- `first_status`, `effects`   what new mail means for the handling
"""
