"""Searches that are kept: named ones, one's own or shared, and the last ones that were typed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from callcenter.drawers import Entry
from mailboxes.models import Mailbox
from permissions.models import User


class SavedSearchQuerySet(models.QuerySet["SavedSearch"]):
    def visible_to(self, user: User) -> SavedSearchQuerySet:
        """One's own, and those shared with the people of one's mailboxes."""
        return self.filter(Q(owner=user) | Q(shared_with__in=user.mailbox_ids))


class SavedSearch(Entry):
    """A query under a name. `query` is text, as everything that is searched for (mail.search).

    Shared is shared with the people of one mailbox: a query may name customers, which is nothing
    for those who do not see the mailbox.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_searches"
    )
    query = models.TextField(_("Search"), max_length=2000)
    shared_with = models.ForeignKey(
        Mailbox, models.SET_NULL, null=True, related_name="+", verbose_name=_("Shared with")
    )

    objects = SavedSearchQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(query=""), name="saved_search_asks_something"),
        )
        indexes = (
            # The drawer's pages.
            models.Index(fields=["name_key", "id"], name="saved_search_by_name"),
        )

    def searched_texts(self) -> tuple[str, ...]:
        return (self.name, self.query)


class RecentSearch(models.Model):
    """What a person searched for last; a handful a person, the oldest go."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False
    )
    # Longer ones are not remembered: an index has no room for them, and nobody reads them again.
    text = models.CharField(max_length=300)
    used_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["user", "text"], name="recent_search_once_a_user"),
        )

    def __str__(self) -> str:
        return self.text
