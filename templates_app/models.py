"""The Template table."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from callcenter.drawers import Entry


class TemplateQuerySet(models.QuerySet["Template"]):
    def folders(self) -> list[tuple[str, int]]:
        """The folders that hold something, with how much."""
        found = self.exclude(folder="").values_list("folder").annotate(models.Count("pk"))
        return list(found.order_by("folder"))


class Template(Entry):
    """A mail to begin with. Addresses are one line each, as a person writes them: comma between.

    `used_count` and `last_used_at` are written when it is put into a mail; that is no edit, and the
    version stays.
    """

    folder = models.CharField(_("Folder"), max_length=100, blank=True)
    to = models.TextField("To", blank=True)
    cc = models.TextField("Cc", blank=True)
    bcc = models.TextField("Bcc", blank=True)
    subject = models.CharField(_("Subject"), max_length=900, blank=True)
    body = models.TextField(_("Text"), blank=True)
    used_count = models.PositiveIntegerField(default=0, editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False)

    objects = TemplateQuerySet.as_manager()

    class Meta:
        indexes = (
            # The drawer's pages.
            models.Index(fields=["folder", "name_key", "id"], name="template_in_order"),
        )

    def searched_texts(self) -> tuple[str, ...]:
        return (self.name, self.folder, self.to, self.cc, self.bcc, self.subject, self.body)
