"""Connection attempts on their way through Google's screens, kept in the session.

`state` names the attempt and is good for one answer; the PKCE verifier never leaves the server.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import asdict, dataclass

from django.contrib.sessions.backends.base import SessionBase

_KEY = "google_attempts"
_MINUTES = 30
_MOST = 5


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt; `expected` is the address to be reconnected, or empty.

    `open_days` is what was chosen for an account that is new here.
    """

    verifier: str
    expected: str
    begun: float
    open_days: int = 0


def begin(session: SessionBase, *, verifier: str, expected: str, open_days: int = 0) -> str:
    """Remember an attempt and return its `state`."""
    state = secrets.token_urlsafe(32)
    attempts = dict(session.get(_KEY, {}))
    while len(attempts) >= _MOST:
        attempts.pop(min(attempts, key=lambda key: float(attempts[key]["begun"])))
    attempts[state] = asdict(Attempt(verifier, expected, time.time(), open_days))
    session[_KEY] = attempts
    return state


def take(session: SessionBase, state: str) -> Attempt | None:
    """The attempt of this `state`, once; None when it is unknown, used or too old."""
    attempts = dict(session.get(_KEY, {}))
    found = attempts.pop(state, None)
    if found is None:
        return None
    session[_KEY] = attempts
    attempt = Attempt(**found)
    return attempt if time.time() - attempt.begun < _MINUTES * 60 else None
