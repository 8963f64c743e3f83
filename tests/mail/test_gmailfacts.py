"""`manage.py check_gmail` over HTTP: the sandbox does as is assumed, and what does not is told."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as product
from django.core.management import CommandError, call_command
from django.utils import timezone

from callcenter.gmail.client import GmailClient
from callcenter.gmail.errors import Refused, Unavailable
from callcenter.gmail.types import HistoryPage, IdPage
from mail.gmailfacts import FACTS, Need, Trial, Verdict, check
from mailboxes.gmail import tokens_of
from mailboxes.models import Mailbox
from tests.mail.connected import ADDRESS, connect, letter, point_at
from tests.sandbox_server import Sandbox

pytestmark = pytest.mark.django_db(transaction=True)
DOCS = Path(__file__).resolve().parents[2] / "docs" / "gmail-assumptions.md"
WITH_FILE = (
    b"From: aoi@customer.example\r\nTo: support@shop.example\r\nSubject: file\r\n"
    b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
    b"Content-Type: text/plain\r\n\r\nhere it is\r\n--b\r\n"
    b'Content-Type: application/pdf; name="a.pdf"\r\n'
    b'Content-Disposition: attachment; filename="a.pdf"\r\n'
    b"Content-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjQK\r\n--b--\r\n"
)


@pytest.fixture
def box(sandbox: Sandbox, broker: Any, settings: Any) -> Mailbox:
    """An account with enough of everything to decide each check."""
    point_at(sandbox, settings)
    mailbox = connect(sandbox, connected_at=timezone.now())
    for number in range(30):
        told = sandbox.admin.deliver(ADDRESS, letter(number))
        if number % 3 == 0:
            sandbox.admin.act(ADDRESS, "mark_read", message_id=told["id"])
        if number % 10 == 0:
            sandbox.admin.act(ADDRESS, "reply", message_id=told["id"], text="発送しました。")
        if number == 20:
            sandbox.admin.act(ADDRESS, "trash", message_id=told["id"])
    sandbox.admin.deliver(ADDRESS, WITH_FILE)
    sandbox.admin.expire_history(ADDRESS)  # an account of some age
    return mailbox


def run(*options: str) -> str:
    out = StringIO()
    call_command("check_gmail", ADDRESS, *options, stdout=out, stderr=out)
    return out.getvalue()


def verdicts(said: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+): (.+)$", said, re.MULTILINE))


def sent_by_us(sandbox: Sandbox) -> list[list[str]]:
    entries = sandbox.admin.ledger()
    return [entry["recipients"] for entry in entries if entry["via"].startswith("api")]


def test_what_only_reads_is_asked_unless_told_otherwise(box: Mailbox, sandbox: Sandbox) -> None:
    before = sandbox.admin.state(ADDRESS)
    found = verdicts(run())
    assert set(found) == {one.name for one in FACTS.values() if one.need is Need.NOTHING}
    # A permission that was given today may still turn out to be one of seven days.
    assert found.pop("permission-end") == "undecided"
    assert set(found.values()) == {"holds"}
    assert sandbox.admin.state(ADDRESS) == before
    assert sent_by_us(sandbox) == []


def test_the_writing_checks_hold_and_leave_nothing_behind(box: Mailbox, sandbox: Sandbox) -> None:
    before = sandbox.admin.state(ADDRESS)
    writing = [one.name for one in FACTS.values() if one.need is Need.WRITE]
    found = verdicts(run("--write", "--only", *writing))
    assert found == dict.fromkeys(writing, "holds")
    after = sandbox.admin.state(ADDRESS)
    assert after["drafts"] == before["drafts"]
    assert after["labels"] == before["labels"]
    known = {one["id"] for one in before["messages"]}
    made = [one for one in after["messages"] if one["id"] not in known]
    assert made
    assert all("TRASH" in one["labelIds"] for one in made)
    assert sent_by_us(sandbox) == [[ADDRESS]]


def test_the_units_are_spent_and_counted(box: Mailbox, sandbox: Sandbox, settings: Any) -> None:

    settings.GOOGLE = replace(settings.GOOGLE, units_per_minute=3000)
    sandbox.admin.faults(quota={"enforce": True, "units_per_minute": 3000})
    assert verdicts(run("--spend", "--only", "units")) == {"units": "holds"}


def test_another_price_list_than_ours_is_told(
    box: Mailbox, sandbox: Sandbox, settings: Any
) -> None:

    settings.GOOGLE = replace(settings.GOOGLE, units_per_minute=6000)
    sandbox.admin.faults(quota={"enforce": True, "units_per_minute": 2000})
    with pytest.raises(CommandError) as told:
        run("--spend", "--only", "units")
    assert told.value.returncode == 1


def deviating(name: str, box: Mailbox, client: GmailClient | None = None) -> str:
    """The check's verdict, without a minute's patience."""
    trial = Trial(box, client or _client(box), pause=lambda _: None, patience=0.0)
    try:
        return check(FACTS[name], trial).verdict.value
    finally:
        trial.clear_away()


def _client(box: Mailbox) -> GmailClient:

    return GmailClient(tokens_of(box), api_root=product.GOOGLE.api_root)


@pytest.mark.parametrize(
    ("name", "faults"),
    [
        ("sent-header", {"strip_headers": ["X-Outbox-Id"]}),
        ("sent-header", {"strip_headers": True}),
        ("draft-header", {"strip_headers": True, "strip_draft_headers": True}),
        ("history-names-changes", {"history": {"drop": 1.0}}),
        (
            "batch-parts",
            {
                "errors": [
                    {"method": "messages.get", "status": 400, "reason": "invalidArgument",
                     "where": "part"}
                ]
            },
        ),
    ],
)  # fmt: skip
def test_a_gmail_with_other_manners_is_found_out(
    box: Mailbox, sandbox: Sandbox, name: str, faults: dict[str, Any]
) -> None:
    sandbox.admin.faults(**faults)
    assert deviating(name, box) == "DIFFERS"


class Other(GmailClient):
    """Gmail's answers over HTTP, bent in one point."""

    def __init__(self, box: Mailbox) -> None:

        super().__init__(tokens_of(box), api_root=product.GOOGLE.api_root)


class ForgetfulThreads(Other):
    def get_threads(self, *args: Any, **more: Any) -> Any:
        for thread_id, answer in super().get_threads(*args, **more):
            assert isinstance(answer, dict)
            yield thread_id, {**answer, "messages": answer["messages"][:-1]}


class ThreadsWithoutTrash(Other):
    def get_thread(self, *args: Any, **more: Any) -> Any:
        answer = super().get_thread(*args, **more)
        kept = [one for one in answer["messages"] if "TRASH" not in one["labelIds"]]
        return {**answer, "messages": kept}


class LooseOr(Other):
    def list_message_ids(self, *args: Any, **more: Any) -> IdPage:
        if " OR " in (more.get("query") or ""):
            more["query"] = more["query"].replace("in:sent is:unread", "(in:sent is:unread)")
        return super().list_message_ids(*args, **more)


class StalePages(Other):
    """The second page begins a mail too late."""

    def list_message_ids(self, page_token: Any = None, *args: Any, **more: Any) -> IdPage:
        page = super().list_message_ids(page_token, *args, **more)
        return IdPage(page.ids[1:], page.next_page_token, page.estimate) if page_token else page


class WrongLabelLists(Other):
    def list_message_ids(self, *args: Any, **more: Any) -> IdPage:
        page = super().list_message_ids(*args, **more)
        return IdPage(page.ids[:-1], None, 0) if more.get("label_ids") == ["UNREAD"] else page


class HistoryBackwards(Other):
    def list_history(self, start: str, *args: Any, **more: Any) -> HistoryPage:
        page = super().list_history(start, *args, **more)
        return HistoryPage(page.records, str(int(start) - 1), page.next_page_token)


class ShortAttachments(Other):
    def get_attachment(self, *args: Any) -> bytes:
        return super().get_attachment(*args)[:-1]


class DraftsThatStay(Other):
    """The draft keeps its message's id, and outlives the sending."""

    def update_draft(self, draft_id: str, *args: Any, **more: Any) -> Any:

        self.first = super().get_draft(draft_id)
        updated = super().update_draft(draft_id, *args, **more)
        return replace(updated, message_id=self.first["message"]["id"])

    def get_draft(self, draft_id: str, *args: Any, **more: Any) -> Any:
        return self.first


class StaleDraftList(Other):
    """The list names the message that a draft began with."""

    def create_draft(self, raw: bytes, thread_id: str | None = None) -> Any:
        self.began = super().create_draft(raw, thread_id)
        return self.began

    def list_drafts(self, *args: Any, **more: Any) -> Any:
        return replace(super().list_drafts(*args, **more), drafts=[self.began])


class UntrashGivesTheInbox(Other):
    def untrash(self, message_id: str) -> Any:
        super().untrash(message_id)
        return self.modify(message_id, add=["INBOX"])


class AnyLabel(Other):
    def create_label(self, name: str, **more: Any) -> Any:
        return super().create_label(f"zz-{abs(hash(name))}" if "//" in name else name, **more)


class ColoursThatStay(Other):
    def patch_label(self, label_id: str, **more: Any) -> Any:
        kept = {name: value for name, value in more.items() if value}
        return super().patch_label(label_id, **kept)


class ChildrenThatCannotFollow(Other):
    def patch_label(self, label_id: str, **more: Any) -> Any:
        if "/" in (more.get("name") or ""):
            raise Refused("Label name exists or conflicts", reason="aborted", status=409)
        return super().patch_label(label_id, **more)


class ApartDrafts(Other):
    def create_draft(self, raw: bytes, thread_id: str | None = None) -> Any:
        for name in (b"References:", b"In-Reply-To:"):
            raw = raw.replace(name, b"X-" + name)
        return super().create_draft(raw)


class RawCharsets(Other):
    """Texts as they were sent, in the charset of their header."""

    def get_message(self, *args: Any, **more: Any) -> Any:

        answer = super().get_message(*args, **more)
        for part in answer.get("payload", {}).get("parts", ()):
            if part["mimeType"] == "text/plain":
                text = base64.urlsafe_b64decode(part["body"]["data"]).decode()
                data = text.encode("iso2022_jp")
                part["body"]["data"] = base64.urlsafe_b64encode(data).decode()
        return answer


@pytest.mark.parametrize(
    ("name", "gmail"),
    [
        ("threads-complete", ForgetfulThreads),
        ("threads-with-trash", ThreadsWithoutTrash),
        ("or-precedence", LooseOr),
        ("list-pages", StalePages),
        ("list-by-label", WrongLabelLists),
        ("history-bounds", HistoryBackwards),
        ("attachment-ids", ShortAttachments),
        ("own-attachment", ShortAttachments),
        ("draft-ids", DraftsThatStay),
        ("drafts-listed", StaleDraftList),
        ("send-consumes", DraftsThatStay),
        ("untrash-labels", UntrashGivesTheInbox),
        ("label-names", AnyLabel),
        ("label-colours", ColoursThatStay),
        ("label-family", ChildrenThatCannotFollow),
        ("draft-joins-thread", ApartDrafts),
        ("bodies-are-utf8", RawCharsets),
    ],
)
def test_each_check_can_fail(box: Mailbox, name: str, gmail: type[Other]) -> None:
    assert deviating(name, box) == "holds"
    assert deviating(name, box, gmail(box)) == "DIFFERS"


def test_a_permission_of_seven_days_is_seen(box: Mailbox, sandbox: Sandbox) -> None:

    now = timezone.now()

    def finding(**stored: Any) -> str:
        Mailbox.objects.filter(pk=box.pk).update(**stored)
        return deviating("permission-end", Mailbox.objects.get(pk=box.pk))

    assert finding(grant_ends_at=now + timedelta(days=5)) == "holds"
    assert finding(grant_ends_at=now - timedelta(days=1)) == "DIFFERS"
    assert finding(grant_ends_at=None, connected_at=now - timedelta(days=9)) == "holds"


def test_no_answer_is_no_verdict(box: Mailbox, sandbox: Sandbox) -> None:
    sandbox.admin.faults(down=503)
    with pytest.raises(CommandError) as told:
        run("--only", "batch-parts")
    assert told.value.returncode == 2
    sandbox.admin.faults(down=False)


def test_a_failure_in_the_middle_is_cleared_away(box: Mailbox, sandbox: Sandbox) -> None:
    before = sandbox.admin.state(ADDRESS)

    class Breaks(Other):
        def send_draft(self, draft_id: str) -> Any:
            raise Unavailable("out", reason="transport")

    assert deviating("sent-header", box, Breaks(box)) == "not asked"
    assert sandbox.admin.state(ADDRESS)["drafts"] == before["drafts"]


@pytest.mark.parametrize(
    "options",
    [
        ("nobody@shop.example",),
        ("999999",),
        (ADDRESS, "--only", "no-such-check"),
        (ADDRESS, "--only", "sent-header"),
        (ADDRESS, "--only", "units", "--write"),
    ],
)
def test_a_wrong_question_is_refused(box: Mailbox, options: tuple[str, ...]) -> None:
    with pytest.raises(CommandError) as told:
        call_command("check_gmail", *options, stdout=StringIO())
    assert told.value.returncode == 2


def test_an_account_that_is_paused_is_left_alone(box: Mailbox) -> None:
    Mailbox.objects.update(state="paused")
    with pytest.raises(CommandError, match="not connected"):
        run()


def test_the_document_has_each_check_with_its_command() -> None:
    text = DOCS.read_text("utf-8")
    for one in FACTS.values():
        needs = f" {one.need.value}" if one.need.value else ""
        assert f"check_gmail MAILBOX --only {one.name}{needs}" in text, one.name
    named = set(re.findall(r"--only ([a-z0-9-]+)", text))
    assert named <= set(FACTS)
    assert len(set(Verdict)) == 4
