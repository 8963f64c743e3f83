"""An account of the sandbox, its labels here and there, and workers that go when they are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.db.models.functions import Now

from labels import reading, settled
from labels.actions import edit
from labels.actions.edit import LabelFields
from labels.models import Label, LabelKind, LabelState
from mailboxes.changes import carrying
from mailboxes.models import Change, Mailbox
from permissions.models import User
from tests.mail import cast
from tests.mail.connected import ADDRESS, connect, point_at
from tests.sandbox_server import Sandbox

# Name, background, text.
Look = tuple[str, str, str]


@dataclass
class Office:
    """One mailbox, a leader who keeps its labels, and Gmail."""

    sandbox: Sandbox
    box: Mailbox
    leader: User

    def act(self, action: str, **more: Any) -> dict[str, Any]:
        """A person in Gmail itself."""
        return self.sandbox.admin.act(ADDRESS, action, **more)

    def there(self) -> set[Look]:
        """Gmail's labels, as a person sees them."""
        return {
            (label["name"], label["background"], label["text_color"])
            for label in self.sandbox.admin.state(ADDRESS)["labels"]
        }

    def here(self) -> set[Look]:
        """Ours, those on their way included."""
        shown = Label.objects.of_people().filter(mailbox=self.box)
        return set(shown.values_list("name", "background", "text_color"))

    def label(self, name: str) -> Label:
        return Label.objects.of_people().select_related("mailbox").get(mailbox=self.box, name=name)

    def make(self, name: str, background: str = "", text_color: str = "") -> Label:
        return edit.make(self.box, self.leader, LabelFields(name, background, text_color))

    def change(self, name: str, to: str, background: str = "", text_color: str = "") -> Label:
        label = self.label(name)
        fields = LabelFields(to, background, text_color)
        return edit.change(label, self.leader, fields, version=label.version)

    def delete(self, name: str, *, with_children: bool = False) -> int:
        return edit.delete(self.label(name), self.leader, with_children=with_children)

    def carry(self) -> None:
        """What is on its way goes to Gmail, as if all waiting were over."""
        open_still = Change.objects.filter(state__in=Change.OPEN_STATES)
        open_still.update(not_before=Now(), claimed_until=None)
        carrying.carry_out(self.box.pk)

    def work(self) -> None:
        """What the workers do when they are woken."""
        self.carry()
        settled.see_to_ended_changes()

    def read(self) -> None:
        reading.read_now(self.box.pk)

    def settle(self) -> None:
        self.work()
        self.read()

    def states(self) -> set[str]:
        ours = Label.objects.filter(mailbox=self.box, kind=LabelKind.USER)
        return set(ours.values_list("state", flat=True))

    @property
    def calls(self) -> dict[str, int]:
        found: dict[str, int] = self.sandbox.admin.log()["counts"]
        return found


@pytest.fixture
def office(sandbox: Sandbox, transactional_db: None, broker: Any, settings: Any) -> Office:
    point_at(sandbox, settings)
    box = connect(sandbox)
    return Office(sandbox, box, cast.person("suzuki", box, name="鈴木 一郎", role="leader"))


@pytest.fixture
def settled_office(office: Office) -> Office:
    """With 配送, 配送/遅延 and 請求, on both sides."""
    for name, colour in (("配送", "#4986e7"), ("配送/遅延", "#b6cff5"), ("請求", "#149e60")):
        office.act("create_label", name=name, background=colour, text_color="#000000")
    office.read()
    assert office.here() == office.there()
    assert office.states() == {LabelState.LIVE}
    return office
