"""The mail as it was received: fetched once, kept, shown as 原文, and read again from its bytes.

The mirror reads `format=full`, in which Gmail has decoded everything; what it decoded wrongly is
lost there. Such mails (`MessageBody.needs_raw`) have their raw bytes fetched by the sync turn
(`fetch_due`) and are read from those. Everybody else's original is fetched when somebody asks.

It is kept compressed in the attachment store and not in the database: a mail may have 35 MB, and a
`bytea` passes through a worker in several whole copies, while a file passes in pieces. Only the
child of `mail.mime.bounded` ever holds one whole.
"""

from mail.raw.fetch import fetch_due
from mail.raw.read import read_as
from mail.raw.store import opened, spooled

__all__ = ["fetch_due", "opened", "read_as", "spooled"]
