"""The facts of a mailbox, and what is judged of them."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone, translation

from callcenter.gmail.quota import Priority
from labels.models import Label, LabelKind
from mail import health
from mail.actions.reply import start_new
from mail.health import judging, sends, told, unimported, words
from mail.models import (
    Folder,
    Message,
    MessageLabel,
    Outgoing,
    OutgoingState,
    Reason,
    Reconciliation,
    SyncPhase,
    SyncState,
    ToFetch,
)
from mailboxes.gmail import bucket_of
from mailboxes.models import Change, ChangeKind, ChangeState, Mailbox, MailboxState
from tests.mail import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def box(broker: Any) -> Mailbox:
    """Connected, followed, and looked at a moment ago."""
    box = cast.mailbox()
    now = timezone.now()
    change(box, connected_at=now - timedelta(days=9), last_sync_at=now)
    SyncState.objects.create(mailbox=box, phase=SyncPhase.FOLLOWING, finished_at=now)
    return Mailbox.objects.get(pk=box.pk)


def change(box: Mailbox, **fields: Any) -> Mailbox:
    Mailbox.objects.filter(pk=box.pk).update(**fields)
    return Mailbox.objects.get(pk=box.pk)


def codes(box: Mailbox) -> dict[str, str]:
    facts = health.of(Mailbox.objects.get(pk=box.pk))
    return {reason.code: reason.level.word for reason in health.judge(facts)}


def level(box: Mailbox) -> str:
    facts = health.of(Mailbox.objects.get(pk=box.pk))
    return health.level_of(facts, health.judge(facts)).word


def sent(box: Mailbox, gmail_id: str = "", *, hours: float = 1, **fields: Any) -> Message:
    message = cast.mail(box, gmail_id=gmail_id, **{"folder": Folder.SENT, "status": None, **fields})
    Message.objects.filter(pk=message.pk).update(
        internal_date=timezone.now() - timedelta(hours=hours)
    )
    return message


def outgoing(box: Mailbox, state: OutgoingState, **fields: Any) -> Outgoing:
    author = cast.person(f"author{Outgoing.objects.count()}", box)
    draft = start_new(box, author).draft
    return Outgoing.objects.create(
        mailbox=box, draft=draft, author=author, raw=b"", body_hash="", state=state, **fields
    )


@pytest.mark.spec("S6")
def test_sendings_are_counted_wherever_they_were_made(box: Mailbox) -> None:
    now = timezone.now()
    sent(box)  # in Gmail itself
    sent(box, hours=25)  # the day before
    cast.mail(box)  # received
    gone = sent(box)
    Message.objects.filter(pk=gone.pk).update(gone_at=now)
    trashed = sent(box, folder=Folder.TRASH)
    label = Label.objects.create(mailbox=box, gmail_id="SENT", name="SENT", kind=LabelKind.SYSTEM)
    MessageLabel.objects.create(message=trashed, label=label, internal_date=now)
    # Ours: one that the mirror has brought back already, one that it has not, one of yesterday.
    sent(box, "m-ours")
    outgoing(box, OutgoingState.SENT, sent_gmail_id="m-ours", sent_at=now)
    outgoing(box, OutgoingState.SENT, sent_gmail_id="m-late", sent_at=now)
    outgoing(box, OutgoingState.SENT, sent_gmail_id="m-old", sent_at=now - timedelta(hours=30))
    outgoing(box, OutgoingState.QUEUED)
    outgoing(box, OutgoingState.UNCERTAIN)
    outgoing(box, OutgoingState.FAILED)
    found = sends.of(box, now)
    assert (found.last_day, found.waiting, found.uncertain) == (5, 1, 1)


@pytest.mark.spec("S6")
def test_googles_limit_is_that_of_the_kind_of_account_or_of_the_setting(
    box: Mailbox, settings: Any
) -> None:
    assert sends.limit_of(box) == 2000
    assert sends.limit_of(Mailbox(address="Someone@GMail.com")) == 500
    assert sends.limit_of(Mailbox(address="someone@googlemail.com")) == 500
    settings.GOOGLE = replace(settings.GOOGLE, daily_sends=3)
    assert sends.limit_of(box) == 3
    assert level(box) == "ok"
    for _ in range(2):
        sent(box)
    assert "sends_near_limit" not in codes(box)
    sent(box)
    assert codes(box) == {"sends_at_limit": "fail"}
    settings.GOOGLE = replace(settings.GOOGLE, daily_sends=1)
    assert sends.of(box, timezone.now()).percent == 100
    settings.GOOGLE = replace(settings.GOOGLE, daily_sends=5)
    assert codes(box) == {}
    sent(box)
    assert codes(box) == {"sends_near_limit": "warn"}


@pytest.mark.spec("S6")
def test_the_lag_is_that_of_the_oldest_news(box: Mailbox) -> None:
    def lag() -> float | None:
        return health.of(Mailbox.objects.get(pk=box.pk)).sync.lag

    now = timezone.now()
    change(box, last_sync_at=now - timedelta(seconds=20))
    assert lag() == pytest.approx(20, abs=3)
    ago = int((time.time() - 90) * 1000)
    ToFetch.objects.create(mailbox=box, gmail_id="listed", position=5)
    ToFetch.objects.create(mailbox=box, gmail_id="new", position=-int(time.time() * 1000))
    ToFetch.objects.create(mailbox=box, gmail_id="refused", position=-ago + 9**9, trouble="x")
    ToFetch.objects.create(
        mailbox=box, gmail_id="later", position=-ago + 9**9, not_before=now + timedelta(hours=1)
    )
    assert lag() == pytest.approx(20, abs=3)
    ToFetch.objects.create(mailbox=box, gmail_id="old", position=-ago)
    assert lag() == pytest.approx(90, abs=3)
    assert codes(box)["behind"] == "warn"
    change(box, last_sync_at=None)
    assert lag() is None


@pytest.mark.spec("S6")
def test_the_quota_tells_what_was_used(box: Mailbox) -> None:
    assert bucket_of(box).acquire("messages.get", 30, Priority.AGENT) == 0.0
    quota = health.of(box).quota
    assert quota is not None
    assert (quota.spent, quota.per_minute, quota.closed) == (150, 15_000, 0.0)
    assert quota.available < bucket_of(box).budget.capacity
    bucket_of(box).rejected(40)
    quota = health.of(box).quota
    assert quota is not None
    assert quota.closed > 30


@pytest.mark.spec("S6")
def test_the_last_comparison_and_what_is_left_of_it(box: Mailbox) -> None:
    assert health.of(box).comparison is None
    now = timezone.now()
    run = Reconciliation.objects.create(
        mailbox=box,
        reason=Reason.NIGHTLY,
        started_at=now - timedelta(hours=3),
        finished_at=now - timedelta(hours=2),
        listed=100,
        missing=2,
        surplus=1,
        differing=3,
        repaired=4,
    )
    found = health.of(box).comparison
    assert found is not None
    assert (found.differences, found.outstanding) == (6, 0)
    assert codes(box) == {}
    ToFetch.objects.create(mailbox=box, gmail_id="a", position=1, reconciliation=run)
    assert codes(box) == {"differences": "fail"}
    ToFetch.objects.all().delete()
    Reconciliation.objects.update(finished_at=now - timedelta(hours=49))
    assert codes(box) == {"not_compared": "warn"}


def test_a_running_comparison_says_how_far_it_is(box: Mailbox) -> None:
    for gmail_id in ("INBOX", "Label_1", "SENT"):
        Label.objects.create(mailbox=box, gmail_id=gmail_id, name=f"name of {gmail_id}")
    for _ in range(4):
        cast.mail(box)
    run = Reconciliation.objects.create(mailbox=box, reason=Reason.ASKED, listed=2)
    seen = []
    for step in ("ids", "INBOX", "Label_1", "SENT"):
        Reconciliation.objects.filter(pk=run.pk).update(step=step)
        running = health.of(box).running
        assert running is not None
        seen.append((running.percent, running.label))
    assert [label for _, label in seen] == [
        "",
        *(f"name of {n}" for n in ("INBOX", "Label_1", "SENT")),
    ]
    percents = [percent for percent, _ in seen]
    assert percents == sorted(percents)
    assert 0 < percents[0] < 25
    assert percents[-1] < 100


def test_a_first_synchronisation_of_two_days_ago_is_a_comparison_too(box: Mailbox) -> None:
    SyncState.objects.update(finished_at=timezone.now() - timedelta(hours=49))
    assert codes(box) == {"not_compared": "warn"}


@pytest.mark.spec("S6")
def test_changes_on_their_way(box: Mailbox) -> None:
    now = timezone.now()
    for number in range(2):
        Change.objects.create(
            mailbox=box, kind=ChangeKind.MODIFY, target=f"m{number}", created_at=now
        )
    Change.objects.create(
        mailbox=box, kind=ChangeKind.MODIFY, target="done", state=ChangeState.DONE, done_at=now
    )
    facts = health.of(box).changes
    assert (facts.waiting, facts.refused) == (2, 0)
    assert codes(box) == {}
    Change.objects.filter(target="m0").update(created_at=now - timedelta(minutes=6))
    Change.objects.filter(target="m1").update(state=ChangeState.REFUSED)
    assert codes(box) == {"changes_refused": "warn", "changes_slow": "warn"}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {}),
        ({"state": MailboxState.NEEDS_AUTH, "trouble": "revoked"}, {"needs_auth": "fail"}),
        ({"trouble": "quota"}, {"quota": "warn"}),
        ({"trouble": "gmail_down", "trouble_since": 1}, {"gmail_down": "warn"}),
        ({"trouble": "gmail_down", "trouble_since": 6}, {"gmail_down": "fail"}),
        ({"trouble": "wrong_client", "trouble_since": 1}, {"wrong_client": "fail"}),
        ({"last_sync_at": 6}, {"stale": "fail", "behind": "warn"}),
        ({"grant_ends_at": -60 * 24 * 2}, {"permission_ends": "warn"}),
        ({"grant_ends_at": -60 * 24 * 5}, {}),
        ({"state": MailboxState.PAUSED, "last_sync_at": 6, "trouble": "quota"}, {}),
        ({"state": MailboxState.DISCONNECTED, "last_sync_at": 6}, {}),
    ],
)
def test_what_is_judged_of_the_connection(
    box: Mailbox, fields: dict[str, Any], expected: dict[str, str]
) -> None:
    """Numbers are minutes ago."""
    now = timezone.now()
    times = {
        name: now - timedelta(minutes=value) if isinstance(value, int) else value
        for name, value in fields.items()
    }
    change(box, **times)
    assert codes(box) == expected
    off = fields.get("state") in {MailboxState.PAUSED, MailboxState.DISCONNECTED}
    worst = "fail" if "fail" in expected.values() else "warn" if expected else "ok"
    assert level(box) == ("off" if off else worst)


def test_every_reason_has_words_in_both_languages() -> None:
    every = {
        "needs_auth", "gmail_down", "quota", "wrong_client", "no_client", "stale",
        "unreadable_token", "permission_ends", "behind", "unimported", "differences",
        "not_compared", "changes_refused", "changes_slow", "sends_at_limit", "sends_near_limit",
        "sends_uncertain",
    }  # fmt: skip
    for code in every:
        with translation.override("en"):
            english = words.of(code)
        with translation.override("ja"):
            japanese = words.of(code)
        assert english != code
        assert any(ord(letter) > 0x3000 for letter in japanese), code


@pytest.mark.spec("S6")
def test_why_a_mail_could_not_be_imported_is_told_in_words() -> None:
    with translation.override("en"):
        said = {
            code: unimported.explain(code)
            for code in (
                "unreadable", "backendError", "http_503", "timeout", "rateLimitExceeded",
                "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED", "failedPrecondition",
                "insufficientPermissions", "something new",
            )
        }  # fmt: skip
    assert said["backendError"] == said["http_503"] == said["timeout"]
    assert said["rateLimitExceeded"] == said["userRateLimitExceeded"]
    assert len(set(said.values())) == 6


@pytest.mark.spec("S6")
def test_the_unimported_are_paged_by_key(box: Mailbox) -> None:
    other = cast.mailbox("other@shop.example")
    ToFetch.objects.create(mailbox=other, gmail_id="theirs", position=1, trouble="unreadable")
    ToFetch.objects.create(mailbox=box, gmail_id="waiting", position=1)
    for number in range(unimported.PAGE + 3):
        ToFetch.objects.create(
            mailbox=box, gmail_id=f"bad{number:02}", position=number, trouble="unreadable"
        )
    first, following = unimported.page_of(box)
    assert len(first) == unimported.PAGE
    assert following is not None
    # One of the first page is imported meanwhile: nobody of the second is passed over.
    ToFetch.objects.get(gmail_id="bad00").delete()
    second, end = unimported.page_of(box, after=following)
    assert end is None
    named = [line.row.gmail_id for line in (*first, *second)]
    assert named == [f"bad{number:02}" for number in range(unimported.PAGE + 3)]
    assert health.of(box).unimported == unimported.PAGE + 2
    assert codes(box) == {"unimported": "warn"}


def test_the_facts_cost_the_same_for_many_mails(
    box: Mailbox, django_assert_max_num_queries: Any
) -> None:
    def queries() -> int:
        with django_assert_max_num_queries(40) as seen:
            health.of(box)
        return len(seen)

    before = queries()
    for number in range(20):
        cast.mail(box)
        ToFetch.objects.create(mailbox=box, gmail_id=f"x{number}", position=number, trouble="x")
    # The stored mails' number was counted a moment ago and is not counted again.
    assert queries() == before - 1


def test_nothing_secret_is_told(box: Mailbox) -> None:
    from mailboxes.secrets import Secret

    change(
        box,
        refresh_token=Secret.of("1//refresh-secret"),
        access_token=Secret.of("ya29.access-secret"),
    )
    box = Mailbox.objects.get(pk=box.pk)
    facts = health.of(box)
    said = repr(told.whole(facts, judging.Level.OK, []))
    for secret in ("refresh-secret", "access-secret", box.refresh_token.sealed[:20]):
        assert secret not in said


@pytest.mark.parametrize(
    ("seconds", "japanese", "english"),
    [
        (None, "–", "–"),
        (1, "1秒", "1 second"),
        (59, "59秒", "59 seconds"),
        (61, "1分", "1 minute"),
        (7200, "2時間", "2 hours"),
        (90_000, "1日", "1 day"),
    ],
)
def test_durations_read_as_people_say_them(
    seconds: float | None, japanese: str, english: str
) -> None:
    for language, expected in (("ja", japanese), ("en", english)):
        with translation.override(language):
            assert words.duration(seconds) == expected
