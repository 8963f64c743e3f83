"""Checks that change nothing. They look at the newest mails only, however large the account is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.utils import timezone

from callcenter.gmail.errors import HistoryExpired, NotFound
from mail.gmailfacts.fact import Finding, differs, fact, holds, undecided, verdict_of
from mail.gmailfacts.trial import Trial
from mailboxes.gmail import refresh_now

NEWEST = 200
# A mail may arrive between two looks: what differs is looked at anew before it counts.
_LOOKS = 3


@fact(
    "or-precedence",
    expected="in a query, OR binds tighter than the blank: `a b OR c` is a and (b or c)",
    relied="the search (M3a) reads queries as Gmail does",
)
def or_precedence(trial: Trial) -> Finding:
    client = trial.client
    newest = client.list_message_ids(page_size=NEWEST, include_spam_trash=False).ids
    if not newest:
        return undecided("the account has no mail")
    oldest = client.get_message(newest[-1][0], format="minimal")
    since = f"after:{int(oldest['internalDate']) // 1000}"

    def ids(query: str) -> set[str]:
        found = client.list_message_ids(query=f"{since} {query}", include_spam_trash=False)
        return {one for one, _ in found.ids}

    finding = undecided("")
    for _ in range(_LOOKS):
        inbox, sent, unread = ids("in:inbox"), ids("in:sent"), ids("is:unread")
        answered = ids("in:inbox OR in:sent is:unread")
        tight = (inbox | sent) & unread
        if not inbox - unread:
            return undecided(
                "there is no read mail in the inbox that would tell the readings apart"
            )
        if answered == tight:
            return holds(f"{len(answered)} mails, as (inbox or sent) and unread has them")
        finding = differs(
            f"{len(answered)} mails; (inbox or sent) and unread are {len(tight)}, inbox or (sent "
            f"and unread) are {len(inbox | (sent & unread))}"
        )
    return finding


@fact(
    "threads-complete",
    expected="threads.get names every mail of the conversation, trashed and spam ones included",
    relied="the mirror reads conversations whole where that is cheaper (mail.sync.plan)",
)
def threads_complete(trial: Trial) -> Finding:
    listed: dict[str, set[str]] = defaultdict(set)
    for gmail_id, thread_id in trial.client.list_message_ids(page_size=NEWEST).ids:
        listed[thread_id].add(gmail_id)
    several = {thread: ids for thread, ids in listed.items() if len(ids) > 1}
    if not several:
        return undecided("no conversation of several mails among the newest")
    chosen = dict(sorted(several.items(), key=lambda pair: -len(pair[1]))[:10])
    mails, lacking, outside = 0, [], 0
    for thread_id, answer in trial.client.get_threads(list(chosen), format="minimal"):
        if not isinstance(answer, dict):
            raise answer
        messages = answer.get("messages", [])
        found = {one["id"] for one in messages}
        mails += len(found)
        lacking += sorted(chosen[thread_id] - found)
        outside += sum(1 for one in messages if {"TRASH", "SPAM"} & set(one.get("labelIds", ())))
    seen = f"{len(chosen)} conversations, {mails} mails, {outside} of them in trash or spam"
    return differs(f"{seen}; not named: {', '.join(lacking)}") if lacking else holds(seen)


@fact(
    "list-pages",
    expected="pages of messages.list, also by label, name each mail once, newest first, whatever "
    "their size",
    relied="the first synchronisation and the comparison (mail.sync.listing, reconcile)",
)
def list_pages(trial: Trial) -> Finding:
    def ids(label: str, *, page_size: int) -> list[str]:
        found: list[str] = []
        token: str | None = None
        while len(found) < 100:
            page = trial.client.list_message_ids(token, label_ids=[label], page_size=page_size)
            found += [one for one, _ in page.ids]
            token = page.next_page_token
            if token is None:
                break
        return found[:100]

    finding = undecided("")
    for _ in range(_LOOKS):
        whole, small = ids("INBOX", page_size=100), ids("INBOX", page_size=20)
        if len(whole) <= 20:
            return undecided("the inbox fits into one page")
        if small == whole and len(set(small)) == len(small):
            return holds(f"the same {len(whole)} mails in the same order by 20 and by 100 a page")
        finding = differs(
            f"by 100 a page {len(whole)} mails, by 20 a page {len(set(small))} different ones "
            f"({len(set(whole) - set(small))} are missing, {len(small) - len(set(small))} doubled)"
        )
    return finding


@fact(
    "list-by-label",
    expected="messages.list with labelIds names exactly the mails that bear the label",
    relied="the comparison finds wrong labels without reading mails (mail.sync.reconcile)",
)
def list_by_label(trial: Trial) -> Finding:
    finding = undecided("")
    for _ in range(_LOOKS):
        newest = [one for one, _ in trial.client.list_message_ids(page_size=100).ids]
        wrong, compared = [], 0
        labels: dict[str, set[str]] = {}
        for gmail_id, answer in trial.client.get_messages(newest, format="minimal"):
            if isinstance(answer, dict):
                labels[gmail_id] = set(answer.get("labelIds", ()))
        for label in ("INBOX", "UNREAD", "SENT", "TRASH"):
            page = trial.client.list_message_ids(label_ids=[label], page_size=500)
            named = {one for one, _ in page.ids}
            bearing = {one for one, found in labels.items() if label in found}
            compared += len(bearing)
            wrong += [f"{one} lacks in {label}" for one in sorted(bearing - named)]
            wrong += [f"{one} stands in {label}" for one in sorted(named & set(labels) - bearing)]
        if not compared:
            return undecided("none of the newest mails bears such a label")
        if not wrong:
            return holds(f"{len(labels)} mails compared in 4 labels")
        finding = differs("; ".join(wrong[:5]))
    return finding


@fact(
    "history-bounds",
    expected="history.list from the profile's own id answers; an id that is too old is a 404",
    relied="the cursor of the mirror; a 404 begins a comparison (mail.sync.history)",
)
def history_bounds(trial: Trial) -> Finding:
    now = trial.client.profile().history_id
    page = trial.client.list_history(now)
    if int(page.history_id) < int(now):
        return differs(f"asked from {now}, the answer's id {page.history_id} is older")
    try:
        trial.client.list_history("1")
    except HistoryExpired as error:
        return holds(f"from {now}: {page.history_id}; from 1: {error.status} {error.reason}")
    return undecided("the account is so new that its first history id is still known")


@fact(
    "batch-parts",
    expected="in a batch, a mail that is not there is a 404 of its own part; the others come",
    relied="one bad mail never stops the rest (callcenter.gmail.batch, mail.sync.fetch)",
)
def batch_parts(trial: Trial) -> Finding:
    newest = [one for one, _ in trial.client.list_message_ids(page_size=3).ids]
    if not newest:
        return undecided("the account has no mail")
    absent = f"{int(newest[0], 16) ^ 0x5A5A5A5A:x}" if _is_hex(newest[0]) else "1" * 16
    answers = dict(trial.client.get_messages([newest[0], absent, *newest[1:]], format="minimal"))
    there = [one for one in newest if isinstance(answers[one], dict)]
    refusal = answers[absent]
    seen = f"{len(there)} of {len(newest)} came; the absent one: {_words(refusal)}"
    return verdict_of(isinstance(refusal, NotFound) and len(there) == len(newest), seen)


def _is_hex(text: str) -> bool:
    return all(digit in "0123456789abcdef" for digit in text.lower())


def _words(answer: object) -> str:
    return "a mail came" if isinstance(answer, dict) else f"{type(answer).__name__}, {answer}"


@fact(
    "attachment-ids",
    expected="an attachment id just read gives the bytes; it may be another one at each reading",
    relied="attachments are kept by part id, and their ids never stored (mail.attachments)",
)
def attachment_ids(trial: Trial) -> Finding:
    page = trial.client.list_message_ids(query="has:attachment", page_size=5)
    for gmail_id, _ in page.ids:
        return attachment_of(trial, gmail_id)
    return undecided("no mail with an attachment; with --write the test mail has one")


def attachment_of(trial: Trial, gmail_id: str) -> Finding:
    """The check for one mail."""
    first = next(_attached(trial.client.get_message(gmail_id).get("payload", {})), None)
    second = next(_attached(trial.client.get_message(gmail_id).get("payload", {})), None)
    if first is None or second is None:
        return undecided(f"mail {gmail_id} has no part with an attachment id")
    try:
        size = len(trial.client.get_attachment(gmail_id, second["attachmentId"]))
    except NotFound as error:
        return differs(f"an id just read is refused: {error}")
    same = "the same id" if first["attachmentId"] == second["attachmentId"] else "another id"
    seen = f"{size} bytes of {second.get('size')} told; {same} at the second reading"
    return verdict_of(size == second.get("size"), seen)


def _attached(part: dict[str, Any]) -> Iterator[dict[str, Any]]:
    body = part.get("body") or {}
    if part.get("filename") and body.get("attachmentId"):
        yield body
    for child in part.get("parts") or ():
        yield from _attached(child)


@fact(
    "permission-end",
    expected="a permission that ends (test mode: 7 days) says so by refresh_token_expires_in",
    relied="the warning before mail stops (mailboxes.grants)",
)
def permission_end(trial: Trial) -> Finding:
    stored = trial.mailbox.grant_ends_at
    told = refresh_now(trial.mailbox).ends_at
    now = timezone.now()
    if told is not None:
        if stored is None:
            return differs(f"a refresh names {told:%Y-%m-%d %H:%M}, the exchange had named no end")
        near = abs(told - stored) < timedelta(hours=1)
        return verdict_of(
            near, f"a refresh names {told:%Y-%m-%d %H:%M}, stored is {stored:%Y-%m-%d %H:%M}"
        )
    if stored is not None:
        if stored < now:
            return differs(f"it should have ended on {stored:%Y-%m-%d %H:%M}, and is alive")
        return holds(f"named at the exchange only: {stored:%Y-%m-%d %H:%M}")
    connected = trial.mailbox.connected_at
    if connected is not None and now - connected > timedelta(days=8):
        return holds(f"no end named, and alive {(now - connected).days} days after it was given")
    return undecided("no end named; certain once the permission is older than 7 days")
