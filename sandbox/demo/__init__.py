"""Demo mail worth looking at: two months in the mailboxes of an invented shop.

`corpus.build` makes the mail that is there when the demo starts; `living.next_mail` makes what
customers write while it runs.  Everything is invented: people, addresses (only `.example` and the
reserved `example.*` domains), places, prices.  Nothing outside the standard library is imported.
"""
