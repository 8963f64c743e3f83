"""The second gate (M29): what came or went in the conversation since the composer opened.

Gmail is asked and not only the mirror: history first, from where the mirror stood when the draft
was begun, and the conversation itself when history names it (or cannot tell any more). Then our own
tables: a colleague's answer that Gmail does not know of yet, and answers to the same mail in
another mailbox. Only this very draft and this very sending do not count.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from html import unescape
from typing import Any
from uuid import UUID

from callcenter.gmail.client import GmailClient
from callcenter.gmail.errors import HistoryExpired, NotFound
from callcenter.gmail.types import touched_messages
from mail.mime.addresses import parse_addresses
from mail.mime.words import decode
from mail.models import Conversation, Folder, Message, Outgoing, OutgoingState, SyncPhase, SyncState
from mail.outbox import timing
from mail.outbox.evidence import HEADER, header_of

_HEADERS = ("From", "Subject", HEADER)


@dataclass(frozen=True, slots=True)
class News:
    """One thing that the agent should see before the mail goes; `kind` is one of

    received, sent (in Gmail itself), colleague (sent or waiting here), elsewhere (the same mail
    was answered in another mailbox).
    """

    key: str
    kind: str
    who: str
    at: str
    subject: str
    snippet: str


@dataclass(frozen=True, slots=True)
class Look:
    """What a look found, and up to where Gmail's history has been searched with it."""

    news: list[News]
    history: str

    def stored(self) -> list[dict[str, str]]:
        return [asdict(each) for each in self.news]


def begin(conversation: Conversation) -> dict[str, Any]:
    """The columns of a new draft that say what its author can have seen."""
    state = SyncState.objects.filter(
        mailbox=conversation.mailbox_id, phase=SyncPhase.FOLLOWING
    ).first()
    # The place in history first: what is stored between the two readings is asked about once more.
    history = state.history_id if state else ""
    mirrored = Message.objects.filter(conversation=conversation)
    # What was sent from here is known before the mirror has seen it.
    sent = Outgoing.objects.filter(answers__conversation=conversation, state=OutgoingState.SENT)
    known = {
        *mirrored.values_list("gmail_id", flat=True),
        *sent.exclude(sent_gmail_id="").values_list("sent_gmail_id", flat=True),
    }
    return {"known": sorted(known), "opened_history": history}


def look(client: GmailClient, outgoing: Outgoing) -> Look:
    """What nobody has decided about yet, oldest first.

    Raises:
        GmailError: Gmail could not be asked; that is no answer.
    """
    draft = outgoing.draft
    if draft.answers is None:
        return Look([], outgoing.gate_history)
    thread_id = draft.answers.conversation.gmail_thread_id
    start = outgoing.gate_history or draft.opened_history
    touched, history = _touched(client, start, thread_id)
    found = _in_gmail(client, outgoing, thread_id) if touched else []
    found += _waiting_here(outgoing)
    found += _answered_elsewhere(outgoing)
    decided = {*outgoing.accepted, *draft.known}
    fresh = {each.key: each for each in found if each.key not in decided}
    return Look(sorted(fresh.values(), key=lambda each: each.at), history)


def _touched(client: GmailClient, start: str, thread_id: str) -> tuple[bool, str]:
    """Whether the conversation has to be read, and where the next search of history begins."""
    if not start:
        return True, ""
    page_token: str | None = None
    touched = False
    try:
        while True:
            page = client.list_history(start, page_token)
            # A record that does not name its conversation may be of ours.
            threads = touched_messages(page.records).values()
            touched = touched or any(each in {thread_id, ""} for each in threads)
            page_token = page.next_page_token
            if page_token is None:
                return touched, page.history_id or start
    except HistoryExpired:
        return True, ""


def _in_gmail(client: GmailClient, outgoing: Outgoing, thread_id: str) -> list[News]:
    try:
        thread = client.get_thread(thread_id, format="metadata", headers=_HEADERS)
    except NotFound:
        return []  # deleted for good: nothing came
    draft = outgoing.draft
    # Until the mirror is complete, what it does not have may be old.
    since = None if draft.opened_history else draft.created_at - timing.CLOCK_SLACK
    found = []
    for each in thread.get("messages", ()):
        labels = each.get("labelIds", ())
        if each["id"] in draft.known or "DRAFT" in labels or "SPAM" in labels:
            continue
        if each["id"] == outgoing.sent_gmail_id or header_of(each) == str(outgoing.token):
            continue
        at = datetime.fromtimestamp(int(each.get("internalDate", 0)) / 1000, UTC)
        if since is None or at >= since:
            found.append(_told(outgoing, each, at))
    return found


def _told(outgoing: Outgoing, each: dict[str, Any], at: datetime) -> News:
    headers = {
        one["name"].casefold(): one["value"] for one in each.get("payload", {}).get("headers", ())
    }
    sender = next(iter(parse_addresses(headers.get("from", ""))), None)
    ours = _ours(outgoing, header_of(each))
    sent = "SENT" in each.get("labelIds", ())
    kind = "colleague" if ours else "sent" if sent else "received"
    return News(
        key=f"o:{ours.pk}" if ours else f"g:{each['id']}",
        kind=kind,
        who=ours.author.name if ours else (sender.name or sender.address) if sender else "",
        at=_moment(at),
        subject=decode(headers.get("subject", "")),
        snippet=unescape(str(each.get("snippet", "")))[:200],
    )


def _ours(outgoing: Outgoing, header: str) -> Outgoing | None:
    try:
        token = UUID(header)
    except ValueError:
        return None
    rows = Outgoing.objects.filter(mailbox=outgoing.mailbox_id, token=token)
    return rows.select_related("author").first()


def _waiting_here(outgoing: Outgoing) -> list[News]:
    """Answers of others in the conversation that Gmail need not know of yet.

    A held one does not count: of two that meet, one goes on and the other is asked.
    """
    assert outgoing.draft.answers is not None
    others = Outgoing.objects.filter(
        answers__conversation=outgoing.draft.answers.conversation_id,
        state__in=Outgoing.OPEN_STATES,
    ).exclude(pk=outgoing.pk)
    return [
        News(
            key=f"o:{each.pk}",
            kind="colleague",
            who=each.author.name,
            at=_moment(_when(each)),
            subject=each.draft.subject,
            snippet=each.draft.text[:200],
        )
        for each in others.select_related("author", "draft")
    ]


def _answered_elsewhere(outgoing: Outgoing) -> list[News]:
    """Answers to the same mail (the same Message-ID) in other mailboxes, since the composer."""
    draft = outgoing.draft
    assert draft.answers is not None
    twins = twins_of(draft.answers)
    if not twins:
        return []
    here = Outgoing.objects.filter(
        answers__in=twins,
        state__in=(*Outgoing.OPEN_STATES, "sent", "uncertain"),
        created_at__gte=draft.created_at,
    ).select_related("author", "draft")
    told = [_elsewhere(f"o:{each.pk}", each.author.name, _when(each)) for each in here]
    known = {each.sent_gmail_id for each in here}
    in_gmail = Message.objects.filter(
        conversation__in=[each.conversation_id for each in twins],
        folder=Folder.SENT,
        internal_date__gte=draft.created_at,
        gone_at=None,
    ).exclude(gmail_id__in=known)
    for mail in in_gmail.select_related("mailbox"):
        told.append(_elsewhere(f"m:{mail.pk}", mail.mailbox.address, mail.internal_date))
    return told


def _elsewhere(key: str, who: str, at: datetime) -> News:
    """Without its words: the other mailbox need not be one that the agent sees."""
    return News(key, "elsewhere", who, _moment(at), subject="", snippet="")


def twins_of(message: Message) -> list[Message]:
    """The same mail as it came to other mailboxes."""
    rfc822_id = (
        Message.objects.filter(pk=message.pk).values_list("body__rfc822_id", flat=True).first()
    )
    if not rfc822_id:
        return []
    same = Message.objects.filter(body__rfc822_id=rfc822_id, gone_at=None)
    return list(same.exclude(mailbox=message.mailbox_id).select_related("mailbox")[:20])


def _when(each: Outgoing) -> datetime:
    return each.sent_at or each.created_at


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")


def keys(news: Iterable[dict[str, str]]) -> list[str]:
    return [each["key"] for each in news]
