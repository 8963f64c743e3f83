"""A fact about Gmail: what is expected, who relies on it, and the look that decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from callcenter.gmail.auth import AuthError
from callcenter.gmail.errors import GmailError

if TYPE_CHECKING:
    from mail.gmailfacts.trial import Trial


class Verdict(Enum):
    """`UNDECIDED`: the account has nothing that would show it. `UNASKED`: Gmail gave no answer."""

    HOLDS = "holds"
    DIFFERS = "DIFFERS"
    UNDECIDED = "undecided"
    UNASKED = "not asked"


class Need(Enum):
    """What a check takes, beyond reading."""

    NOTHING = ""
    WRITE = "--write"
    SPEND = "--spend"


@dataclass(frozen=True, slots=True)
class Finding:
    """What Gmail showed, and what that means."""

    verdict: Verdict
    seen: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that the code relies on. `relied` names the code."""

    name: str
    expected: str
    relied: str
    need: Need
    look: Callable[[Trial], Finding]


FACTS: dict[str, Fact] = {}


def fact(
    name: str, *, expected: str, relied: str, need: Need = Need.NOTHING
) -> Callable[[Callable[[Trial], Finding]], Callable[[Trial], Finding]]:
    """Register a check under its name."""

    def register(look: Callable[[Trial], Finding]) -> Callable[[Trial], Finding]:
        FACTS[name] = Fact(name, expected, relied, need, look)
        return look

    return register


def holds(seen: str) -> Finding:
    return Finding(Verdict.HOLDS, seen)


def differs(seen: str) -> Finding:
    return Finding(Verdict.DIFFERS, seen)


def undecided(seen: str) -> Finding:
    return Finding(Verdict.UNDECIDED, seen)


def verdict_of(as_expected: bool, seen: str) -> Finding:
    return holds(seen) if as_expected else differs(seen)


def check(one: Fact, trial: Trial) -> Finding:
    """Ask Gmail. An error that is not part of the question is no answer to it."""
    try:
        return one.look(trial)
    except (GmailError, AuthError) as error:
        return Finding(Verdict.UNASKED, f"Gmail gave no answer: {error}")
