"""下書き保存: the draft in Gmail follows the one here, and a person's edit there is never lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from mail.actions.drafts import autosave, cancel, discard, save
from mail.actions.fields import DraftFields
from mail.actions.reply import Composer, start_new, start_reply
from mail.mime.payload import parse_payload
from mail.models import Draft, DraftKind, DraftState, OutgoingState
from mail.outbox import following, troubles
from tests.mail.outbox.conftest import Office
from tests.waiting import until


@pytest.fixture
def composer(office: Office) -> Composer:
    return start_reply(office.message, office.agent, DraftKind.REPLY)


def press_save(office: Office, composer: Composer, text: str) -> Draft:
    draft = save(
        composer.draft,
        office.agent,
        token=composer.lock.token,
        version=Draft.objects.get(pk=composer.draft.pk).version,
        fields=DraftFields(text=text),
    )
    following.follow(draft.pk)
    return Draft.objects.get(pk=draft.pk)


def text_in_gmail(office: Office, draft: Draft) -> str:
    resource = office.gmail().get_draft(draft.gmail_draft_id, "full")
    return parse_payload(resource["message"]).text


@pytest.mark.spec("M20b")
def test_saving_writes_the_draft_to_gmail_in_the_conversation(
    office: Office, composer: Composer
) -> None:
    draft = press_save(office, composer, "一度目")
    assert office.gmail_drafts() == [draft.gmail_draft_id]
    assert "一度目" in text_in_gmail(office, draft)
    again = press_save(office, composer, "二度目")
    assert office.gmail_drafts() == [again.gmail_draft_id]
    assert "二度目" in text_in_gmail(office, again)
    assert again.gmail_version == again.saved_version
    thread = office.gmail().get_draft(draft.gmail_draft_id, "minimal")["message"]["threadId"]
    assert thread == office.message.conversation.gmail_thread_id


@pytest.mark.spec("M20b")
def test_autosaved_text_stays_here(office: Office, composer: Composer) -> None:
    draft = press_save(office, composer, "保存した")
    autosave(
        draft,
        office.agent,
        token=composer.lock.token,
        version=draft.version,
        fields=DraftFields(text="打ちかけ"),
    )
    assert not following.behind().exists()
    assert "打ちかけ" not in text_in_gmail(office, draft)


@pytest.mark.spec("M20c")
def test_deleting_deletes_in_gmail_too(office: Office, composer: Composer) -> None:
    draft = press_save(office, composer, "もういらない")
    discard(draft, office.agent, token=composer.lock.token)
    following.follow(draft.pk)
    assert office.gmail_drafts() == []
    assert not following.behind().exists()


@pytest.mark.spec("M20d")
def test_cancelling_keeps_what_was_saved_before(office: Office, composer: Composer) -> None:
    draft = press_save(office, composer, "保存した")
    draft = autosave(
        draft,
        office.agent,
        token=composer.lock.token,
        version=draft.version,
        fields=DraftFields(text="打ちかけ"),
    )
    draft = cancel(draft, office.agent, token=composer.lock.token)
    assert (draft.state, draft.text) == (DraftState.LIVE, "保存した")
    assert not following.behind().exists()
    assert len(office.gmail_drafts()) == 1


def test_a_create_whose_answer_was_lost_leaves_one_draft(
    office: Office, composer: Composer
) -> None:
    office.sandbox.admin.faults(accept_then_drop={"method": "drafts.create", "times": 1})
    draft = press_save(office, composer, "保存した")
    assert (draft.gmail_draft_id, draft.trouble) == ("", troubles.GMAIL_DOWN)
    Draft.objects.filter(pk=draft.pk).update(not_before="2026-01-01T00:00:00Z")
    following.follow(draft.pk)
    draft = Draft.objects.get(pk=draft.pk)
    assert office.gmail_drafts() == [draft.gmail_draft_id]
    assert draft.trouble == ""


@pytest.mark.spec("M22")
def test_sending_uses_the_saved_draft(office: Office, composer: Composer) -> None:
    press_save(office, composer, "保存した")
    outgoing = office.work(office.reply(text="送る"))
    assert outgoing.state == OutgoingState.SENT
    assert len(office.ledger()) == 1
    assert office.gmail_drafts() == []


@pytest.mark.parametrize("action", ["edit_draft", "delete_draft"])
def test_what_a_person_did_to_it_in_gmail_is_not_overwritten(
    office: Office, composer: Composer, action: str
) -> None:
    draft = press_save(office, composer, "保存した")
    office.sandbox.admin.act(
        office.box.address, action, draft_id=draft.gmail_draft_id, text="Gmailで直した"
    )
    there = draft.gmail_draft_id
    draft = press_save(office, composer, "ここで直した")
    if action == "edit_draft":
        assert draft.trouble == troubles.DRAFT_CHANGED
        kept = office.gmail().get_draft(there, "full")["message"]
        assert "Gmailで直した" in parse_payload(kept).text
    else:
        assert draft.trouble == troubles.DRAFT_GONE
    assert draft.text == "ここで直した"


@pytest.mark.spec("M22")
def test_a_saved_draft_that_a_person_sent_in_gmail_is_not_sent_again(
    office: Office, composer: Composer
) -> None:
    draft = press_save(office, composer, "保存した")
    office.sandbox.admin.act(office.box.address, "send_draft", draft_id=draft.gmail_draft_id)
    outgoing = office.work(office.reply(text="送る"))
    # Something was sent in the conversation since the agent began to write: they decide.
    assert outgoing.state == OutgoingState.HELD
    assert len(office.ledger()) == 1


def test_what_is_no_address_yet_is_left_out_in_gmail(office: Office) -> None:
    composer = start_new(office.box, office.agent)
    draft = save(
        composer.draft,
        office.agent,
        token=composer.lock.token,
        version=composer.draft.version,
        fields=DraftFields(to=(("", "aoi@customer.example"), ("", "まだ途中")), text="x"),
    )
    following.follow(draft.pk)
    draft = Draft.objects.get(pk=draft.pk)
    resource = office.gmail().get_draft(draft.gmail_draft_id, "full")
    found = parse_payload(resource["message"])
    assert [person.address for person in found.to] == ["aoi@customer.example"]
    assert draft.to == [["", "aoi@customer.example"], ["", "まだ途中"]]


def test_of_two_workers_at_once_one_has_the_draft(office: Office, composer: Composer) -> None:
    """The second one waits for the first one's claim to be committed, and then sees it."""
    version = Draft.objects.get(pk=composer.draft.pk).version
    save(
        composer.draft,
        office.agent,
        token=composer.lock.token,
        version=version,
        fields=DraftFields(text="本文"),
    )

    def second() -> bool:
        try:
            return following.claim(following.behind(), composer.draft.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            assert following.claim(following.behind(), composer.draft.pk)
            waiting = pool.submit(second)
            until(_somebody_waits, what="the second worker waits for the first")
        assert not waiting.result(timeout=20)


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])
