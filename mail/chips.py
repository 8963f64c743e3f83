"""What is active in a search, part by part, each with the address of the same list without it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.urls import reverse

from mail.browse import Browse
from mail.categories import BY_KEY
from mail.search import format_tree, telling
from mail.search.nodes import And, Everything, conjunction

# A query of more parts is read in the box.
_MOST = 12


@dataclass(frozen=True, slots=True)
class Chip:
    title: str
    without_url: str


def chips(browse: Browse) -> list[Chip]:
    """The list's scope, and each thing that the words ask of every hit."""
    base = reverse("mail:list")
    first = replace(browse, before=None, after=None, first=1)
    found = []
    if browse.label is not None:
        found.append((browse.label.name, replace(first, label=None, category=BY_KEY["all"])))
    elif browse.category.key != "all":
        found.append((str(browse.category.name), replace(first, category=BY_KEY["all"])))
    if browse.mailbox is not None:
        found.append((browse.mailbox.address, replace(first, mailbox=None)))
    tree = browse.search.tree
    parts = tree.members if isinstance(tree, And) else (tree,)
    for place, part in enumerate(parts[:_MOST]):
        if isinstance(part, Everything):
            continue
        rest = format_tree(conjunction([*parts[:place], *parts[place + 1 :]]))
        found.append((telling.told(part), replace(first, words=rest)))
    return [Chip(title, f"{base}?{other.query}") for title, other in found]
