"""A sending that ends while a page is being made: shown as waiting or as sent, never undone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mail import standing as looking
from mail.models import OutgoingState
from mail.standing import standing
from mail.views.composer import panel
from tests.mail.outbox.conftest import Office

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("after", ["_beside", "_own_drafts", "_latest"])
def test_what_was_sent_between_two_looks_is_no_draft_again(
    office: Office, monkeypatch: pytest.MonkeyPatch, after: str
) -> None:
    outgoing = office.reply()
    look: Callable[..., Any] = getattr(looking, after)

    def look_and_be_late(*asked: Any) -> Any:
        found = look(*asked)
        assert office.work(outgoing).state == OutgoingState.SENT
        return found

    monkeypatch.setattr(looking, after, look_and_be_late)
    shown = panel(office.agent, standing(office.message, office.agent))
    assert office.fresh(outgoing).state == OutgoingState.SENT
    assert shown["composer"] is None
    assert shown["begun"] is None
