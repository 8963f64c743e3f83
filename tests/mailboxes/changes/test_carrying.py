"""From the row to Gmail: what is asked for, in which order, and what comes of a refusal."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from mailboxes.changes import ChangeKind, LabelPatch, carrying, hand_in, needing_attention
from mailboxes.models import Change, Mailbox, MailboxState
from mailboxes.secrets import Secret
from tests.mail import cast
from tests.mail.connected import ADDRESS
from tests.mailboxes.changes.conftest import Gmail


def test_a_change_reaches_gmail_and_stays_written_down(gmail: Gmail) -> None:
    mail = gmail.deliver()
    change = gmail.hand_in(mail, add=("STARRED",), remove=("UNREAD",))
    assert "STARRED" not in gmail.labels(mail)
    assert gmail.work() is False
    assert gmail.labels(mail) == {"INBOX", "CATEGORY_PERSONAL", "STARRED"}
    done = gmail.fresh(change)
    assert (done.state, done.claimed_until, done.attention) == ("done", None, False)
    assert done.done_at is not None


def test_trash_and_restore_with_the_labels_it_had(gmail: Gmail) -> None:
    gmail.sandbox.admin.act(ADDRESS, "create_label", name="配送")
    mail = gmail.deliver(labels=["INBOX", "配送"])
    before = gmail.labels(mail)
    gmail.hand_in(mail, add=("TRASH",), remove=("INBOX",), kind=ChangeKind.TRASH)
    gmail.work()
    assert gmail.labels(mail) == (before | {"TRASH"}) - {"INBOX"}
    back = gmail.hand_in(mail, add=tuple(before), remove=("TRASH",), kind=ChangeKind.UNTRASH)
    gmail.work()
    assert gmail.labels(mail) == before
    assert gmail.fresh(back).state == "done"


def test_changes_of_one_mail_go_in_their_order_whoever_makes_them(gmail: Gmail) -> None:
    mail = gmail.deliver()
    other = cast.person("yamada", gmail.box)
    first = gmail.hand_in(mail, add=("STARRED",))
    second = gmail.hand_in(mail, remove=("STARRED",), actor=other)
    assert first.pk != second.pk
    claimed = carrying.claim(gmail.box.pk)
    assert claimed is not None
    assert [row.pk for row in claimed.rows] == [first.pk]
    # Another worker finds nothing: the second waits for the first, which is in other hands.
    assert carrying.claim(gmail.box.pk) is None
    gmail.let_pass()
    gmail.work()
    assert "STARRED" not in gmail.labels(mail)
    assert gmail.calls("messages.modify") == 2


def test_what_was_not_started_is_folded_into_one_call(gmail: Gmail) -> None:
    mail = gmail.deliver()
    first = gmail.hand_in(mail, add=("STARRED",))
    again = gmail.hand_in(mail, add=("UNREAD",), remove=("STARRED",))
    assert first.pk == again.pk
    assert again.payload == {"add": ["UNREAD"], "remove": ["STARRED"]}
    gmail.work()
    assert gmail.calls("messages.modify") == 1


def test_what_has_been_started_takes_nothing_in(gmail: Gmail) -> None:
    mail = gmail.deliver()
    first = gmail.hand_in(mail, add=("STARRED",))
    assert carrying.claim(gmail.box.pk) is not None
    assert gmail.hand_in(mail, remove=("STARRED",)).pk != first.pk


def test_a_change_is_handed_in_with_what_it_changes(gmail: Gmail) -> None:
    with pytest.raises(transaction.TransactionManagementError):
        hand_in(gmail.box, ChangeKind.MODIFY, "m", LabelPatch.of(add=["STARRED"]), actor=None)


def test_many_alike_go_together_where_that_is_cheaper(gmail: Gmail) -> None:
    mails = [gmail.deliver(number) for number in range(1, 13)]
    for mail in mails[:10]:
        gmail.hand_in(mail, add=("STARRED",))
    gmail.work()
    assert (gmail.calls("messages.modify"), gmail.calls("messages.batchModify")) == (10, 0)
    for mail in mails[:11]:
        gmail.hand_in(mail, add=("UNREAD",), remove=("STARRED",))
    gmail.hand_in(mails[11], add=("STARRED",))
    gmail.work()
    assert (gmail.calls("messages.modify"), gmail.calls("messages.batchModify")) == (11, 1)
    assert [("STARRED" in gmail.labels(mail)) for mail in mails] == [False] * 11 + [True]
    assert not Change.objects.exclude(state="done").exists()


def test_one_that_spoils_the_batch_is_refused_alone(gmail: Gmail) -> None:
    mails = [gmail.deliver(number) for number in range(1, 12)]
    gmail.sandbox.admin.faults(
        fail_next={"times": 1, "method": "messages.batchModify", "status": 400, "reason": "invalid"}
    )
    for mail in mails:
        gmail.hand_in(mail, add=("STARRED",))
    gmail.work()
    assert gmail.calls("messages.modify") == 11
    assert all("STARRED" in gmail.labels(mail) for mail in mails)


def test_a_mail_that_is_gone_is_refused_as_gone(gmail: Gmail) -> None:
    mail = gmail.deliver()
    gmail.sandbox.admin.act(ADDRESS, "delete", message_id=mail)
    change = gmail.hand_in(mail, add=("STARRED",))
    gmail.work()
    refused = gmail.fresh(change)
    assert (refused.state, refused.reason, refused.attention) == ("refused", "gone", True)
    assert [each.pk for each in needing_attention()] == [change.pk]


def test_a_refusal_for_good_is_kept_with_gmails_words_and_lets_the_next_go(gmail: Gmail) -> None:
    mail = gmail.deliver()
    change = gmail.hand_in(mail, add=("Label_404",))
    after = gmail.hand_in(mail, add=("STARRED",), actor=cast.person("yamada", gmail.box))
    gmail.work()
    refused = gmail.fresh(change)
    assert refused.state == "refused"
    assert refused.reason == "invalidArgument"
    assert "Label_404" in refused.detail or refused.detail
    assert gmail.fresh(after).state == "done"
    assert "STARRED" in gmail.labels(mail)


@pytest.mark.parametrize("down", [True, 503])
def test_while_gmail_is_away_changes_wait_longer_and_longer(gmail: Gmail, down: object) -> None:
    mail = gmail.deliver()
    change = gmail.hand_in(mail, add=("STARRED",))
    waits = []
    gmail.sandbox.admin.faults(down=down)
    for _ in range(3):
        gmail.let_pass()
        assert gmail.work() is False
        waiting = gmail.fresh(change)
        assert waiting.state == "queued"
        waits.append((waiting.not_before - timezone.now()).total_seconds())
    assert waiting.attempts == 3
    assert waits[0] < waits[1] < waits[2]
    gmail.sandbox.admin.faults(down=False)
    assert gmail.work() is False
    assert gmail.fresh(change).state == "queued"  # its time has not come
    gmail.let_pass()
    gmail.work()
    assert gmail.fresh(change).state == "done"
    assert "STARRED" in gmail.labels(mail)


def test_a_spent_quota_is_waited_for_as_long_as_gmail_asks(gmail: Gmail) -> None:
    change = gmail.hand_in(gmail.deliver(), add=("STARRED",))
    gmail.sandbox.admin.faults(
        errors=[
            {
                "method": "messages.modify",
                "status": 403,
                "reason": "userRateLimitExceeded",
                "times": 1,
            }
        ]
    )
    gmail.work()
    waiting = gmail.fresh(change)
    assert (waiting.state, waiting.reason) == ("queued", "userRateLimitExceeded")
    assert waiting.not_before > timezone.now()


def test_a_lost_answer_is_asked_for_again(gmail: Gmail) -> None:
    mail = gmail.deliver()
    change = gmail.hand_in(mail, add=("STARRED",))
    gmail.sandbox.admin.faults(accept_then_drop={"method": "messages.modify", "times": 1})
    gmail.work()
    assert gmail.fresh(change).state == "done"
    assert "STARRED" in gmail.labels(mail)


def test_a_withdrawn_permission_is_noted_and_the_change_waits_for_the_reconnection(
    gmail: Gmail,
) -> None:
    mail = gmail.deliver()
    change = gmail.hand_in(mail, add=("STARRED",))
    gmail.sandbox.admin.revoke_tokens(ADDRESS)
    gmail.work()
    assert Mailbox.objects.get(pk=gmail.box.pk).state == MailboxState.NEEDS_AUTH
    waiting = gmail.fresh(change)
    assert (waiting.state, waiting.attempts, waiting.claimed_until) == ("queued", 0, None)
    gmail.work()
    assert gmail.fresh(change).state == "queued"
    tokens = gmail.sandbox.admin.connect(ADDRESS)
    Mailbox.objects.filter(pk=gmail.box.pk).update(
        state=MailboxState.CONNECTED,
        refresh_token=Secret.of(tokens["refresh_token"]),
        access_token=Secret.of(tokens["access_token"]),
        access_expires_at=Now() + timedelta(seconds=tokens["expires_in"]),
    )
    gmail.work()
    assert gmail.fresh(change).state == "done"


@pytest.mark.parametrize("state", [MailboxState.PAUSED, MailboxState.DISCONNECTED])
def test_a_mailbox_that_does_not_work_keeps_its_changes(gmail: Gmail, state: MailboxState) -> None:
    change = gmail.hand_in(gmail.deliver(), add=("STARRED",))
    Mailbox.objects.filter(pk=gmail.box.pk).update(state=state)
    assert carrying.mailboxes_with_due() == []
    gmail.work()
    assert gmail.fresh(change).state == "queued"
    Mailbox.objects.filter(pk=gmail.box.pk).update(state=MailboxState.CONNECTED)
    assert carrying.mailboxes_with_due() == [gmail.box.pk]
    gmail.work()
    assert gmail.fresh(change).state == "done"


def test_a_worker_that_slept_through_its_claim_undoes_nothing(gmail: Gmail) -> None:
    """It stars the mail after another worker has starred it and taken the star away again."""
    mail = gmail.deliver()
    gmail.hand_in(mail, add=("STARRED",))
    sleeper = carrying.claim(gmail.box.pk)
    assert sleeper is not None
    gmail.hand_in(mail, remove=("STARRED",))
    gmail.let_pass()
    gmail.work()
    assert "STARRED" not in gmail.labels(mail)
    gmail.sandbox.admin.act(ADDRESS, "star", message_id=mail)  # the sleeper's call arrives
    carrying._done(sleeper)
    gmail.work()
    assert "STARRED" not in gmail.labels(mail)


def test_the_sweeper_forgets_what_is_over_and_nothing_else(gmail: Gmail) -> None:
    old = gmail.hand_in(gmail.deliver(1), add=("STARRED",))
    new = gmail.hand_in(gmail.deliver(2), add=("STARRED",))
    gmail.work()
    Change.objects.filter(pk=old.pk).update(done_at=Now() - timedelta(days=1))
    waiting = gmail.hand_in(gmail.deliver(3), add=("STARRED",))
    Change.objects.filter(pk=waiting.pk).update(created_at=Now() - timedelta(days=90))
    assert carrying.sweep() == 1
    assert set(Change.objects.values_list("pk", flat=True)) == {new.pk, waiting.pk}
