"""Beat, one at a time: a second one waits until the first is gone.

The guard is a lock of a database session, which ends with a killed process by itself. A lost
connection loses the lock as well, which is noticed within a second; what two beats start in that
second is done once, because rows are the queue.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from celery.beat import PersistentScheduler
from django.db import DatabaseError, connection

log = logging.getLogger(__name__)
_LOCK = (0xBEA7, 1)
_WAIT = 2.0  # seconds
# A scheduler ticks several times a second.
_LOOK_EVERY = 1.0


class SingleScheduler(PersistentScheduler):
    """Celery's scheduler, which only ticks while it holds the lock."""

    _looked = float("-inf")

    def tick(self, *args: Any, **kwargs: Any) -> float:
        if time.monotonic() - self._looked >= _LOOK_EVERY:
            if not self._holds_lock():
                return _WAIT
            self._looked = time.monotonic()
        return float(super().tick(*args, **kwargs))

    def _holds_lock(self) -> bool:
        """Whether this session has the lock; taking it again while holding it does no harm."""
        try:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted "
                    "AND classid = %s AND objid = %s AND pid = pg_backend_pid()",
                    _LOCK,
                )
                if cursor.fetchone()[0]:
                    return True
                cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", _LOCK)
                return bool(cursor.fetchone()[0])
        except DatabaseError:
            log.warning("Beat cannot reach the database; it waits", exc_info=True)
            connection.close()
            return False
