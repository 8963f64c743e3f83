"""What the report says."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mail.models import BulkRun, BulkVerb, Status
from permissions.models import User


def not_allowed() -> str:
    return _("You are not allowed to do this.")


def not_there() -> str:
    return _("This mail is not there any more.")


def failed() -> str:
    return _("This did not work. The mail was left as it is.")


def nothing_to_undo() -> str:
    return _("There is nothing that could be taken back.")


def deed(run: BulkRun) -> str:
    """What was to be done, as a heading."""
    arguments = run.arguments
    if run.verb == BulkVerb.UNDO:
        assert run.undoes is not None
        return _("Undo: %(deed)s") % {"deed": deed(run.undoes)}
    if run.verb == BulkVerb.STATUS:
        return _("Status: %(status)s") % {"status": Status(arguments["status"]).label}
    if run.verb == BulkVerb.ASSIGN:
        person = User.objects.filter(pk=arguments["to"]).first() if arguments["to"] else None
        return _("Assignee: %(name)s") % {"name": person.name if person else _("Nobody")}
    if run.verb == BulkVerb.LABEL:
        added = [f"＋{name}" for name in arguments.get("add", ())]
        removed = [f"−{name}" for name in arguments.get("remove", ())]
        return _("Labels: %(labels)s") % {"labels": _(", ").join([*added, *removed])}
    return str(BulkVerb(run.verb).label)


def outcome(run: BulkRun) -> str:
    """How many of how many, in a sentence."""
    told = [ngettext("%(n)d mail changed", "%(n)d mails changed", run.changed) % {"n": run.changed}]
    if run.same:
        told.append(
            ngettext("%(n)d was so already", "%(n)d were so already", run.same) % {"n": run.same}
        )
    if run.refused:
        told.append(
            ngettext("%(n)d not changed", "%(n)d not changed", run.refused) % {"n": run.refused}
        )
    return _(", ").join(told)
