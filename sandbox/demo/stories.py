"""What a story is: a matter that a customer writes about, and how the talk goes on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Turn:
    """One step of a talk: alternative texts, with `[a|b]` choices and `{slots}`.

    `short` are texts for people who type on an old mobile phone.  `files` are kinds that
    `attachments.make` knows; each is attached with the chance `likely`.
    """

    texts: tuple[str, ...]
    short: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    likely: float = 1.0


@dataclass(frozen=True, slots=True)
class Story:
    """A matter: turns alternate between customer and shop, beginning with the customer.

    `wants` is the kind that the product must have.  `voices` limits who writes so.  `share` says
    how often the matter comes up next to others.  `desk` is where it arrives: support, info, both.
    """

    key: str
    subjects: tuple[str, ...]
    labels: tuple[str, ...]
    turns: tuple[Turn, ...]
    wants: str = ""
    voices: frozenset[str] = frozenset({"polite", "plain", "casual", "elder", "short"})
    share: float = 1.0
    desk: str = "support"
    starred: float = 0.05
