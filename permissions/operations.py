"""The operations that a person can be allowed, and what the three built-in roles are given."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Operation(models.TextChoices):
    """One column of the matrix in 権限設定. The value is stored: never rename one."""

    MAIL_VIEW = "mail.view", _("Read mail")
    MAIL_COMPOSE = "mail.compose", _("Write new mail")
    MAIL_REPLY = "mail.reply", _("Reply")
    MAIL_FORWARD = "mail.forward", _("Forward")
    MAIL_STATUS = "mail.status", _("Change the status")
    MAIL_LABEL = "mail.label", _("Change labels")
    MAIL_COMMENT = "mail.comment", _("Comment")
    MAIL_COMMENT_OTHERS = "mail.comment_others", _("Edit others' comments")
    MAIL_ASSIGN = "mail.assign", _("Change the assignee")
    MAIL_TRASH = "mail.trash", _("Trash and restore")
    MAIL_DELETE_DRAFT = "mail.delete_draft", _("Delete drafts")
    MAIL_DOWNLOAD = "mail.download", _("Download attachments")
    MAIL_BULK = "mail.bulk", _("Bulk actions")
    MAIL_FORCE = "mail.force", _("Force update")
    ADMIN_MAILBOXES = "admin.mailboxes", _("Authentication settings")
    ADMIN_USERS = "admin.users", _("Users and permissions")
    ADMIN_LOG = "admin.log", _("Operation log")


AGENT = frozenset(
    {
        Operation.MAIL_VIEW,
        Operation.MAIL_COMPOSE,
        Operation.MAIL_REPLY,
        Operation.MAIL_FORWARD,
        Operation.MAIL_STATUS,
        Operation.MAIL_LABEL,
        Operation.MAIL_COMMENT,
        Operation.MAIL_ASSIGN,
        Operation.MAIL_TRASH,
        Operation.MAIL_DELETE_DRAFT,
        Operation.MAIL_DOWNLOAD,
    }
)
LEADER = AGENT | {Operation.MAIL_COMMENT_OTHERS, Operation.MAIL_BULK, Operation.MAIL_FORCE}
ADMIN = frozenset(Operation)

BUILT_IN_ROLES = {
    "agent": (_("Agent"), AGENT),
    "leader": (_("Leader"), LEADER),
    "admin": (_("Administrator"), ADMIN),
}
