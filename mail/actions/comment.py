"""備考: a note on a mail, lock or not (M14)."""

from __future__ import annotations

from django.db import transaction

from mail import journal
from mail.access import ensure
from mail.actions.errors import EmptyComment
from mail.models import Comment, Message
from mail.search import documents
from permissions.models import User
from permissions.operations import Operation


@transaction.atomic
def add_comment(message: Message, user: User, text: str) -> Comment:
    """Write a note.

    Raises:
        EmptyComment: nothing but white space.
    """
    ensure(user, message, Operation.MAIL_COMMENT)
    text = text.strip()
    if not text:
        raise EmptyComment
    comment = Comment.objects.create(message=message, author=user, text=text)
    comment.refresh_from_db(fields=["created_at"])
    documents.build([message.pk])
    journal.tell("comment.added", message, actor=user, comment=comment.pk)
    return comment
