"""Everything one running sandbox holds; handed to every module instead of globals."""

from __future__ import annotations

import random
import secrets
from dataclasses import dataclass
from pathlib import Path

from sandbox.calls import CallLog
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.payload import PayloadCache
from sandbox.quota import Quota
from sandbox.store import Store


@dataclass(frozen=True, slots=True)
class Token:
    """An access token that was looked up."""

    account: str
    client_id: str
    scopes: frozenset[str]
    expires_at: float


class World:
    def __init__(self, path: Path | None = None, *, validate: bool = True) -> None:
        self.store = Store(path)
        self.clock = Clock()
        self.faults = Faults()
        self.quota = Quota()
        self.log = CallLog()
        self.payloads = PayloadCache()
        # Access tokens seen lately; emptied whenever one is ended before its time.
        self.tokens: dict[str, Token] = {}
        self.validate = validate
        # Ids need not repeat between runs; faults do (they have a seeded generator of their own).
        self.random = random.Random()
        self.secret = self._secret()

    def _secret(self) -> bytes:
        """Signs attachment ids and page tokens; kept, so that both outlive a restart."""
        found = self.store.value("SELECT value FROM settings WHERE name = 'secret'")
        if found is None:
            found = secrets.token_hex(32)
            self.store.execute("INSERT INTO settings VALUES ('secret', ?)", (found,))
        return bytes.fromhex(found)

    def reset(self) -> None:
        """Back to nothing: no accounts, clients, faults, calls; the clock is real again."""
        self.store.clear()
        self.secret = self._secret()
        self.clock = Clock()
        self.faults.reset()
        self.quota.clear()
        self.log.clear()
        self.payloads.clear()
        self.tokens.clear()

    def new_id(self) -> int:
        """A message id as Gmail makes them: the time in its upper bits, noise in the lower."""
        while True:
            candidate = (self.clock.ms() << 20) | self.random.getrandbits(20)
            if self.store.one("SELECT 1 FROM messages WHERE id = ?", (candidate,)) is None:
                return candidate
