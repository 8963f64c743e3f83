"""A lock that knows who, since when, and what to tell whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from mail.models import Draft, EditLock, LockMode, Message
from permissions.models import User

Item = Message | Draft


@dataclass(frozen=True, slots=True)
class Lock:
    """A live lock, as it stood when it was read."""

    holder: User
    since: datetime
    token: int
    mode: str
    expires_at: datetime
    message_id: int | None
    draft_id: int | None
    asked_by: User | None = None
    """Who asks the holder to hand it over."""
    is_new: bool = False
    """Taken by this very call, and not held already."""

    @classmethod
    def of(cls, row: EditLock, *, is_new: bool = False) -> Lock:
        """The lock that a held row tells of."""
        assert row.holder is not None
        assert row.taken_at is not None
        assert row.expires_at is not None
        return cls(
            holder=row.holder,
            since=row.taken_at,
            token=row.token,
            mode=row.mode,
            expires_at=row.expires_at,
            message_id=row.message_id,
            draft_id=row.draft_id,
            asked_by=row.asked_by,
            is_new=is_new,
        )

    @property
    def holder_name(self) -> str:
        return self.holder.name

    @property
    def is_away(self) -> bool:
        return self.mode == LockMode.AWAY

    @property
    def is_sending(self) -> bool:
        return self.mode == LockMode.SENDING

    def held_by(self, user: User) -> bool:
        return self.holder.pk == user.pk

    def explain(self, viewer: User | None = None) -> str:
        """One sentence for the banner, in the reader's language and time zone."""
        since = timezone.localtime(self.since)
        today = since.date() == timezone.localdate()
        values = {
            "name": self.holder_name,
            "time": date_format(since, "H:i" if today else "m/d H:i"),
        }
        if viewer is not None and self.held_by(viewer):
            if self.is_sending:
                return _("Your mail waits to be sent; the lock is yours until it is.")
            return _("You have been working on this mail since %(time)s.") % values
        if self.is_sending:
            return _("%(name)s's answer to this mail waits to be sent.") % values
        if self.is_away:
            return _("%(name)s saved a draft for this mail at %(time)s and is away.") % values
        return _("%(name)s has been working on this mail since %(time)s.") % values


class LockRefusal(Exception):
    """Somebody else's lock is in the way; nothing was changed (409)."""

    def __init__(self, lock: Lock | None) -> None:
        super().__init__(f"lock held by user {lock.holder.pk}" if lock else "lock not held")
        self.lock = lock

    @property
    def holder(self) -> User | None:
        return self.lock.holder if self.lock else None

    @property
    def holder_name(self) -> str:
        return self.lock.holder_name if self.lock else ""

    @property
    def since(self) -> datetime | None:
        return self.lock.since if self.lock else None

    def explain(self) -> str:
        raise NotImplementedError


class LockHeld(LockRefusal):
    """Another agent works on it; `lock` is theirs, with `holder` and `since`."""

    def __init__(self, lock: Lock) -> None:
        super().__init__(lock)

    def explain(self) -> str:
        assert self.lock is not None
        return _("%(who)s Nothing was changed.") % {"who": self.lock.explain()}


class LockLost(LockRefusal):
    """One's own lock is over; `lock` is the next holder's, None while nobody has it."""

    def explain(self) -> str:
        if self.lock is None:
            return _("Your edit lock has ended. Take it again to go on; your text is still here.")
        return _(
            "Your edit lock has ended. %(who)s Nothing was changed; your text is still here."
        ) % {"who": self.lock.explain()}
