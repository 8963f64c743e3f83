"""Checks that make a labelled test mail to oneself, and take it away again."""

from __future__ import annotations

from typing import Any

from callcenter.gmail.errors import GmailError, Refused
from callcenter.gmail.types import decode_base64url, header_values, touched_ids
from mail.gmailfacts.fact import Finding, Need, differs, fact, holds, undecided, verdict_of
from mail.gmailfacts.reading import attachment_of
from mail.gmailfacts.trial import TEXT, Trial
from mail.outbox.evidence import header_of


@fact(
    "draft-ids",
    expected="drafts.update keeps the draft's id and gives its message another one",
    relied="drafts are keyed by their draft id (Draft, mail.outbox.following)",
    need=Need.WRITE,
)
def draft_ids(trial: Trial) -> Finding:
    created, updated = trial.sent.created, trial.sent.updated
    seen = f"draft {created.id} → {updated.id}, message {created.message_id} → {updated.message_id}"
    return verdict_of(created.id == updated.id and created.message_id != updated.message_id, seen)


@fact(
    "drafts-listed",
    expected="drafts.list names a draft with the message that it has now, and its conversation",
    relied="a draft that was begun in Gmail is found by its message (mail.outbox.adopting)",
    need=Need.WRITE,
)
def drafts_listed(trial: Trial) -> Finding:
    sent = trial.sent
    found = [each for each in sent.listed if each.id == sent.updated.id]
    seen = ", ".join(f"message {each.message_id} of {each.thread_id}" for each in found)
    return verdict_of(found == [sent.updated], seen or "not listed")


@fact(
    "draft-header",
    expected="a saved draft keeps our X-Outbox-Id",
    relied="orphaned drafts are found and deleted by it (mail.outbox.orphans)",
    need=Need.WRITE,
)
def draft_header(trial: Trial) -> Finding:
    found = header_of(trial.sent.draft.get("message", {}))
    return verdict_of(found == trial.sent.token, f"X-Outbox-Id: {found or 'gone'}")


@fact(
    "send-consumes",
    expected="drafts.send answers with the sent mail (SENT, not DRAFT), and the draft is gone",
    relied="a mail is sent exactly once (mail.outbox.delivery)",
    need=Need.WRITE,
)
def send_consumes(trial: Trial) -> Finding:
    sent = trial.sent
    labels = set(sent.message.get("labelIds", ()))
    left = "gone" if sent.left is None else "still there"
    seen = f"mail {sent.answer.id} bears {', '.join(sorted(labels))}; the draft is {left}"
    return verdict_of(sent.left is None and "SENT" in labels and "DRAFT" not in labels, seen)


@fact(
    "sent-header",
    expected="a sent mail keeps our X-Outbox-Id; its Message-ID may be replaced",
    relied="evidence that a mail was sent (mail.outbox.evidence)",
    need=Need.WRITE,
)
def sent_header(trial: Trial) -> Finding:
    found = header_of(trial.sent.message)
    told = "".join(header_values(trial.sent.message, "Message-ID")).strip("<> ")
    kept = "kept" if told == trial.sent.message_id else f"replaced by {told or 'nothing'}"
    seen = f"X-Outbox-Id: {found or 'gone'}; the Message-ID was {kept}"
    return verdict_of(found == trial.sent.token, seen)


@fact(
    "bodies-are-utf8",
    expected="format=full gives texts in UTF-8, whatever charset their header goes on naming",
    relied="the mirror reads payloads and not raw mails (mail.mime.payload)",
    need=Need.WRITE,
)
def bodies_are_utf8(trial: Trial) -> Finding:
    part = _text_part(trial.sent.message.get("payload", {}))
    if part is None:
        return differs("the mail has no text part")
    data = decode_base64url(part.get("body", {}).get("data", ""))
    said = "".join(header_values({"payload": part}, "Content-Type"))
    try:
        text = data.decode().strip()
    except UnicodeDecodeError:
        return differs(f"not UTF-8: {data[:40]!r}; the header says {said}")
    return verdict_of(text == TEXT, f"“{text[:20]}”; the header says {said}")


def _text_part(part: dict[str, Any]) -> dict[str, Any] | None:
    if part.get("mimeType") == "text/plain":
        return part
    found = (_text_part(child) for child in part.get("parts") or ())
    return next((one for one in found if one is not None), None)


@fact(
    "history-names-changes",
    expected="history names every mail that came or changed since its start",
    relied="the mirror reads again what history names, and nothing else (mail.sync.history)",
    need=Need.WRITE,
)
def history_names_changes(trial: Trial) -> Finding:
    sent = trial.sent

    def names(start: str) -> bool:
        token: str | None = None
        while True:
            page = trial.client.list_history(start, token)
            if sent.answer.id in touched_ids(page.records):
                return True
            token = page.next_page_token
            if token is None:
                return False

    if not trial.until(lambda: names(sent.history_before)):
        return differs("the new mail was not named")
    start = trial.client.profile().history_id
    trial.client.modify(sent.answer.id, add=["STARRED"])
    starred = trial.until(lambda: names(start))
    trial.client.modify(sent.answer.id, remove=["STARRED"])
    return verdict_of(
        bool(starred),
        "the new mail was named, " + ("and its star" if starred else "its star was not"),
    )


@fact(
    "untrash-labels",
    expected="trash keeps a mail's own labels; untrash takes TRASH away and gives no INBOX back",
    relied="復元 gives back what we remember, and expects no more of Gmail (M15)",
    need=Need.WRITE,
)
def untrash_labels(trial: Trial) -> Finding:
    gmail_id = trial.sent.answer.id
    before = set(trial.client.modify(gmail_id, add=[trial.label, "INBOX"]).label_ids)
    trashed = set(trial.client.trash(gmail_id).label_ids)
    restored = set(trial.client.untrash(gmail_id).label_ids)
    names = [" ".join(sorted(each)) for each in (before, trashed, restored)]
    as_expected = (
        "TRASH" in trashed
        and trial.label in trashed
        and "TRASH" not in restored
        and trial.label in restored
        and "INBOX" not in restored
    )
    return verdict_of(as_expected, " → ".join(names))


@fact(
    "threads-with-trash",
    expected="threads.get still names a mail that is in the trash",
    relied="the mirror reads conversations whole where that is cheaper (mail.sync.plan)",
    need=Need.WRITE,
)
def threads_with_trash(trial: Trial) -> Finding:
    gmail_id = trial.sent.answer.id
    thread_id = trial.client.trash(gmail_id).thread_id or trial.sent.answer.thread_id
    messages = trial.client.get_thread(thread_id, format="minimal").get("messages", [])
    trial.client.untrash(gmail_id)
    found = {one["id"] for one in messages}
    return verdict_of(gmail_id in found, f"{len(found)} mails named while it was in the trash")


@fact(
    "draft-joins-thread",
    expected="a draft with threadId, References and the same subject stands in that conversation",
    relied="replies stay in their conversation (M18b, mail.mime.references)",
    need=Need.WRITE,
)
def draft_joins_thread(trial: Trial) -> Finding:
    answered = "".join(header_values(trial.sent.message, "Message-ID")).strip("<> ")
    raw = trial.compose(
        f"check-reply-{trial.token}@cloudcallcenter.invalid",
        "reply",
        extra=(f"In-Reply-To: <{answered}>", f"References: <{answered}>"),
    )
    made = trial.new_draft(raw, trial.sent.answer.thread_id)
    return verdict_of(
        made.thread_id == trial.sent.answer.thread_id,
        f"conversation {trial.sent.answer.thread_id}, the draft stands in {made.thread_id}",
    )


@fact(
    "own-attachment",
    expected="an attachment id just read gives the bytes; it may be another one at each reading",
    relied="attachments are kept by part id, and their ids never stored (mail.attachments)",
    need=Need.WRITE,
)
def own_attachment(trial: Trial) -> Finding:
    return attachment_of(trial, trial.sent.answer.id)


@fact(
    "label-names",
    expected="labels.create refuses Gmail's own names, doubles and names with an empty part",
    relied="a refused name is told at its field (L2); nothing of the kind is checked by us alone",
    need=Need.WRITE,
)
def label_names(trial: Trial) -> Finding:
    taken = f"check-{trial.token}"
    if not trial.label:
        return undecided("the label could not be made")
    refused, accepted = [], []
    for name in ("INBOX", "Trash", taken, f"{taken}//a", "x" * 300):
        shown = name if len(name) < 40 else f"{name[:8]}… of {len(name)}"
        try:
            made = trial.client.create_label(name)
        except Refused as error:
            refused.append(f"{shown}: {error.status}")
        else:
            accepted.append(shown)
            _remove(trial, made.id)
    seen = "refused " + (", ".join(refused) or "none")
    return differs(f"{seen}; accepted {', '.join(accepted)}") if accepted else holds(seen)


def _remove(trial: Trial, label_id: str) -> None:
    try:
        trial.client.delete_label(label_id)
    except GmailError as error:
        trial.say(f"The label {label_id} could not be deleted: {error}")
