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
    MAIL_SHARE_SEARCH = "mail.share_search", _("Share saved searches")
    TEMPLATES_VIEW = "templates.view", _("See templates")
    TEMPLATES_ADD = "templates.add", _("Add templates")
    TEMPLATES_CHANGE = "templates.change", _("Change templates")
    TEMPLATES_DELETE = "templates.delete", _("Delete templates")
    TEMPLATES_TRANSFER = "templates.transfer", _("Import and export templates")
    SIGNATURES_VIEW = "signatures.view", _("See signatures")
    SIGNATURES_ADD = "signatures.add", _("Add signatures")
    SIGNATURES_CHANGE = "signatures.change", _("Change signatures")
    SIGNATURES_DELETE = "signatures.delete", _("Delete signatures")
    SIGNATURES_TRANSFER = "signatures.transfer", _("Import and export signatures")
    LABELS_VIEW = "labels.view", _("See the list of labels")
    LABELS_ADD = "labels.add", _("Add labels")
    LABELS_CHANGE = "labels.change", _("Edit labels")
    LABELS_DELETE = "labels.delete", _("Delete labels")
    LABELS_TRANSFER = "labels.transfer", _("Import and export labels")
    ADDRESSES_VIEW = "addresses.view", _("See the address book")
    ADDRESSES_ADD = "addresses.add", _("Add addresses")
    ADDRESSES_CHANGE = "addresses.change", _("Change addresses")
    ADDRESSES_DELETE = "addresses.delete", _("Delete addresses")
    ADDRESSES_TRANSFER = "addresses.transfer", _("Import and export addresses")
    CUSTOMERS_VIEW = "customers.view", _("See customers")
    CUSTOMERS_ADD = "customers.add", _("Add customers")
    CUSTOMERS_CHANGE = "customers.change", _("Change customers")
    CUSTOMERS_DELETE = "customers.delete", _("Delete customers")
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
        Operation.TEMPLATES_VIEW,
        Operation.TEMPLATES_ADD,
        Operation.TEMPLATES_CHANGE,
        Operation.SIGNATURES_VIEW,
        Operation.SIGNATURES_ADD,
        Operation.SIGNATURES_CHANGE,
        Operation.LABELS_VIEW,
        Operation.ADDRESSES_VIEW,
        Operation.ADDRESSES_ADD,
        Operation.ADDRESSES_CHANGE,
        Operation.CUSTOMERS_VIEW,
        Operation.CUSTOMERS_ADD,
        Operation.CUSTOMERS_CHANGE,
    }
)
# A leader keeps the drawers beside mail: whatever is more than adding and mending is theirs.
_DRAWERS = ("templates.", "signatures.", "labels.", "addresses.", "customers.")
LEADER = AGENT | {
    Operation.MAIL_COMMENT_OTHERS,
    Operation.MAIL_BULK,
    Operation.MAIL_FORCE,
    Operation.MAIL_SHARE_SEARCH,
    *(each for each in Operation if each.value.startswith(_DRAWERS)),
}
ADMIN = frozenset(Operation)

BUILT_IN_ROLES = {
    "agent": (_("Agent"), AGENT),
    "leader": (_("Leader"), LEADER),
    "admin": (_("Administrator"), ADMIN),
}
