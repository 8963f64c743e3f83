"""Any order of taking, beating, sleeping, stealing, releasing and writing, against a small model.

The model knows only what the specification says: one holder at a time, a token that grows, writes
under a live token alone, and status and assignee from before that come back.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models.functions import Now
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from mail import editlock
from mail.models import EditLock, Message, Status
from permissions.models import User
from tests.mail import cast

WHO = st.integers(min_value=0, max_value=2)
_boxes = iter(range(1_000_000))


class LockMachine(RuleBasedStateMachine):
    """Three agents, one mail. `tokens` is what each agent's page believes it has."""

    @initialize(status=st.sampled_from([Status.OPEN, Status.DONE]), assigned=st.booleans())
    def set_up(self, status: Status, assigned: bool) -> None:
        number = next(_boxes)
        box = cast.mailbox(f"box{number}@shop.example")
        self.agents = [cast.person(f"agent{number}-{each}", box) for each in range(3)]
        assignee = self.agents[2] if assigned else None
        self.message = cast.mail(box, status=status, assignee=assignee)
        self.at_rest = (status, assignee.pk if assignee else None)
        self.tokens = [0, 0, 0]
        self.active = [True, True, True]
        self.holder: int | None = None
        self.alive = False
        self.highest = 0

    def holds(self, who: int) -> bool:
        return self.holder == who and self.alive and self.active[who]

    def somebody_else(self, who: int) -> bool:
        return self.holder is not None and self.holder != who and self.holds(self.holder)

    @rule(who=WHO)
    def take(self, who: int) -> None:
        if not self.active[who]:
            return  # a deactivated user gets no further than the log-in
        if self.somebody_else(who):
            with pytest.raises(editlock.LockHeld) as refused:
                editlock.acquire(self.message, self.agents[who])
            assert self.holder is not None
            assert refused.value.holder == self.agents[self.holder]
            return
        lock = editlock.acquire(self.message, self.agents[who])
        if self.holds(who):
            assert lock.token == self.highest
        else:
            assert lock.token > self.highest
        self.highest = self.tokens[who] = lock.token
        self.holder, self.alive = who, True

    @rule(who=WHO)
    def beat(self, who: int) -> None:
        if self.holds(who) and self.tokens[who] == self.highest:
            editlock.renew(self.message, self.agents[who], self.tokens[who])
        else:
            with pytest.raises(editlock.LockLost):
                editlock.renew(self.message, self.agents[who], self.tokens[who])

    @rule(who=WHO, back=st.integers(min_value=0, max_value=2))
    def write(self, who: int, back: int) -> None:
        token = self.tokens[who] - back
        allowed = self.holds(who) and token == self.highest
        with transaction.atomic():
            try:
                editlock.check(self.message, self.agents[who], token)
            except editlock.LockLost:
                assert not allowed
            else:
                assert allowed

    @rule(who=WHO)
    def release(self, who: int) -> None:
        if self.holds(who) and self.tokens[who] == self.highest:
            editlock.release(self.message, self.agents[who], self.tokens[who])
            self.holder, self.alive = None, False
        else:
            with pytest.raises(editlock.LockLost):
                editlock.release(self.message, self.agents[who], self.tokens[who])

    @precondition(lambda self: self.holder is not None)
    @rule()
    def sleep_past_the_lease(self) -> None:
        EditLock.objects.filter(message=self.message).update(
            expires_at=Now() - timedelta(seconds=1)
        )
        self.alive = False

    @rule()
    def sweep(self) -> None:
        editlock.expire_due()
        if self.holder is not None and not self.holds(self.holder):
            self.holder = None

    @rule(who=WHO)
    def steal(self, who: int) -> None:
        broken = editlock.break_lock(self.message, by=self.agents[who], reason="急ぎ")
        expected = self.holder if self.holder is not None and self.holds(self.holder) else None
        assert (broken.holder if broken else None) == (
            self.agents[expected] if expected is not None else None
        )
        self.holder, self.alive = None, False

    @rule(who=WHO, active=st.booleans())
    def deactivate(self, who: int, active: bool) -> None:
        User.objects.filter(pk=self.agents[who].pk).update(is_active=active)
        self.active[who] = active

    @invariant()
    def what_everybody_sees_is_true(self) -> None:
        seen = editlock.current(self.message)
        expected = self.holder if self.holder is not None and self.holds(self.holder) else None
        assert (seen.holder if seen else None) == (
            self.agents[expected] if expected is not None else None
        )
        row = Message.objects.get(pk=self.message.pk)
        if self.holder is None:
            assert (row.status, row.assignee_id) == self.at_rest
        elif seen is not None:
            assert (row.status, row.assignee_id) == (Status.IN_PROGRESS, seen.holder.pk)


@pytest.mark.django_db
@pytest.mark.spec("M24a", "M24b", "M26a", "M27")
def test_the_lock_keeps_its_rules_in_any_order() -> None:
    run_state_machine_as_test(
        LockMachine,
        settings=settings(
            max_examples=15,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
