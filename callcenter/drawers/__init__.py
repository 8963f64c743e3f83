"""One skeleton for the drawers beside the mail: templates, signatures, labels, the address book.

A drawer is a list on the left and one entry on the right. Every address of it answers with both,
so that it can be bookmarked and works without scripts; what HTMX asks into `#drawer-detail` is
answered with the entry alone. The room knows nobody above it: the drawer's own app asks for
permission, writes in its actions and tells `activity`; what is here is shape.

    ENTRY       `Entry`: abstract model with name, version, who changed it last and when, and the
                folded texts that it is sorted and searched by.
    FINDING     `searched(rows, words)` and `Keyset("name_key", "id").page(rows, request.GET)`.
    EDITING     `EntryForm` carries the version that was read; `hold(rows, pk, version=, wanted=)`
                locks the row in an action and raises `EditedMeanwhile` when somebody saved between;
                `differences(form, stored)` puts both texts side by side. Nothing is overwritten
                unless the person has seen it.
    SHOWING     `Drawer` names the texts and addresses, `Row` is a line of the list, and
                `show(request, drawer, template, …)` renders. The app's template extends
                `drawers/drawer.html` and fills its blocks `rows` (optional), `detail` and `tools`.

A typical view is: decorator -> `require(user, Operation.…)` -> form -> action -> `show`. See
`templates_app` for a whole drawer. Looks: static/css/drawers.css; keys, unsaved text and the marked
row: static/js/drawers.js.
"""

from callcenter.drawers.editing import Difference, EditedMeanwhile, EntryForm, differences, hold
from callcenter.drawers.finding import Keyset, Page, fold, folded_words, searched
from callcenter.drawers.models import Entry
from callcenter.drawers.showing import Drawer, Editing, Row, kept_query, show

__all__ = [
    "Difference",
    "Drawer",
    "EditedMeanwhile",
    "Editing",
    "Entry",
    "EntryForm",
    "Keyset",
    "Page",
    "Row",
    "differences",
    "fold",
    "folded_words",
    "hold",
    "kept_query",
    "searched",
    "show",
]
