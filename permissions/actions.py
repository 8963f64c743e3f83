"""What changes a user."""

from __future__ import annotations

from permissions.models import Language, User


def choose_language(user: User, language: Language) -> None:
    """The language of this person's screens, from the next page on."""
    User.objects.filter(pk=user.pk).update(language=language)
    user.language = language
