"""What every entry of a drawer has."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from callcenter.drawers.finding import fold


class Entry(models.Model):
    """A named thing that people keep and change together.

    `version` grows with every save that changes something: a form carries the one that it was
    filled from. `name_key` and `search_text` are folded copies, written by `save` (bulk writers
    call `refold` themselves); a drawer sorts by the first and searches in the second.
    """

    name = models.CharField(_("Name"), max_length=200)
    name_key = models.CharField(max_length=400, editable=False)
    search_text = models.TextField(editable=False, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", editable=False
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.refold()
        super().save(*args, **kwargs)

    def searched_texts(self) -> tuple[str, ...]:
        """What a search looks through, the name first."""
        return (self.name,)

    def refold(self) -> None:
        """Write the folded copies."""
        # NFKC can make one sign into many (㈱ into three): the key is cut, only its order counts.
        self.name_key = fold(self.name)[:400]
        self.search_text = "\n".join(fold(text) for text in self.searched_texts() if text)
