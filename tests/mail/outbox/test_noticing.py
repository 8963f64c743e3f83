"""What a person makes of a saved draft in Gmail itself: noticed here, and nothing typed is lost."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models.functions import Now

from activity.models import Event
from mail import editlock
from mail.actions.drafts import autosave, save
from mail.actions.fields import DraftFields
from mail.actions.reply import Composer, start_new, start_reply
from mail.browse import Browse
from mail.categories import BY_KEY
from mail.counts import counts_for
from mail.models import Draft, DraftKind, DraftState, LockMode, Message, Status, ToFetch
from mail.outbox import following, noticing, troubles
from mail.sync.turn import take_turn
from mail.views.listing import live_drafts
from tests.mail.outbox.conftest import Office
from tests.waiting import until


class Desk:
    """A reply that was saved, and a mirror that has seen it."""

    def __init__(self, office: Office, composer: Composer) -> None:
        self.office, self.composer = office, composer
        self.draft = composer.draft
        self.press_save("保存した文章")
        self.look()

    def press_save(self, text: str) -> None:
        save(
            self.draft,
            self.office.agent,
            token=self.composer.lock.token,
            version=self.fresh().version,
            fields=DraftFields(text=text),
        )
        following.follow(self.draft.pk)

    def fresh(self) -> Draft:
        return Draft.objects.select_related("answers").get(pk=self.draft.pk)

    def act(self, action: str, **more: Any) -> dict[str, Any]:
        return self.office.sandbox.admin.act(self.office.box.address, action, **more)

    def look(self) -> None:
        """The mirror catches up, and the sweeper looks at what it shows."""

        def settled() -> bool:
            take_turn(self.office.box.pk, seconds=30)
            return not ToFetch.objects.filter(mailbox=self.office.box).exists()

        until(settled, timeout=60, what="the mirror caught up")

    def notice(self) -> list[int]:
        self.look()
        Draft.objects.filter(pk=self.draft.pk).update(
            saved_at=Now() - noticing.SEEN_AFTER, not_before=Now()
        )
        found = list(noticing.suspects().values_list("pk", flat=True))
        for pk in found:
            noticing.look_at(pk)
        return found

    def rest(self) -> None:
        """The agent has gone: the lock is 離席中."""
        editlock.rest(self.draft, self.office.agent, self.composer.lock.token, LockMode.AWAY)

    def listed(self) -> tuple[list[str], list[str]]:
        """下書き: the texts of the rows of ours, and the subjects of those made in Gmail."""
        browse = Browse(category=BY_KEY["drafts"])
        agent = self.office.agent
        made_there = browse.messages(agent).newest_first()
        ours = [draft.text for draft in live_drafts(agent, browse)]
        assert counts_for(agent).categories["drafts"] == len(ours) + made_there.count()
        return ours, [message.subject for message in made_there]


@pytest.fixture
def desk(office: Office) -> Desk:
    return Desk(office, start_reply(office.message, office.agent, DraftKind.REPLY))


def test_a_draft_that_is_well_is_left_alone_and_listed_once(desk: Desk) -> None:
    assert desk.notice() == []
    assert Message.objects.filter(folder="draft", gone_at=None).count() == 1
    assert desk.listed() == (["保存した文章"], [])
    desk.press_save("もう一度保存した")
    assert desk.listed() == (["もう一度保存した"], [])  # before the mirror has heard of it
    assert desk.notice() == []
    assert desk.listed() == (["もう一度保存した"], [])


@pytest.mark.parametrize("keep_headers", [False, True])
def test_one_that_was_changed_there_says_so_and_is_listed_once(
    desk: Desk, keep_headers: bool
) -> None:
    told = desk.act(
        "edit_draft",
        draft_id=desk.fresh().gmail_draft_id,
        text="Gmailで直した文章",
        keep_headers=keep_headers,
    )
    assert desk.notice() == [desk.draft.pk]
    draft = desk.fresh()
    assert (draft.state, draft.trouble) == (DraftState.LIVE, troubles.DRAFT_CHANGED)
    assert draft.text == "保存した文章"
    # Their text is at hand, and is no second row.
    theirs = Message.objects.get(gmail_id=draft.gmail_message_id)
    assert theirs.gmail_id == told["id"]
    assert "Gmailで直した文章" in theirs.body.text
    assert desk.listed() == (["保存した文章"], [])
    event = Event.objects.get(kind="draft.let_go")
    assert event.data["told"] == desk.office.agent.pk
    assert desk.notice() == []
    # Saving again overwrites nothing: theirs stands by itself from then on.
    desk.press_save("両方を見て書き直した")
    desk.look()
    assert len(desk.office.gmail_drafts()) == 2
    ours, made_there = desk.listed()
    assert ours == ["両方を見て書き直した"]
    assert len(made_there) == 1


def test_one_that_was_deleted_there_keeps_its_text_here(desk: Desk) -> None:
    desk.act("delete_draft", draft_id=desk.fresh().gmail_draft_id)
    assert desk.notice() == [desk.draft.pk]
    draft = desk.fresh()
    assert (draft.state, draft.trouble) == (DraftState.LIVE, troubles.DRAFT_GONE)
    assert (draft.gmail_draft_id, draft.text) == ("", "保存した文章")
    assert desk.listed() == (["保存した文章"], [])
    desk.press_save("やはり送る")
    assert len(desk.office.gmail_drafts()) == 1
    assert desk.fresh().trouble == ""


@pytest.mark.spec("M34")
@pytest.mark.parametrize("strip", [[], ["X-Outbox-Id"]], ids=["header kept", "header stripped"])
def test_one_that_was_sent_there_is_over_and_its_mail_done(desk: Desk, strip: list[str]) -> None:
    desk.office.sandbox.admin.faults(strip_headers=strip)
    desk.rest()
    desk.act("send_draft", draft_id=desk.fresh().gmail_draft_id)
    assert desk.notice() == [desk.draft.pk]
    draft = desk.fresh()
    assert (draft.state, draft.gmail_draft_id) == (DraftState.SENT, "")
    assert desk.office.mail().status == Status.DONE
    assert editlock.current(desk.office.mail()) is None
    assert desk.listed() == ([], [])
    assert Event.objects.filter(kind="draft.sent_in_gmail").count() == 1
    assert len(desk.office.ledger()) == 1


def test_what_was_typed_since_is_kept_as_a_parked_copy(desk: Desk) -> None:
    autosave(
        desk.draft,
        desk.office.agent,
        token=desk.composer.lock.token,
        version=desk.fresh().version,
        fields=DraftFields(text="保存した文章、そして続き"),
    )
    desk.rest()
    desk.act("send_draft", draft_id=desk.fresh().gmail_draft_id)
    desk.notice()
    draft = desk.fresh()
    assert (draft.state, draft.text) == (DraftState.PARKED, "保存した文章、そして続き")


def test_an_agent_who_is_writing_is_warned_and_decides(desk: Desk) -> None:
    desk.act("send_draft", draft_id=desk.fresh().gmail_draft_id)
    desk.notice()
    draft = desk.fresh()
    assert (draft.state, draft.trouble) == (DraftState.LIVE, troubles.DRAFT_GONE)
    assert editlock.current(desk.office.mail()) is not None


def test_a_new_mail_that_was_sent_there_is_over(office: Office) -> None:
    desk = Desk(office, start_new(office.box, office.agent))
    save(
        desk.draft,
        office.agent,
        token=desk.composer.lock.token,
        version=desk.fresh().version,
        fields=DraftFields(to=(("", "aoi@customer.example"),), subject="ご案内", text="新しい"),
    )
    following.follow(desk.draft.pk)
    desk.look()
    desk.rest()
    desk.act("send_draft", draft_id=desk.fresh().gmail_draft_id)
    assert desk.notice() == [desk.draft.pk]
    assert desk.fresh().state == DraftState.SENT


def test_while_gmail_is_away_it_is_asked_later(desk: Desk) -> None:
    desk.act("delete_draft", draft_id=desk.fresh().gmail_draft_id)
    desk.look()
    desk.office.sandbox.admin.faults(down=503)
    Draft.objects.update(saved_at=Now() - noticing.SEEN_AFTER, not_before=Now())
    noticing.look_at(desk.draft.pk)
    draft = desk.fresh()
    assert (draft.trouble, draft.claimed_until) == ("", None)
    assert not noticing.suspects().exists()
    desk.office.sandbox.admin.faults(down=False)
    desk.notice()
    assert desk.fresh().trouble == troubles.DRAFT_GONE


def test_a_draft_written_in_gmail_is_listed_changed_and_gone(desk: Desk) -> None:
    told = desk.act("create_draft", to="mio@customer.example", subject="Gmailで書く", text="一")
    desk.look()
    assert desk.listed() == (["保存した文章"], ["Gmailで書く"])
    desk.act("edit_draft", draft_id=told["draft_id"], subject="Gmailで書き直す", text="二")
    desk.look()
    assert desk.listed() == (["保存した文章"], ["Gmailで書き直す"])
    desk.act("delete_draft", draft_id=told["draft_id"])
    desk.look()
    assert desk.listed() == (["保存した文章"], [])
