"""What a journey needs but does not show: people, connected accounts, a look at the tables.

This is the test's end of a pipe to `tests.e2e.behind`, a process with the product's own database
(the one of this process belongs to pytest-django).
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from scripts import leash

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "correct-horse-battery"
_BEGIN = "import django; django.setup(); from tests.e2e import behind; behind.serve()"


class BackstageError(Exception):
    """A wish that was not carried out; the text is the other process's traceback."""


@dataclass
class Backstage:
    process: subprocess.Popen[str]
    log: IO[str]

    @classmethod
    def start(cls, environment: dict[str, str], log: Path) -> Backstage:
        out = log.open("w", encoding="utf-8")
        process = subprocess.Popen(
            [sys.executable, "-c", _BEGIN],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=out,
            text=True,
            preexec_fn=leash.leashed(),
        )
        return cls(process, out)

    def stop(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()  # the end of its loop
        self.process.wait(timeout=10)
        self.process.stdout.close()
        self.log.close()

    def _do(self, name: str, /, **told: Any) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"do": name, **told}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            self.log.flush()
            raise BackstageError(Path(self.log.name).read_text("utf-8"))
        answer = json.loads(line)
        if "error" in answer:
            raise BackstageError(answer["error"])
        return answer["found"]

    def migrate(self) -> None:
        self._do("migrate")

    def person(self, username: str, name: str, role: str, undo_seconds: int) -> None:
        """Somebody who can log in with PASSWORD."""
        told = {"name": name, "role": role, "undo_seconds": undo_seconds}
        self._do("person", username=username, password=PASSWORD, **told)

    def session(self, username: str) -> str:
        """The session of somebody who has logged in."""
        return str(self._do("session", username=username))

    def client(self, client_id: str, client_secret: str) -> None:
        """The installation's OAuth client."""
        self._do("client", client_id=client_id, client_secret=client_secret)

    def connect(
        self,
        address: str,
        tokens: dict[str, Any],
        people: list[str],
        *,
        open_days: int,
        also: Sequence[str] = (),
    ) -> None:
        """The account is connected, and these people see it; it may write from others `also`."""
        told = {"open_days": open_days, "also": list(also)}
        self._do("connect", address=address, tokens=tokens, people=people, **told)

    def give(self, address: str, people: list[str]) -> None:
        """These people see the account, too."""
        self._do("give", address=address, people=people)

    def retire_all(self) -> None:
        """No worker looks at any account any more."""
        self._do("retire_all")

    def trouble(self, address: str) -> str:
        """The code of what is wrong with the account, or an empty text."""
        return str(self._do("trouble", address=address))

    def names(self) -> list[str]:
        """What everybody is called."""
        found: list[str] = self._do("names")
        return found

    def mirrored(self, address: str) -> set[str]:
        """Gmail's ids of the mails that the mirror holds."""
        return set(self._do("mirrored", address=address))

    def holders(self, address: str, subject: str = "") -> list[str]:
        """The names of those who hold an edit lock on a mail of this account (and subject)."""
        found: list[str] = self._do("holders", address=address, subject=subject)
        return found

    def texts(self, username: str) -> list[str]:
        """What this person has written and not sent, the one saved last at the end."""
        found: list[str] = self._do("texts", username=username)
        return found

    def is_following(self, address: str) -> bool:
        """Whether the first synchronisation is over."""
        return bool(self._do("is_following", address=address))

    def quiet_time_passes(self, address: str) -> None:
        """For mail whose sending Gmail has not answered."""
        self._do("quiet_time_passes", address=address)
