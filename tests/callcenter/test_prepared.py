"""A question put into SQL once is answered as if it were made anew each time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db.models import QuerySet

from callcenter.prepared import Prepared
from permissions.models import User
from tests.mail import cast


@pytest.mark.django_db
def test_it_is_built_once_for_each_number_of_numbers_and_asked_with_any() -> None:
    built: list[int] = []

    def people(*ids: int) -> QuerySet[Any, Any]:
        built.append(len(ids))
        found = User.objects.filter(pk__in=ids, is_active=True).order_by("username")
        return found.values_list("username", "pk")

    question = Prepared(people)
    tanaka, yamada, suzuki = (cast.person(name) for name in ("tanaka", "yamada", "suzuki"))
    assert question.ask(tanaka.pk) == [("tanaka", tanaka.pk)]
    assert question.ask(yamada.pk) == [("yamada", yamada.pk)]
    assert question.ask(yamada.pk, tanaka.pk) == [("tanaka", tanaka.pk), ("yamada", yamada.pk)]
    assert question.ask(suzuki.pk, suzuki.pk) == [("suzuki", suzuki.pk)]
    assert question.ask(10**12) == []
    assert question.ask() == []
    assert built == [1, 2, 0]


def test_several_threads_may_be_the_first(transactional_db: None) -> None:
    people = [cast.person(f"agent{number}") for number in range(8)]
    question = Prepared(lambda pk: User.objects.filter(pk=pk).values_list("username"))

    def ask(person: User) -> str:
        from django.db import connection

        try:
            ((name,),) = question.ask(person.pk)
            return str(name)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, people)) == [person.username for person in people]
