"""Gmail drafts that bear our header and that no row owns.

A drafts.create whose answer was lost, or whose worker died before it wrote the id down, leaves one
in Gmail, where somebody might send it by hand. They are looked for before another one is created,
and once in a while by the sweeper. Only tokens of our own rows count: another installation may work
with the same account.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from uuid import UUID

from callcenter.gmail.client import GmailClient
from callcenter.gmail.errors import GmailError, NotFound
from callcenter.gmail.types import DraftRef
from mail.models import Draft, DraftState, Outgoing, OutgoingState
from mail.outbox import troubles
from mail.outbox.evidence import HEADER, header_of
from mailboxes.models import Mailbox

log = logging.getLogger(__name__)


def clear(
    client: GmailClient, tokens: Collection[str], *, owned: Collection[str], thread_id: str = ""
) -> int:
    """Delete the drafts with one of these tokens, but for the `owned` ids; returns how many.

    `thread_id` narrows the search to one conversation.

    Raises:
        GmailError: Gmail could not be asked, so that none may be created either.
    """
    deleted = 0
    found = (
        draft
        for draft in listed(client)
        if draft.id not in owned and thread_id in {"", draft.thread_id}
    )
    for draft, token in _with_tokens(client, list(found)):
        if token in tokens:
            delete(client, draft.id)
            deleted += 1
    return deleted


def delete(client: GmailClient, draft_id: str) -> None:
    """Delete a draft of ours; one that is gone already is as good."""
    try:
        client.delete_draft(draft_id)
    except NotFound:
        return
    log.info("deleted the orphaned Gmail draft %s", draft_id)


def sweep(client: GmailClient, mailbox: Mailbox) -> int:
    """Delete the mailbox's orphans whose rows have come to an end; returns how many.

    Raises:
        GmailError: Gmail could not be asked.
    """
    kept = set(
        Draft.objects.filter(mailbox=mailbox, state__in=[DraftState.LIVE, DraftState.PARKED])
        .exclude(gmail_draft_id="")
        .values_list("gmail_draft_id", flat=True)
    )
    candidates = [draft for draft in listed(client) if draft.id not in kept]
    deleted = 0
    for draft, token in _with_tokens(client, candidates):
        if _ended(mailbox, token):
            delete(client, draft.id)
            deleted += 1
    return deleted


def _ended(mailbox: Mailbox, token: str) -> bool:
    """Whether the token is a row's of ours that will not need a draft in Gmail any more.

    What a person has changed in Gmail is never ours to delete.
    """
    try:
        uuid = UUID(token)
    except ValueError:
        return False
    outgoing = Outgoing.objects.filter(mailbox=mailbox, token=uuid).first()
    if outgoing is not None:
        ended = outgoing.state in {OutgoingState.SENT, *Outgoing.UNSENT}
        return ended and outgoing.trouble != troubles.DRAFT_CHANGED
    draft = Draft.objects.filter(mailbox=mailbox, token=uuid).first()
    if draft is None or draft.trouble == troubles.DRAFT_CHANGED:
        return False
    # A live draft whose id is being written down just now is not an orphan.
    return draft.state in {DraftState.SENT, DraftState.DISCARDED} or draft.gmail_draft_id != ""


def listed(client: GmailClient) -> Iterator[DraftRef]:
    """Every draft of the account."""
    page_token: str | None = None
    while True:
        page = client.list_drafts(page_token)
        yield from page.drafts
        page_token = page.next_page_token
        if page_token is None:
            return


def _with_tokens(client: GmailClient, drafts: list[DraftRef]) -> Iterator[tuple[DraftRef, str]]:
    by_message = {draft.message_id: draft for draft in drafts}
    for message_id, answer in client.get_messages(by_message, "metadata", [HEADER]):
        if isinstance(answer, NotFound):
            continue  # edited or sent since it was listed
        if isinstance(answer, GmailError):
            raise answer
        token = header_of(answer)
        if token:
            yield by_message[message_id], token
