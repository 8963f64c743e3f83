"""Why the mails of a search were found: marks in subject and text, and where else a word stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models.functions import Left
from django.utils.translation import gettext as _

from mail.models import Message, MessageBody, SearchDocument
from mail.search import marking
from mail.search.documents import PART_END, PARTS
from mail.search.nodes import Field, Node

# A hit behind this is found, and has Gmail's own snippet beside it.
_LOOKED_AT = 20_000


def explain(messages: Sequence[Message], tree: Node) -> None:
    """Give the rows their marks, in two queries for all of them; none when no word was asked."""
    in_subject = marking.pattern(tree, Field.SUBJECT)
    in_text = marking.pattern(tree, Field.BODY)
    elsewhere = {
        Field.FILENAME: (marking.pattern(tree, Field.FILENAME), _("In a file's name")),
        Field.COMMENT: (marking.pattern(tree, Field.COMMENT), _("In a comment")),
    }
    wanted = [in_subject, in_text, *(pattern for pattern, _words in elsewhere.values())]
    if not any(wanted):
        return
    ids = [message.pk for message in messages]
    bodies = MessageBody.objects.filter(pk__in=ids).annotate(begin=Left("text", _LOOKED_AT))
    texts = dict(bodies.values_list("pk", "begin"))
    heads = dict(SearchDocument.objects.filter(pk__in=ids).values_list("pk", "head"))
    for message in messages:
        row: Any = message
        row.subject_parts = marking.marked(message.subject, in_subject)
        row.snippet_parts = marking.excerpt(texts.get(message.pk, ""), in_text)
        parts = heads.get(message.pk, "").split(PART_END)
        row.found_in = [
            words
            for field, (pattern, words) in elsewhere.items()
            if pattern and len(parts) == len(PARTS) and pattern.search(parts[PARTS.index(field)])
        ]
