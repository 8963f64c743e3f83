"""The picker of variables, for whatever is filled in later (see callcenter.variables)."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import get_language, gettext_lazy

from callcenter.variables import Variable, placeholder

register = template.Library()

MEANINGS = {
    Variable.CUSTOMER_NAME: gettext_lazy("The name of whom one writes to"),
    Variable.CUSTOMER_ADDRESS: gettext_lazy("Their mail address"),
    Variable.AGENT_NAME: gettext_lazy("Your name, as others see it here"),
    Variable.MAIL_DATE: gettext_lazy("The day of the mail that is answered"),
    Variable.MAIL_SUBJECT: gettext_lazy("Its subject"),
    Variable.MAIL_ID: gettext_lazy("Its ID here"),
    Variable.TODAY: gettext_lazy("The day of writing"),
}


@register.inclusion_tag("components/variables.html")
def variable_picker() -> dict[str, Any]:
    """Buttons that write a variable where the cursor is: `{% variable_picker %}`."""
    language = get_language() or "ja"
    return {
        "variables": [
            {"text": placeholder(variable, language), "meaning": meaning}
            for variable, meaning in MEANINGS.items()
        ]
    }
