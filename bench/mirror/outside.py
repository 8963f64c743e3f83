"""The outside world at random: customers who write, and people who work in Gmail itself."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from typing import Any

from bench.mirror.gmail import Gmail
from bench.mirror.kinds import KINDS
from sandbox.labels import palette

_WORDS = ("ご注文", "配送", "返品", "請求書", "在庫", "交換", "Re:", "order", "至急", "キャンセル")
_TEXT = "お世話になっております。注文した商品がまだ届きません。ご確認をお願いいたします。\r\n"


class Outside:
    """Carries out changes one by one; each is drawn from what is possible at that moment."""

    def __init__(self, gmail: Gmail, seed: int, only: Iterable[str] | None) -> None:
        self._gmail = gmail
        self._chance = random.Random(seed)
        self._kinds = {name: KINDS[name] for name in only or KINDS}
        self._made = 0
        self._state: dict[str, Any] = {}
        self.counts: dict[str, int] = {}

    def change(self) -> str:
        """One change that really changed something; its kind."""
        while True:
            self._state = self._gmail.state()
            names, weights = list(self._kinds), list(self._kinds.values())
            kind = self._chance.choices(names, weights)[0]
            carry_out: Callable[[], bool] = getattr(self, f"_{kind}")
            if carry_out():
                self.counts[kind] = self.counts.get(kind, 0) + 1
                return kind

    # Choosing

    def _mail(self, *having: str, without: Iterable[str] = ()) -> dict[str, Any] | None:
        """A mail with these labels and none of those; drafts only when asked for."""
        barred = {*without, *({"DRAFT"} - set(having))}
        found = [
            row
            for row in self._state["messages"]
            if barred.isdisjoint(row["labelIds"]) and set(having).issubset(row["labelIds"])
        ]
        return self._chance.choice(found) if found else None

    def _label_id(self) -> str | None:
        labels = self._state["labels"]
        return self._chance.choice(labels)["id"] if labels else None

    def _words(self) -> str:
        self._made += 1
        return f"{' '.join(self._chance.choices(_WORDS, k=3))} {self._made}"

    def _act(self, action: str, row: dict[str, Any] | None, **told: Any) -> bool:
        if row is None:
            return False
        self._gmail.act(action, message_id=row["id"], **told)
        return True

    # Mail

    def _deliver(self) -> bool:
        subject = self._words()
        customer = f"customer{self._chance.randrange(50)}@customer.example"
        lines = [
            f"From: <{customer}>",
            f"To: <{self._gmail.address}>",
            f"Subject: {subject}",
            f"Message-ID: <soak-{self._made}@customer.example>",
            "Date: Mon, 23 Nov 2026 09:00:00 +0900",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: 8bit",
        ]
        answered = self._mail() if self._chance.random() < 0.4 else None
        if answered:
            lines.append(f"In-Reply-To: <{answered['message_id']}>")
        self._gmail.deliver("\r\n".join([*lines, "", _TEXT]).encode())
        return True

    def _reply(self) -> bool:
        return self._act("reply", self._mail("INBOX"))

    def _read(self) -> bool:
        return self._act("mark_read", self._mail("UNREAD"))

    def _unread(self) -> bool:
        return self._act("mark_unread", self._mail(without=["UNREAD"]))

    def _star(self) -> bool:
        return self._act("star", self._mail(without=["STARRED"]))

    def _unstar(self) -> bool:
        return self._act("unstar", self._mail("STARRED"))

    def _label(self) -> bool:
        label = self._label_id()
        return label is not None and self._act("modify", self._mail(without=[label]), add=[label])

    def _unlabel(self) -> bool:
        label = self._label_id()
        return label is not None and self._act("modify", self._mail(label), remove=[label])

    def _archive(self) -> bool:
        return self._act("archive", self._mail("INBOX"))

    def _trash(self) -> bool:
        return self._act("trash", self._mail(without=["TRASH"]))

    def _trash_thread(self) -> bool:
        row = self._mail(without=["TRASH"])
        if row is not None:
            self._gmail.act("trash", thread_id=row["threadId"])
        return row is not None

    def _untrash(self) -> bool:
        return self._act("untrash", self._mail("TRASH"))

    def _spam(self) -> bool:
        return self._act("spam", self._mail("INBOX"))

    def _unspam(self) -> bool:
        return self._act("unspam", self._mail("SPAM"))

    def _delete(self) -> bool:
        return self._act("delete", self._mail("TRASH") or self._mail())

    # Drafts

    def _draft_new(self) -> bool:
        self._gmail.act(
            "create_draft", to="aoi@customer.example", subject=self._words(), text=_TEXT
        )
        return True

    def _draft_edit(self) -> bool:
        return self._act("edit_draft", self._draft(), text=_TEXT * 2, subject=self._words())

    def _draft_send(self) -> bool:
        return self._act("send_draft", self._draft())

    def _draft_delete(self) -> bool:
        return self._act("delete_draft", self._draft())

    def _draft(self) -> dict[str, Any] | None:
        return self._mail("DRAFT", without=["TRASH"])

    # Labels

    def _label_new(self) -> bool:
        if len(self._state["labels"]) >= 12:
            return False
        background, foreground = self._colours()
        self._gmail.act(
            "create_label",
            name=f"担当/{self._words()}",
            background=background,
            text_color=foreground,
        )
        return True

    def _label_rename(self) -> bool:
        label = self._label_id()
        if label is not None:
            self._gmail.act("edit_label", label=label, name=f"区分/{self._words()}")
        return label is not None

    def _label_colour(self) -> bool:
        label = self._label_id()
        if label is not None:
            background, foreground = self._colours()
            colour = {"backgroundColor": background, "textColor": foreground}
            self._gmail.act("edit_label", label=label, color=colour)
        return label is not None

    def _label_delete(self) -> bool:
        label = self._label_id()
        if label is not None:
            self._gmail.act("delete_label", label=label)
        return label is not None

    def _colours(self) -> tuple[str, str]:
        background, foreground = self._chance.sample(sorted(palette()), 2)
        return background, foreground
