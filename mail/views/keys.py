"""The keyboard sheet that `?` opens."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from callcenter.partials import page
from permissions.access import AgentRequest, require
from permissions.operations import Operation


@require_safe
def keys(request: AgentRequest) -> HttpResponse:
    """All keys, in groups as they are used; what each does is in static/js/keyboard.js."""
    user = require(request.user, Operation.MAIL_VIEW)
    groups = [
        (
            _("Everywhere"),
            [
                (("/",), _("Search")),
                (("c",), _("New mail")),
                (("?",), _("This sheet")),
                (("Esc",), _("Close what is open")),
            ],
        ),
        (
            _("In the list"),
            [
                (("j", "k"), _("Next and previous row")),
                (("Enter",), _("Open the row")),
                *([(("x",), _("Select the row"))] if user.may(Operation.MAIL_BULK) else []),
            ],
        ),
        (
            _("In a mail"),
            [
                (("j", "k"), _("Older and newer mail of the list")),
                (("u",), _("Back to the list")),
                (("r",), _("Reply")),
                (("a",), _("Reply to all")),
                (("f",), _("Forward")),
                (("e",), _("Set the status to done")),
                (("l",), _("Labels")),
                (("1", "2", "3", "4"), _("The tabs on the right")),
            ],
        ),
        (
            _("In templates, signatures, labels and the address book"),
            [
                (("j", "k"), _("Next and previous entry")),
                (("n",), _("New entry")),
                (("/",), _("Search the entries")),
                (("Ctrl S",), _("Save the entry")),
            ],
        ),
        (
            _("While writing"),
            [
                (("Ctrl ↵",), _("Send")),
                (("Esc",), pgettext("keyboard", "Leave the field, so that the other keys work")),
            ],
        ),
    ]
    return page(request, "mail/keys.html", {"groups": groups})
