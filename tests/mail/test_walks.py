"""Lists over several mailboxes: page by page and mail by mail the same as one sorted list."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from labels.models import Label
from mail import browse as browsing
from mail.actions.comment import add_comment
from mail.browse import Browse, Place
from mail.models import Folder, Message, MessageLabel, Status
from permissions.models import User
from tests.mail import cast

pytestmark = pytest.mark.django_db
PAGE = 7


class Office:
    """Three mailboxes of one agent, and a fourth that is not theirs."""

    def __init__(self, seed: int) -> None:
        dice = random.Random(seed)
        boxes = [cast.mailbox(f"{name}@shop.example") for name in ("a", "b", "c", "foreign")]
        self.agent = cast.person("agent", *boxes[:3], name="田中 健一")
        other = cast.person("other", *boxes, name="山田 花子")
        self.labels = {}
        for box in boxes:
            for name in ("INBOX", "STARRED", "配送"):
                kind = "user" if name == "配送" else "system"
                gmail_id = f"L{box.pk}" if kind == "user" else name
                self.labels[box.pk, name] = Label.objects.create(
                    mailbox=box, gmail_id=gmail_id, name=name, kind=kind
                )
        begin = datetime(2026, 11, 1, tzinfo=UTC)
        for _ in range(120):
            box = dice.choice(boxes)
            folder = dice.choices(list(Folder), (80, 10, 2, 4, 4))[0]
            mail = cast.mail(
                box,
                folder=folder,
                status=dice.choice(list(Status)) if folder == Folder.RECEIVED else None,
                assignee=dice.choice([None, self.agent, other]),
            )
            # Several at one and the same moment.
            mail.internal_date = begin + timedelta(minutes=dice.randint(0, 40))
            mail.save(update_fields=["internal_date"])
            for name in ("INBOX", "STARRED", "配送"):
                if dice.random() < 0.4:
                    MessageLabel.objects.create(
                        message=mail,
                        label=self.labels[box.pk, name],
                        internal_date=mail.internal_date,
                    )
            if dice.random() < 0.2:
                add_comment(mail, other, "@田中 健一 確認を")
        self.agent = User.objects.get(pk=self.agent.pk)

    def lists(self) -> list[dict[str, str]]:
        own = sorted(self.agent.mailbox_ids)
        keys = ("inbox", "open", "in_progress", "done", "mine", "mentioned", "starred", "sent")
        return [
            *({"category": key} for key in (*keys, "drafts", "spam", "trash", "all")),
            *({"category": key, "status": "open"} for key in ("inbox", "all")),
            *({"category": key, "status": "mine"} for key in ("inbox", "all", "starred")),
            *({"category": key, "mailbox": str(own[1])} for key in ("inbox", "all", "mine")),
            {"label": str(self.labels[own[0], "配送"].pk)},
            {"label": str(self.labels[own[0], "配送"].pk), "mailbox": str(own[1])},
        ]


@pytest.mark.spec("M5a", "M9")
@pytest.mark.parametrize("seed", [1, 2])
def test_pages_and_neighbours_are_those_of_one_sorted_list(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browsing, "PAGE", PAGE)
    office = Office(seed)
    agent = office.agent
    filled = 0
    for address in office.lists():
        browse = Browse.parse(agent, address)
        wanted = sorted(browse.messages(agent), key=lambda each: (each.internal_date, each.pk))
        wanted.reverse()
        assert all(each.mailbox_id in agent.mailbox_ids for each in wanted)
        assert browse.count(agent) == len(wanted), address
        filled += len(wanted) > PAGE
        forth: list[Message] = []
        pages = []
        here, older = address, True
        while older:
            rows, newer, older = Browse.parse(agent, here).page(agent)
            assert newer is bool(forth)
            pages.append(rows)
            forth += rows
            if rows:
                here = {**address, "before": str(Place.of(rows[-1]))}
        assert forth == wanted, address
        # And back again.
        for before, rows in pairwise(pages):
            here = {**address, "after": str(Place.of(rows[0]))}
            back, _, is_older = Browse.parse(agent, here).page(agent)
            assert (back, is_older) == (before, True)
        for place, mail in enumerate(wanted):
            newer_pk = wanted[place - 1].pk if place else None
            older_pk = wanted[place + 1].pk if place + 1 < len(wanted) else None
            assert browse.neighbours(agent, mail) == (newer_pk, older_pk), address
    assert filled > 8


def test_no_list_costs_more_questions_for_more_mailboxes() -> None:
    office = Office(4)
    for address in office.lists():
        browse = Browse.parse(office.agent, address)
        with CaptureQueriesContext(connection) as asked:
            browse.page(office.agent)
            browse.count(office.agent)
        assert len(asked) <= 3, address  # the labels, once


def test_who_has_no_mailbox_has_empty_lists() -> None:
    nobody = cast.person("nobody")
    mail = cast.mail(cast.mailbox())
    for key in ("inbox", "all", "mine", "sent"):
        browse = Browse.parse(nobody, {"category": key})
        assert browse.page(nobody) == ([], False, False)
        assert browse.count(nobody) == 0
        assert browse.neighbours(nobody, mail) == (None, None)
