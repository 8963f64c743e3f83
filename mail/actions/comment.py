"""備考: notes on a mail, lock or not (M14).

Each action holds the mail's row first: what the list shows and what the search finds is made from
all comments of the mail, so two writers take turns.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models.functions import Now

from mail import journal, mentions
from mail.access import ensure
from mail.actions.errors import CommentChanged, EmptyComment
from mail.models import Comment, Message
from mail.search import documents
from permissions.models import User
from permissions.operations import Operation


def changing(comment: Comment, user: User) -> Operation:
    """What somebody must be allowed for editing or deleting this comment."""
    own = comment.author_id == user.pk
    return Operation.MAIL_COMMENT if own else Operation.MAIL_COMMENT_OTHERS


@transaction.atomic
def add_comment(message: Message, user: User, text: str) -> Comment:
    """Write a note; whoever it calls by name is told.

    Raises:
        EmptyComment: nothing but white space.
    """
    ensure(user, message, Operation.MAIL_COMMENT)
    text = _said(text)
    _hold(message)
    comment = Comment.objects.create(message=message, author=user, text=text)
    comment.refresh_from_db(fields=["created_at"])
    fresh = mentions.renew(comment, message.mailbox_id)
    documents.build([message.pk])
    journal.tell("comment.added", message, actor=user, comment=comment.pk, told=fresh)
    return comment


@transaction.atomic
def edit_comment(comment: Comment, user: User, text: str, *, version: int) -> Comment:
    """Put this text in place of the one that was seen; whoever it calls anew is told.

    Raises:
        EmptyComment: nothing but white space; deleting is asked for by its own button.
        CommentChanged: another version stands there, or none.
    """
    message = comment.message
    ensure(user, message, changing(comment, user))
    text = _said(text)
    stored = _seen(comment, version)
    if text == stored.text:
        return stored
    stored.text, stored.version, stored.edited_at = text, version + 1, Now()
    stored.save(update_fields=["text", "version", "edited_at"])
    stored.refresh_from_db(fields=["edited_at"])
    fresh = [pk for pk in mentions.renew(stored, message.mailbox_id) if pk != user.pk]
    documents.build([message.pk])
    journal.tell(
        "comment.edited",
        message,
        actor=user,
        comment=stored.pk,
        author_name=_other(stored, user),
        told=fresh,
    )
    return stored


@transaction.atomic
def delete_comment(comment: Comment, user: User, *, version: int) -> None:
    """Take the comment away for good.

    Raises:
        CommentChanged: another version stands there than was seen, or none.
    """
    message = comment.message
    ensure(user, message, changing(comment, user))
    stored = _seen(comment, version)
    key, author_name = stored.pk, _other(stored, user)
    stored.delete()
    documents.build([message.pk])
    journal.tell("comment.deleted", message, actor=user, comment=key, author_name=author_name)


def _said(text: str) -> str:
    # Browsers post line ends as CR LF.
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise EmptyComment
    return text


def _hold(message: Message) -> None:
    Message.objects.select_for_update(of=("self",)).get(pk=message.pk)


def _seen(comment: Comment, version: int) -> Comment:
    _hold(comment.message)
    stored = Comment.objects.filter(pk=comment.pk).select_related("author").first()
    if stored is None or stored.version != version:
        raise CommentChanged(stored)
    return stored


def _other(comment: Comment, user: User) -> str:
    """The author's name where somebody else changes their comment."""
    return comment.author.name if comment.author_id != user.pk else ""
