"""What search looks at: one narrow row a mail, in the folded form of `mail.search.words`.

The index holds the text's keys (two characters, three kana, whole words; those of the head's parts
once more with a letter in front). They are computed by a function of the database (its definition
stands in the migration) and kept nowhere else: a column of them would take as much room as all the
rest together. Only `mail.search` writes here. Whoever changes what a document says raises
`mail.search.building.VERSION`; whoever changes the function, rebuilds the index as well.
"""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from mail.models.message import Message


class SearchDocument(models.Model):
    """`head`: subject, from, to, cc, bcc, deliveredto, list, filename, comment; U+001F between."""

    message = models.OneToOneField(
        Message, models.CASCADE, primary_key=True, related_name="search_document"
    )
    internal_date = models.DateTimeField()
    head = models.TextField()
    body = models.TextField()
    # Longer than an index takes: words behind the end are not found.
    was_cut = models.BooleanField(default=False)

    class Meta:
        indexes = (
            # The walk from the newest mail, over all mailboxes at once.
            models.Index(fields=["-internal_date", "-message"], name="search_by_date"),
        )

    def __str__(self) -> str:
        return f"search document of {self.message_id}"


class SearchBuild(models.Model):
    """How far the background has come in making every older mail searchable; one row a version."""

    version = models.PositiveSmallIntegerField(primary_key=True)
    # Mails from this id down are still to be done.
    next_id = models.BigIntegerField()
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"search build {self.version}: {self.done} of {self.total}"
