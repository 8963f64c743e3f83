"""How long a lock lives without a sign of life (M27). Browsers beat three times a lease."""

from __future__ import annotations

from datetime import timedelta

from mail.models import LockMode

LEASE = timedelta(minutes=3)
# After the last tab said good-bye; a reload beats again before it is over. With the sweeper's round
# of five seconds it is over on everybody's screen within thirty.
LEFT_FOR = timedelta(seconds=25)
# 離席中, after 下書き保存.
AWAY_FOR = timedelta(minutes=60)
# The outbox ends this mode itself (M36); the time only satisfies the row's constraint.
SENDING_FOR = timedelta(days=3650)


def lease(mode: str) -> timedelta:
    return {LockMode.AWAY: AWAY_FOR, LockMode.SENDING: SENDING_FOR}.get(LockMode(mode), LEASE)
