"""One Gmail account, as the rest of the product speaks to it.

Every method is one Gmail call (or one batch), charged to the mailbox's budget before it is made.
Reads and repeatable changes may be tried again within the given `Retry`; what makes something new
(a draft, a label) is asked for once, and `send_draft` is exactly one request whose outcome is one
of: the mail's reference, a sure refusal, `NotSent`, or `Uncertain`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from . import batch, bodies, types
from .calls import Caller, Quota, Retry, TokenSource
from .discovery import api
from .download import Sink
from .errors import (
    GmailError,
    HistoryExpired,
    NotFound,
    QuotaExceeded,
    Refused,
    Unavailable,
    after_send,
)
from .transport import Timeouts
from .types import (
    DraftPage,
    DraftRef,
    Format,
    HistoryPage,
    IdPage,
    Label,
    MessageRef,
    Profile,
    Resource,
    SendAs,
    SentRef,
)

ME = "me"
BATCH = 50


class GmailClient:
    """Gmail's REST API for one mailbox. Not bound to a thread."""

    def __init__(
        self,
        credentials: TokenSource,
        *,
        api_root: str,
        quota: Quota | None = None,
        timeout: float = 30.0,
        retry: Retry | None = None,
    ) -> None:
        self._api = api(api_root)
        self._calls = Caller(
            credentials,
            quota=quota,
            timeouts=Timeouts(silence=timeout, total=timeout * 6),
            retry=retry or Retry(),
        )

    # The account

    def profile(self) -> Profile:
        return self._calls.read(
            "getProfile", lambda: self._api.users.getProfile(userId=ME), types.read_profile
        )

    def send_as(self) -> list[SendAs]:
        return self._calls.read(
            "settings.sendAs.list",
            lambda: self._api.send_as.list(userId=ME),
            types.read_all_send_as,
        )

    # Reading mail

    def list_message_ids(
        self,
        page_token: str | None = None,
        query: str | None = None,
        label_ids: Sequence[str] | None = None,
        include_spam_trash: bool = True,
        page_size: int = 500,
    ) -> IdPage:
        """Newest first. `query` is Gmail's own search language."""
        return self._calls.read(
            "messages.list",
            lambda: self._api.messages.list(
                userId=ME,
                pageToken=page_token,
                q=query,
                labelIds=list(label_ids) if label_ids else None,
                includeSpamTrash=include_spam_trash,
                maxResults=page_size,
            ),
            types.read_id_page,
        )

    def get_message(
        self, message_id: str, format: Format = "full", headers: Sequence[str] = ()
    ) -> Resource:
        """`headers` names what format=metadata brings (all when empty)."""
        return self._calls.read(
            "messages.get",
            lambda: self._get_message(message_id, format, headers),
            types.read_resource,
        )

    def get_messages(
        self,
        ids: Iterable[str],
        format: Format = "full",
        headers: Sequence[str] = (),
        batch_size: int = BATCH,
    ) -> Iterator[tuple[str, Resource | GmailError]]:
        """Each id exactly once with its resource or its own error, batch by batch.

        Raises:
            GmailError: a batch as a whole failed; ids that were not yielded remain to be fetched.
        """
        yield from self._batched(
            "messages.get", ids, lambda one: self._get_message(one, format, headers), batch_size
        )

    def get_thread(
        self, thread_id: str, format: Format = "full", headers: Sequence[str] = ()
    ) -> Resource:
        """The conversation with its messages, oldest first. There is no format=raw here."""
        return self._calls.read(
            "threads.get",
            lambda: self._get_thread(thread_id, format, headers),
            types.read_resource,
        )

    def get_threads(
        self,
        ids: Iterable[str],
        format: Format = "full",
        headers: Sequence[str] = (),
        batch_size: int = BATCH // 2,
    ) -> Iterator[tuple[str, Resource | GmailError]]:
        """As `get_messages`, for conversations."""
        yield from self._batched(
            "threads.get", ids, lambda one: self._get_thread(one, format, headers), batch_size
        )

    def get_attachment(self, message_id: str, attachment_id: str) -> bytes:
        """The bytes of an attachment. Its id comes from a fresh message resource: it is no name.

        Raises:
            Unavailable: what came is not base64url.
        """
        return self._calls.read(
            "messages.attachments.get",
            lambda: self._api.attachments.get(userId=ME, messageId=message_id, id=attachment_id),
            types.read_attachment,
        )

    def download_attachment(self, message_id: str, attachment_id: str, sink: Sink) -> int:
        """An attachment's bytes into a file, never held whole; how many they are.

        Raises:
            Unavailable: what came is not base64url. What `sink` then holds is worth nothing.
        """
        _, size = self._calls.download(
            "messages.attachments.get",
            lambda: self._api.attachments.get(userId=ME, messageId=message_id, id=attachment_id),
            field="data",
            sink=sink,
        )
        return size

    def download_raw(self, message_id: str, sink: Sink) -> int:
        """The mail as it was received (format=raw) into a file; how many bytes it is."""
        _, size = self._calls.download(
            "messages.get",
            lambda: self._get_message(message_id, "raw", ()),
            field="raw",
            sink=sink,
        )
        return size

    def list_history(
        self,
        start: str,
        page_token: str | None = None,
        page_size: int = 500,
        label_id: str | None = None,
        kinds: Sequence[str] = (),
    ) -> HistoryPage:
        """What happened after the history id `start`. A page without records may still go on.

        Raises:
            HistoryExpired: `start` is too old (or never was): list everything and compare.
        """
        try:
            return self._calls.read(
                "history.list",
                lambda: self._api.history.list(
                    userId=ME,
                    startHistoryId=start,
                    pageToken=page_token,
                    maxResults=page_size,
                    labelId=label_id,
                    historyTypes=list(kinds) or None,
                ),
                types.read_history_page,
            )
        except (NotFound, Refused) as error:
            if isinstance(error, Refused) and "starthistoryid" not in error.message.lower():
                raise
            raise HistoryExpired(
                error.message, reason=error.reason, status=error.status, method=error.method
            ) from error

    # Labels

    def list_labels(self) -> list[Label]:
        """All labels, with their colours. Raises what kept one of them from being read."""
        labels, unread = self.read_labels()
        for error in unread.values():
            raise error
        return labels

    def read_labels(self) -> tuple[list[Label], dict[str, GmailError]]:
        """All labels, and why the colours of some could not be read just now (by id).

        labels.list is documented to leave colours out, so that people's labels are read one by one,
        in batches; one that is deleted in between is left out.

        Raises:
            GmailError: the list itself could not be read.
        """
        listed: list[Label] = self._calls.read(
            "labels.list", lambda: self._api.labels.list(userId=ME), types.read_labels
        )
        found = {label.id: label for label in listed}
        people_made = [label.id for label in listed if label.kind == "user"]
        unread: dict[str, GmailError] = {}
        try:
            for label_id, answer in self._batched(
                "labels.get",
                people_made,
                lambda one: self._api.labels.get(userId=ME, id=one),
                BATCH,
            ):
                people_made.remove(label_id)
                if isinstance(answer, NotFound):
                    del found[label_id]
                elif isinstance(answer, GmailError):
                    unread[label_id] = answer
                else:
                    found[label_id] = types.read_label(answer)
        except (QuotaExceeded, Unavailable) as error:
            unread |= dict.fromkeys(people_made, error)
        return list(found.values()), unread

    def find_label(self, name: str) -> Label | None:
        """The label of exactly this name, without its colours."""
        listed: list[Label] = self._calls.read(
            "labels.list", lambda: self._api.labels.list(userId=ME), types.read_labels
        )
        return next((label for label in listed if label.name == name), None)

    def create_label(
        self, name: str, *, background: str = "", text_color: str = "", hidden: bool = False
    ) -> Label:
        """Colours must be of Gmail's palette, both or none. A taken name is `Refused` (409)."""
        body = bodies.label(name, background, text_color, hidden)
        return self._calls.write(
            "labels.create",
            lambda: self._api.labels.create(userId=ME, body=body),
            types.read_label,
        )

    def patch_label(
        self,
        label_id: str,
        *,
        name: str | None = None,
        background: str | None = None,
        text_color: str | None = None,
        hidden: bool | None = None,
    ) -> Label:
        """Change what is given and leave the rest; two empty colours take the colour away."""
        body = bodies.label(name, background, text_color, hidden)
        if background == "" and text_color == "":
            body["color"] = None
        return self._calls.read(
            "labels.patch",
            lambda: self._api.labels.patch(userId=ME, id=label_id, body=body),
            types.read_label,
        )

    def delete_label(self, label_id: str) -> None:
        """Mails lose the label and stay. `NotFound` when it was gone already."""
        self._calls.read(
            "labels.delete",
            lambda: self._api.labels.delete(userId=ME, id=label_id),
            types.read_nothing,
        )

    # Changing mail

    def modify(
        self, message_id: str, add: Sequence[str] = (), remove: Sequence[str] = ()
    ) -> MessageRef:
        """Add and remove labels by id; saying it twice changes nothing more."""
        body = {"addLabelIds": list(add), "removeLabelIds": list(remove)}
        return self._calls.read(
            "messages.modify",
            lambda: self._api.messages.modify(userId=ME, id=message_id, body=body),
            types.read_message_ref,
        )

    def batch_modify(
        self, ids: Sequence[str], add: Sequence[str] = (), remove: Sequence[str] = ()
    ) -> None:
        """The same for up to 1,000 messages; ids that are gone are passed over in silence."""
        body = {"ids": list(ids), "addLabelIds": list(add), "removeLabelIds": list(remove)}
        self._calls.read(
            "messages.batchModify",
            lambda: self._api.messages.batchModify(userId=ME, body=body),
            types.read_nothing,
        )

    def trash(self, message_id: str) -> MessageRef:
        return self._calls.read(
            "messages.trash",
            lambda: self._api.messages.trash(userId=ME, id=message_id),
            types.read_message_ref,
        )

    def untrash(self, message_id: str) -> MessageRef:
        return self._calls.read(
            "messages.untrash",
            lambda: self._api.messages.untrash(userId=ME, id=message_id),
            types.read_message_ref,
        )

    # Drafts and sending

    def create_draft(self, raw: bytes, thread_id: str | None = None) -> DraftRef:
        """A new draft, asked for once: `Unavailable` with `reached` may leave an orphan behind."""
        return self._calls.write(
            "drafts.create",
            lambda: self._api.drafts.create(userId=ME, **bodies.draft(raw, thread_id)),
            types.read_draft_ref,
        )

    def update_draft(self, draft_id: str, raw: bytes, thread_id: str | None = None) -> DraftRef:
        """Replace the whole draft; its message gets a new id."""
        return self._calls.read(
            "drafts.update",
            lambda: self._api.drafts.update(userId=ME, id=draft_id, **bodies.draft(raw, thread_id)),
            types.read_draft_ref,
        )

    def get_draft(self, draft_id: str, format: Format = "full") -> Resource:
        """The draft resource: `id` and `message`."""
        return self._calls.read(
            "drafts.get",
            lambda: self._api.drafts.get(userId=ME, id=draft_id, format=format),
            types.read_resource,
        )

    def list_drafts(
        self, page_token: str | None = None, query: str | None = None, page_size: int = 500
    ) -> DraftPage:
        return self._calls.read(
            "drafts.list",
            lambda: self._api.drafts.list(
                userId=ME, pageToken=page_token, q=query, maxResults=page_size
            ),
            types.read_draft_page,
        )

    def delete_draft(self, draft_id: str) -> None:
        """For ever, not to the trash. `NotFound` when it was gone already."""
        self._calls.read(
            "drafts.delete",
            lambda: self._api.drafts.delete(userId=ME, id=draft_id),
            types.read_nothing,
        )

    def send_draft(self, draft_id: str) -> SentRef:
        """Send a draft: one request that reaches Gmail, on a connection of its own, never repeated.

        Only a 401, which Google's front end gives before Gmail sees the request, lets it go again.

        Raises:
            NotSent: it never left; try again whenever.
            Uncertain: it may have been sent; look for evidence first.
            GmailError: any other class is Gmail's sure refusal (gone, over quota, invalid).
        """
        try:
            return self._calls.write(
                "drafts.send",
                lambda: self._api.drafts.send(userId=ME, body={"id": draft_id}),
                types.read_sent_ref,
            )
        except GmailError as error:
            translated = after_send(error)
            if translated is error:
                raise
            raise translated from error

    # Inside

    def _get_message(self, message_id: str, format: Format, headers: Sequence[str]) -> Any:
        return self._api.messages.get(
            userId=ME, id=message_id, format=format, metadataHeaders=list(headers) or None
        )

    def _get_thread(self, thread_id: str, format: Format, headers: Sequence[str]) -> Any:
        return self._api.threads.get(
            userId=ME, id=thread_id, format=format, metadataHeaders=list(headers) or None
        )

    def _batched(
        self, name: str, ids: Iterable[str], build: Callable[[str], Any], batch_size: int
    ) -> Iterator[tuple[str, Resource | GmailError]]:
        remaining = list(dict.fromkeys(ids))
        size = self._calls.largest_batch(name, batch_size)
        pattern = build(batch.PLACE)
        for start in range(0, len(remaining), size):
            chunk = remaining[start : start + size]
            results = self._calls.read_many(name, self._api.batch_uri, batch.like(pattern, chunk))
            for one, result in zip(chunk, results, strict=True):
                if isinstance(result, dict) and result.get("id") != one:
                    yield (
                        one,
                        Unavailable(
                            "the batch's answer is another resource's",
                            reason="mismatched_part",
                            status=200,
                            method=name,
                        ),
                    )
                else:
                    yield one, result
