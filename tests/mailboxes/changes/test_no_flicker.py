"""Any interleaving of our changes, their execution, readings of Gmail and changes made there.

The mirror never shows an old value after our change was made, and ends equal to Gmail. Gmail is a
set of labels here, and the mirror another one that follows the protocol of `mailboxes.changes`;
the rows are real, and so is the clock. Steps are as small as processes can be interrupted between.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailboxes.changes import (
    ChangeKind,
    LabelPatch,
    attend,
    carrying,
    hand_in,
    needing_attention,
    not_yet_shown,
)
from mailboxes.models import Change, Mailbox
from permissions.models import User
from tests.mail import cast

MAIL = "m1"
LABELS = ("STARRED", "UNREAD")


def database_now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        now: datetime = cursor.fetchone()[0]
        return now


@dataclass
class World:
    box: Mailbox
    people: list[User]
    gmail: set[str] = field(default_factory=set)
    mirror: set[str] = field(default_factory=set)
    # History names the mail: it will be read.
    touched: bool = True
    read_at: datetime | None = None
    answer: frozenset[str] | None = None
    claimed: carrying.Claim | None = None
    executed: bool = False
    # What somebody wanted here, label by label, while nothing newer was done to it in Gmail.
    wanted: dict[str, bool] = field(default_factory=dict)
    # What the last execution left undone there by others since.
    overruled: set[str] = field(default_factory=set)

    def act(self, label: str, person: int) -> None:
        on = label not in self.mirror
        patch = LabelPatch.of(add=[label]) if on else LabelPatch.of(remove=[label])
        with transaction.atomic():
            self.mirror = set(patch.over(self.mirror))
            hand_in(self.box, ChangeKind.MODIFY, MAIL, patch, actor=self.people[person])
        self.wanted[label] = on
        self.overruled.discard(label)

    def begin_to_read(self) -> None:
        if self.read_at is None and self.touched:
            self.touched = False
            self.read_at = database_now()

    def gmail_answers(self) -> None:
        if self.read_at is not None and self.answer is None:
            self.answer = frozenset(self.gmail)

    def store(self) -> None:
        if self.read_at is None or self.answer is None:
            return
        with transaction.atomic():
            patches = not_yet_shown(self.box, [MAIL], read_at=self.read_at)
            self.mirror = set(patches.get(MAIL, LabelPatch()).over(self.answer))
        self.read_at = self.answer = None

    def claim(self) -> None:
        if self.claimed is None:
            self.claimed = carrying.claim(self.box.pk)
            self.executed = False

    def execute(self) -> None:
        if self.claimed is None or self.executed:
            return
        patch = LabelPatch.from_payload(self.claimed.rows[0].payload)
        after = set(patch.over(self.gmail))
        self.touched |= after != self.gmail
        self.gmail = after
        self.executed = True

    def write_down(self) -> None:
        if self.claimed is not None and self.executed:
            carrying._done(self.claimed)
            self.claimed = None

    def reader(self) -> None:
        if self.read_at is None:
            self.begin_to_read()
        elif self.answer is None:
            self.gmail_answers()
        else:
            self.store()

    def worker(self) -> None:
        if self.claimed is None:
            self.claim()
        elif not self.executed:
            self.execute()
        else:
            self.write_down()

    def read_again(self) -> None:
        for change in needing_attention():
            self.touched |= attend(change)

    def foreign(self, label: str) -> None:
        self.gmail ^= {label}
        self.touched = True
        pending = Change.objects.filter(state__in=Change.OPEN_STATES)
        mine = {self.claimed.rows[0].pk} if self.claimed and self.executed else set()
        ahead = [
            change
            for change in pending.exclude(pk__in=mine)
            if label in change.payload["add"] + change.payload["remove"]
        ]
        if not ahead:
            self.overruled.add(label)  # the last word is theirs

    def check(self) -> None:
        for label, on in self.wanted.items():
            if label not in self.overruled:
                assert (label in self.mirror) is on, f"{label} flickered"

    def settle(self) -> None:
        """Everything that is waiting happens."""
        for _ in range(40):
            if self.quiet():
                return
            self.claim()
            self.execute()
            self.write_down()
            self.read_again()
            self.begin_to_read()
            self.gmail_answers()
            self.store()
            self.check()
        raise AssertionError("it never settles")

    def quiet(self) -> bool:
        idle = not self.touched and self.read_at is None and self.claimed is None
        waiting = Change.objects.filter(state__in=Change.OPEN_STATES).exists()
        return idle and not waiting and not needing_attention()


# Each of them goes one step on in its own round: drawn from so few, most examples mean something.
STEPS = st.one_of(
    st.tuples(st.just("act"), st.sampled_from(LABELS), st.integers(0, 1)),
    st.tuples(st.just("foreign"), st.sampled_from(LABELS)),
    st.tuples(st.just("reader")),
    st.tuples(st.just("worker")),
    st.tuples(st.just("read_again")),
)


@pytest.fixture
def cast_of_two(transactional_db: None, broker: object) -> tuple[Mailbox, list[User]]:
    box = cast.mailbox()
    return box, [cast.person("tanaka", box), cast.person("yamada", box)]


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEPS, max_size=30))
def test_the_mirror_never_shows_the_past_and_ends_equal_to_gmail(
    cast_of_two: tuple[Mailbox, list[User]], steps: list[tuple[object, ...]]
) -> None:
    Change.objects.all().delete()
    world = World(*cast_of_two)
    for name, *arguments in steps:
        getattr(world, str(name))(*arguments)
        world.check()
    world.settle()
    assert world.mirror == world.gmail
    assert not Change.objects.exclude(state="done").exists()
    assert not Change.objects.filter(attention=True).exists()


def test_without_the_second_reading_a_change_made_there_would_be_hidden(
    cast_of_two: tuple[Mailbox, list[User]],
) -> None:
    """The case that `attention` is for: they undo ours before its end is written down."""
    world = World(*cast_of_two, touched=False)
    world.act("STARRED", 0)
    world.claim()
    world.execute()
    world.foreign("STARRED")
    world.begin_to_read()
    world.gmail_answers()
    world.store()
    assert world.mirror == {"STARRED"}
    assert world.gmail == set()
    world.write_down()
    assert not world.touched
    world.settle()
    assert world.mirror == set()
