"""What a change does to a mail's labels. Pure; labels are Gmail's label ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class LabelPatch:
    """Labels to add and to remove; no label is in both."""

    add: frozenset[str] = frozenset()
    remove: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if both := self.add & self.remove:
            raise ValueError(f"to add and to remove: {', '.join(sorted(both))}")

    def __bool__(self) -> bool:
        return bool(self.add or self.remove)

    @classmethod
    def of(cls, *, add: Iterable[str] = (), remove: Iterable[str] = ()) -> LabelPatch:
        return cls(frozenset(add), frozenset(remove))

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> LabelPatch:
        return cls.of(add=payload.get("add", ()), remove=payload.get("remove", ()))

    @property
    def payload(self) -> dict[str, list[str]]:
        return {"add": sorted(self.add), "remove": sorted(self.remove)}

    def then(self, later: LabelPatch) -> LabelPatch:
        """Both in one, this one first."""
        return LabelPatch(
            add=(self.add - later.remove) | later.add,
            remove=(self.remove - later.add) | later.remove,
        )

    def over(self, labels: Set[str]) -> frozenset[str]:
        """The labels that a mail with these has afterwards."""
        return frozenset((labels - self.remove) | self.add)
