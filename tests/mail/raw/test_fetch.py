"""Mails that Gmail's own reading did no justice are read from their own bytes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models.functions import Now

from activity.models import Event
from callcenter.gmail.client import GmailClient
from callcenter.gmail.errors import AuthRevoked, QuotaExceeded
from mail import raw
from mail.attachments import store as attachments
from mail.mime import bounded, parse
from mail.models import Attachment, Message, MessageBody, RawMail
from mail.raw.fetch import fetch_now
from mail.raw.tasks import want
from mailboxes.gmail import client_for
from tests.mail.connected import ADDRESS
from tests.mail.sync.conftest import Mirror

TEXT = "髙島屋の袋①㈱の件、ﾃｽﾄです。"
GARBLED = (
    b"From: aoi@customer.example\r\nTo: support@shop.example\r\n"
    b"Message-ID: <g@customer.example>\r\n"
    b"Subject: \xe8\x92\x95\xe5\x84\xb6\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    + TEXT.encode("cp932")
    + b"\r\n--b\r\nContent-Type: image/png; name=photo.png\r\n"
    b"Content-Disposition: attachment; filename=photo.png\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--b--\r\n"
)


def client(mirror: Mirror) -> GmailClient:
    return client_for(mirror.box, priority="mirror")


def body_of(gmail_id: str) -> MessageBody:
    return MessageBody.objects.get(message__gmail_id=gmail_id)


@pytest.fixture
def garbled(mirror: Mirror) -> str:
    """A mail that Gmail read wrongly, as the mirror has stored it."""
    mirror.turn()
    told = mirror.sandbox.admin.deliver(ADDRESS, GARBLED)
    mirror.catch_up()
    gmail_id = str(told["id"])
    # The turn may have fetched the original already: as it was before that.
    RawMail.objects.all().delete()
    MessageBody.objects.filter(message__gmail_id=gmail_id).update(
        text="\ufffd\ufffd", needs_raw=True
    )
    return gmail_id


def test_a_garbled_mail_is_read_from_its_own_bytes(mirror: Mirror, garbled: str) -> None:
    before = mirror.message(garbled)
    Attachment.objects.filter(message=before).update(filename="?????")
    attachments.keep(before.attachments.get(), b"what somebody has fetched already")
    assert raw.fetch_due(mirror.box, client(mirror), 10) == 1
    after = mirror.message(garbled)
    body = body_of(garbled)
    assert body.text.strip() == TEXT
    assert not body.needs_raw
    assert after.subject == "蒕儶"
    assert after.snippet == TEXT
    assert after.version > before.version
    file = after.attachments.get()
    assert (file.filename, file.pk) == ("photo.png", before.attachments.get().pk)
    with file.file.open("rb") as kept:
        assert kept.read() == b"what somebody has fetched already"
    event = Event.objects.filter(kind="mail.reread", message_id=after.pk).latest("pk")
    assert event.data["version"] == after.version
    assert "subject" not in event.data


def test_the_original_is_kept_as_it_was(mirror: Mirror, garbled: str) -> None:
    raw.fetch_due(mirror.box, client(mirror), 10)
    row = RawMail.objects.get()
    with raw.opened(row) as source:
        kept = source.read()
    assert kept.endswith(GARBLED.split(b"\r\n\r\n", 1)[1])
    assert row.size == len(kept)
    assert raw.read_as(row, "shift_jis").text == parse(kept, charset="shift_jis").text
    assert raw.read_as(row).attachments[0].payload is None


def test_it_is_fetched_once(mirror: Mirror, garbled: str) -> None:
    gmail = client(mirror)
    assert raw.fetch_due(mirror.box, gmail, 10) == 1
    assert RawMail.objects.get().file
    mirror.sandbox.admin.faults(down=True)  # whoever asked again would be told so
    MessageBody.objects.update(needs_raw=True)
    assert raw.fetch_due(mirror.box, gmail, 10) == 1
    assert raw.fetch_due(mirror.box, gmail, 10) == 0
    assert RawMail.objects.get().trouble == ""


def test_a_turn_does_it_by_itself(mirror: Mirror) -> None:
    mirror.turn()
    gmail_id = str(mirror.sandbox.admin.deliver(ADDRESS, GARBLED)["id"])
    mirror.catch_up()
    assert body_of(gmail_id).text.strip() == TEXT
    assert not body_of(gmail_id).needs_raw


def test_the_limit_is_kept_and_the_newest_come_first(mirror: Mirror, garbled: str) -> None:
    other = mirror.deliver(2)
    mirror.catch_up()
    MessageBody.objects.update(needs_raw=True)
    RawMail.objects.all().delete()
    newest = Message.objects.order_by("-internal_date")[0].gmail_id
    assert raw.fetch_due(mirror.box, client(mirror), 1) == 1
    assert RawMail.objects.get().gmail_id == newest
    assert {newest} <= {other, garbled}


def test_one_that_is_gone_is_named_and_asked_for_no_more(mirror: Mirror, garbled: str) -> None:
    mirror.act("delete", message_id=garbled)
    assert raw.fetch_due(mirror.box, client(mirror), 10) == 1
    row = RawMail.objects.get()
    assert (row.trouble, bool(row.file)) == ("gone", False)
    assert not body_of(garbled).needs_raw
    assert body_of(garbled).text == "\ufffd\ufffd"  # what there was stays
    assert raw.fetch_due(mirror.box, client(mirror), 10) == 0


def test_a_refusal_is_put_off_ever_longer(mirror: Mirror, garbled: str) -> None:
    refusal = {"method": "messages.get", "status": 400, "reason": "failedPrecondition"}
    mirror.sandbox.admin.faults(errors=[refusal])
    waits = []
    for _ in range(3):
        RawMail.objects.update(not_before=Now())
        assert raw.fetch_due(mirror.box, client(mirror), 10) == 1
        row = RawMail.objects.get()
        assert row.trouble == "refused"
        waits.append(row.not_before)
        assert raw.fetch_due(mirror.box, client(mirror), 10) == 0  # no hot loop
    assert waits == sorted(waits)
    assert RawMail.objects.get().attempts == 3
    mirror.sandbox.admin.faults(errors=[])
    RawMail.objects.update(not_before=Now())
    assert raw.fetch_due(mirror.box, client(mirror), 10) == 1
    assert RawMail.objects.get().trouble == ""


def test_silence_ends_the_round_without_an_alarm(mirror: Mirror, garbled: str) -> None:
    mirror.deliver(2)
    mirror.catch_up()
    MessageBody.objects.update(needs_raw=True)
    RawMail.objects.all().delete()
    unavailable = {"method": "messages.get", "status": 503, "reason": "backendError"}
    mirror.sandbox.admin.faults(errors=[unavailable])
    assert raw.fetch_due(mirror.box, client(mirror), 10) == 0
    assert [row.trouble for row in RawMail.objects.all()] == ["gmail_down"]


def test_a_lost_permission_ends_the_turn(mirror: Mirror, garbled: str) -> None:
    mirror.sandbox.admin.revoke_tokens(ADDRESS)
    with pytest.raises(AuthRevoked):
        raw.fetch_due(mirror.box, client(mirror), 10)
    assert RawMail.objects.get().trouble == "revoked"
    assert body_of(garbled).needs_raw


def test_a_spent_quota_ends_the_turn(mirror: Mirror, garbled: str, broker: Any) -> None:
    spent = {"method": "messages.get", "status": 403, "reason": "rateLimitExceeded"}
    mirror.sandbox.admin.faults(errors=[spent])
    with pytest.raises(QuotaExceeded):
        raw.fetch_due(mirror.box, client(mirror), 10)
    row = RawMail.objects.annotate(now=Now()).get()
    assert row.trouble == "quota"
    assert row.not_before > row.now


def test_a_mail_that_is_too_costly_keeps_gmails_reading(
    mirror: Mirror, garbled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient = bounded.BoundedParser(wall_seconds=0.0)
    monkeypatch.setattr(bounded, "_shared", impatient)
    raw.fetch_due(mirror.box, client(mirror), 10)
    body = body_of(garbled)
    assert body.text == "\ufffd\ufffd"
    assert "too_costly" in [code for code, _ in body.notices]
    assert not body.needs_raw


def test_somebody_waits_for_an_original(mirror: Mirror, broker: Any) -> None:
    gmail_id = mirror.deliver(1)
    mirror.catch_up()
    row = want(mirror.box, gmail_id)
    fetch_now(row.pk)
    row.refresh_from_db()
    assert row.size > 100
    before = body_of(gmail_id)
    fetch_now(row.pk)
    after = body_of(gmail_id)
    assert (after.text, after.headers) == (before.text, before.headers)  # it was well read


def test_an_unimported_mail_has_an_original_too(mirror: Mirror, broker: Any) -> None:
    mirror.turn()
    gmail_id = str(mirror.sandbox.admin.deliver(ADDRESS, GARBLED)["id"])
    row = want(mirror.box, gmail_id)
    fetch_now(row.pk)
    row.refresh_from_db()
    with raw.opened(row) as source:
        assert TEXT.encode("cp932") in source.read()


def test_a_paused_account_is_not_asked(mirror: Mirror, broker: Any) -> None:
    gmail_id = mirror.deliver(1)
    mirror.catch_up()
    type(mirror.box).objects.update(state="paused")
    row = want(mirror.box, gmail_id)
    fetch_now(row.pk)
    row.refresh_from_db()
    assert (row.trouble, bool(row.file)) == ("paused", False)


def test_what_a_killed_worker_left_in_the_store_is_replaced(
    mirror: Mirror, garbled: str, broker: Any
) -> None:
    row = want(mirror.box, garbled)
    default_storage.save(f"{mirror.box.pk}/raw/{row.pk}.gz", ContentFile(b"half a fi"))
    fetch_now(row.pk)
    row.refresh_from_db()
    assert row.file.name == f"{mirror.box.pk}/raw/{row.pk}.gz"
    with raw.opened(row) as source:
        assert len(source.read()) == row.size
    assert RawMail.objects.filter(not_before__gt=Now() + timedelta(seconds=5)).count() == 0
