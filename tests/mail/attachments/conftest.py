"""A mirrored mailbox, as for the tests of the mirror itself."""

from tests.mail.sync.conftest import mirror

__all__ = ["mirror"]
