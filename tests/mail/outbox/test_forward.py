"""転送 takes the original files along, each as it was."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Any

import pytest

from mail.actions.drafts import autosave
from mail.actions.fields import DraftFields
from mail.actions.reply import Composer, start_reply
from mail.actions.send import send
from mail.attachments.fetch import fetch
from mail.mime import parse
from mail.models import Attachment, Conversation, Draft, DraftKind, Outgoing, OutgoingState
from mail.outbox.freeze import Unsendable
from tests.mail import cast
from tests.mail.connected import ADDRESS
from tests.mail.outbox.conftest import Office

PDF = b"%PDF-1.4 \x00\xff" * 50
TO = (("倉庫", "warehouse@partner.example"),)


@pytest.fixture
def composer(office: Office) -> Composer:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "aoi@customer.example", ADDRESS, "写真です"
    letter.set_content("添付をご覧ください。")
    letter.add_attachment(PDF, maintype="application", subtype="pdf", filename="請求書.pdf")
    delivered = office.sandbox.admin.deliver(ADDRESS, letter.as_bytes())
    thread = Conversation.objects.create(mailbox=office.box, gmail_thread_id=delivered["threadId"])
    message = cast.mail(
        office.box, conversation=thread, gmail_id=delivered["id"], subject="写真です"
    )
    Attachment.objects.create(
        message=message, part_id="1", filename="請求書.pdf", content_type="application/pdf"
    )
    return start_reply(message, office.agent, DraftKind.FORWARD)


def press_send(office: Office, composer: Composer, **fields: Any) -> Outgoing:
    return send(
        composer.draft,
        office.agent,
        token=composer.lock.token,
        version=composer.draft.version,
        fields=DraftFields(to=TO, **fields),
    )


@pytest.mark.spec("M18a")
def test_the_original_files_go_along(office: Office, composer: Composer) -> None:
    fetch(composer.draft.forwarded_files[0])
    outgoing = office.work(press_send(office, composer, text="ご確認ください。"))
    assert outgoing.state == OutgoingState.SENT
    [entry] = office.ledger()
    assert entry["recipients"] == ["warehouse@partner.example"]
    sent = parse(office.delivered())
    assert [(each.filename, each.payload) for each in sent.attachments] == [("請求書.pdf", PDF)]
    assert sent.in_reply_to == ""
    assert sent.subject == "Fwd: 写真です"


def test_it_waits_for_files_that_are_still_being_fetched(
    office: Office, composer: Composer
) -> None:
    with pytest.raises(Unsendable) as refused:
        press_send(office, composer)
    assert [(each.field, each.code) for each in refused.value.problems] == [
        ("files", "files_not_ready")
    ]
    fetch(composer.draft.forwarded_files[0])
    assert press_send(office, composer).state == OutgoingState.QUEUED


def test_a_file_can_be_left_out_but_none_brought_in(office: Office, composer: Composer) -> None:
    foreign = Attachment.objects.create(
        message=cast.mail(cast.mailbox("other@shop.example")),
        part_id="1",
        filename="秘密.pdf",
        content_type="application/pdf",
    )
    own = composer.draft.forwarded_files[0]
    draft = autosave(
        composer.draft,
        office.agent,
        token=composer.lock.token,
        version=composer.draft.version,
        fields=DraftFields(forwarded_files=(foreign.pk, own)),
    )
    assert draft.forwarded_files == [own]
    draft = autosave(
        draft,
        office.agent,
        token=composer.lock.token,
        version=draft.version,
        fields=DraftFields(forwarded_files=()),
    )
    assert Draft.objects.get(pk=draft.pk).forwarded_files == []
