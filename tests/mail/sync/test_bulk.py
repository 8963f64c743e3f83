"""COPY stores what the models say, as any insert would, and refuses what it would."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import DataError, IntegrityError, connection, transaction

from mail.models import Attachment, Message, MessageBody, ToFetch
from mail.sync import bulk
from mail.sync.turn import take_turn
from mailboxes.models import Mailbox
from tests.mail import cast
from tests.mail.sync.conftest import Mirror

TRICKY = "\\N \\. タブ\t改行\n復帰\r \\x41 '\" ①㈱髙 🍎"


@pytest.fixture
def box(db: Any) -> Mailbox:
    return cast.mailbox()


def new_message(box: Mailbox, key: int, **fields: Any) -> Message:
    values = {
        "mailbox": box,
        "conversation": cast.mail(box).conversation,
        "gmail_id": f"g{key}",
        "internal_date": datetime(2026, 11, 20, tzinfo=UTC),
        "folder": "received",
    }
    return Message(pk=key, **(values | fields))


def test_values_come_back_as_they_were(box: Mailbox) -> None:
    (key,) = bulk.new_keys(Message, 1)
    message = new_message(box, key, subject=TRICKY, status=None, size=7)
    bulk.insert([message])
    body = MessageBody(
        message=message, text=TRICKY, people={"from": [[TRICKY, "a@b.example"]]}, notices=[]
    )
    bulk.insert([body])
    stored = Message.objects.get(pk=key)
    assert (stored.subject, stored.status, stored.size, stored.version) == (TRICKY, None, 7, 0)
    assert abs((stored.stored_at - datetime.now(UTC)).total_seconds()) < 60
    assert stored.body.text == TRICKY
    assert stored.body.people == {"from": [[TRICKY, "a@b.example"]]}
    # An instance that was stored is saved as a change, not once more.
    message.subject = "もう一度"
    message.save()
    assert Message.objects.get(pk=key).subject == "もう一度"


def test_keys_come_from_the_table_s_own_sequence(box: Mailbox) -> None:
    keys = bulk.new_keys(Message, 5)
    assert len(set(keys)) == 5
    assert cast.mail(box).pk > max(keys)


def test_rows_without_keys_get_them(box: Mailbox) -> None:
    message = cast.mail(box)
    rows = [
        Attachment(message=message, part_id=str(each), content_type="text/plain")
        for each in range(3)
    ]
    bulk.insert(rows)
    assert message.attachments.count() == 3
    assert not message.attachments.exclude(file="").exists()


def test_nothing_is_an_insert_of_nothing(box: Mailbox, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        bulk.insert([])


def test_what_the_database_keeps_out_is_kept_out(box: Mailbox) -> None:
    message = cast.mail(box)
    twice = [Attachment(message=message, part_id="1", content_type="x") for _ in range(2)]
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert(twice)
    with pytest.raises(DataError), transaction.atomic():
        bulk.insert([Attachment(message=message, part_id="2", content_type="x", filename="a\0b")])
    assert not message.attachments.exists()


def test_a_mail_that_cannot_be_stored_does_not_stop_the_rest(mirror: Mirror) -> None:
    """The database itself refuses one mail of a batch; it is named, and the others are here."""
    ids = [mirror.deliver(number) for number in range(20)]
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "RAISE EXCEPTION 'no' USING ERRCODE = '22000'; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON mail_message FOR EACH ROW "
            f"WHEN (NEW.gmail_id = '{ids[7]}') EXECUTE FUNCTION refuse()"
        )
    try:
        while take_turn(mirror.box.pk):
            pass
        assert len(mirror.mirrored()) == 19
        row = ToFetch.objects.get()
        assert (row.gmail_id, row.trouble, row.attempts) == (ids[7], "unreadable", 1)
        assert row.trouble_since is not None
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER refuse ON mail_message")
            cursor.execute("DROP FUNCTION refuse()")
    ToFetch.objects.update(not_before=row.trouble_since)
    mirror.catch_up()
    assert mirror.mirrored() == mirror.truth()
