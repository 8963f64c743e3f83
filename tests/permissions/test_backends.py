"""Who is behind a session: one question, and the same answer as asking for each thing."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from permissions.backends import OneQuestion
from permissions.models import User, UserGrant
from permissions.operations import Operation
from tests.mail import cast

pytestmark = pytest.mark.django_db


def test_one_question_answers_what_five_did() -> None:
    boxes = [cast.mailbox(), cast.mailbox("second@shop.example")]
    user = cast.person("tanaka", *boxes)
    cast.mailbox("others@shop.example")
    UserGrant.objects.create(user=user, operation=Operation.MAIL_FORCE, allowed=True)
    UserGrant.objects.create(user=user, operation=Operation.MAIL_REPLY, allowed=False)
    plain = User.objects.get(pk=user.pk)
    with CaptureQueriesContext(connection) as captured:
        found = OneQuestion().get_user(user.pk)
        assert found is not None
        assert found.role.key == "agent"
        assert found.may(Operation.MAIL_FORCE)
        assert not found.may(Operation.MAIL_REPLY)
        assert found.mailbox_ids == {box.pk for box in boxes}
    assert len(captured) == 1
    assert found.operations == plain.operations
    assert found.mailbox_ids == plain.mailbox_ids


@pytest.mark.parametrize("role", ["agent", "leader", "admin"])
def test_a_role_alone_and_no_mailbox(role: str) -> None:
    user = cast.person("someone", role=role)
    found = OneQuestion().get_user(user.pk)
    assert found is not None
    assert found.operations == User.objects.get(pk=user.pk).operations
    assert found.mailbox_ids == frozenset()


def test_nobody_comes_back_for_who_is_gone_or_not_active() -> None:
    user = cast.person("tanaka")
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert OneQuestion().get_user(user.pk) is None
    assert OneQuestion().get_user(user.pk + 1) is None
