"""Each way in which Gmail declines: the text is kept, and the person is told what to do."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from mail import editlock
from mail.actions.drafts import autosave
from mail.actions.fields import DraftFields
from mail.actions.reply import start_reply
from mail.actions.send import send
from mail.attachments.store import keep
from mail.models import Attachment, Draft, DraftKind, DraftState, Outgoing, OutgoingState
from mail.outbox import timing, troubles
from mail.outbox.freeze import LARGEST, Unsendable
from permissions.models import User
from tests.mail.outbox.conftest import Office

TEXT = "大切な文章"


def refusing(method: str, status: int, reason: str, message: str = "") -> dict[str, Any]:
    rule = {"method": method, "status": status, "reason": reason, "message": message, "times": 1}
    return {"errors": [rule]}


def page(office: Office) -> str:
    client = Client()
    client.force_login(User.objects.get(pk=office.agent.pk))
    answer = client.get(reverse("mail:detail", args=[office.message.pk]))
    return str(answer.content.decode())


@pytest.mark.spec("M22", "M36")
@pytest.mark.parametrize(
    ("fault", "trouble", "says", "detail"),
    [
        pytest.param(
            refusing("drafts.send", 400, "invalidArgument", "Invalid To header"),
            troubles.REFUSED,
            "修正してもう一度送信してください",
            "Invalid To header",
            id="address refused",
        ),
        pytest.param(
            refusing("drafts.create", 413, "uploadTooLarge", "Message too large"),
            troubles.REFUSED,
            "修正してもう一度送信してください",
            "Message too large",
            id="too large for Gmail",
        ),
        pytest.param(
            refusing("drafts.send", 403, "insufficientPermissions", "Insufficient Permission"),
            troubles.NOT_ALLOWED,
            "管理者",
            "Insufficient Permission",
            id="not allowed to send",
        ),
    ],
)
def test_a_refusal_gives_the_text_back_with_the_reason(
    office: Office, fault: dict[str, Any], trouble: str, says: str, detail: str
) -> None:
    outgoing = office.reply(text=TEXT)
    office.sandbox.admin.faults(**fault)
    outgoing = office.work(outgoing)
    assert (outgoing.state, outgoing.trouble) == (OutgoingState.FAILED, trouble)
    assert office.ledger() == []
    assert office.gmail_drafts() == []
    shown = page(office)
    assert "data-composer" in shown  # the text, to be mended
    assert TEXT in shown
    assert says in shown
    assert detail in shown

    draft = Draft.objects.get(pk=outgoing.draft_id)
    assert draft.state == DraftState.LIVE
    token = outgoing.lock_token
    fields = DraftFields(text="直した文章")
    draft = autosave(draft, office.agent, token=token, version=draft.version, fields=fields)
    second = send(draft, office.agent, token=token, version=draft.version)
    assert office.work(second).state == OutgoingState.SENT
    assert len(office.ledger()) == 1


@pytest.mark.spec("M22")
@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (refusing("drafts.send", 429, "rateLimitExceeded"), "上限"),
        (refusing("drafts.send", 403, "dailyLimitExceeded"), "上限"),
        (refusing("drafts.create", 503, "backendError"), "Gmailが応答しません"),
    ],
    ids=["rate", "a day's mail", "Gmail down"],
)
def test_what_passes_by_itself_waits_visibly_and_goes_on(
    office: Office, fault: dict[str, Any], says: str
) -> None:
    outgoing = office.reply(text=TEXT)
    office.sandbox.admin.faults(**fault)
    outgoing = office.work(outgoing)
    assert outgoing.state in Outgoing.OPEN_STATES
    shown = page(office)
    assert says in shown
    assert reverse("mail:undo", args=[outgoing.pk]) in shown  # not at Gmail's mercy
    assert office.work_now(outgoing).state == OutgoingState.SENT
    assert len(office.ledger()) == 1


@pytest.mark.spec("M22", "S4")
def test_of_a_revoked_permission_the_page_says_who_can_help(office: Office) -> None:
    outgoing = office.reply(text=TEXT)
    office.sandbox.admin.revoke_tokens(office.box.address)
    outgoing = office.work(outgoing)
    assert outgoing.trouble == troubles.NEEDS_AUTH
    shown = page(office)
    assert "管理者" in shown
    office.reconnect()
    assert office.work_now(outgoing).state == OutgoingState.SENT


@pytest.mark.spec("M22")
def test_while_a_lost_answer_is_looked_into_the_page_says_until_when(office: Office) -> None:
    outgoing = office.reply(text=TEXT)
    office.sandbox.admin.faults(fail_next={"times": 1, "status": 503, "method": "drafts.send"})
    outgoing = office.work(outgoing)
    assert (outgoing.state, outgoing.trouble) == (OutgoingState.SENDING, troubles.CHECKING)
    assert outgoing.sending_at is not None
    until = timezone.localtime(outgoing.sending_at + timing.QUIET).strftime("%H:%M:%S")
    shown = page(office)
    assert until in shown
    assert "二重に送信されることはありません" in shown
    assert reverse("mail:undo", args=[outgoing.pk]) not in shown  # it may have left


@pytest.mark.spec("M19d")
def test_files_too_large_together_are_refused_before_anything_leaves(office: Office) -> None:
    file = Attachment.objects.create(
        message=office.message, part_id="2", filename="写真.zip", content_type="application/zip"
    )
    keep(file, b"\0" * (LARGEST * 3 // 4 + 100))
    composer = start_reply(office.message, office.agent, DraftKind.FORWARD)
    with pytest.raises(Unsendable) as refused:
        send(
            composer.draft,
            office.agent,
            token=composer.lock.token,
            version=composer.draft.version,
            fields=DraftFields(text=TEXT, to=(("", "boss@customer.example"),)),
        )
    assert [problem.code for problem in refused.value.problems] == ["too_large"]
    assert Draft.objects.get().text == TEXT
    lock = editlock.current(office.message)
    assert lock is not None
    assert lock.held_by(office.agent)
