"""CSV in: what the preview says comes true, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DataError
from django.db.models import Model
from django.db.models.functions import Now

from activity.events import of_thing
from addressbook import exporting
from addressbook.actions import keep
from addressbook.complete import complete
from addressbook.imports import claims, forgetting, receiving, tasks
from addressbook.imports.applying import apply
from addressbook.imports.reading import Unreadable
from addressbook.imports.staging import stage
from addressbook.imports.words import of_file, of_line
from addressbook.models import Address, AddressStart, Import, ImportRow, ImportState, Verdict
from addressbook.starts import starts
from permissions.models import User, UserGrant
from permissions.operations import Operation
from tests.addressbook.conftest import Upload, confirm

pytestmark = pytest.mark.django_db

HEAD = "名称,メールアドレス,検索対象\n"


def state(model: type[Model]) -> list[Any]:
    return list(model._default_manager.order_by("pk").values_list())


def entries() -> dict[str, tuple[str, bool]]:
    rows = Address.objects.values_list("address", "name", "customer_search")
    return {address: (name, target) for address, name, target in rows}


def kept_up() -> bool:
    """Whether the starts are just those of the entries."""
    wanted = {
        (start, each.pk)
        for each in Address.objects.all()
        for start in starts(each.name, each.address)
    }
    return set(AddressStart.objects.values_list("start", "address_id")) == wanted


def test_each_line_is_told_before_anything_changes(upload: Upload, leader: User) -> None:
    keep.add(leader, {"name": "井上", "address": "aoi@customer.example"})
    keep.add(leader, {"name": "山田", "address": "hanako@customer.example"})
    before = state(Address)
    found = upload(
        HEAD
        + "井上 葵,aoi@customer.example,\n"
        + "山田,Hanako@customer.example,\n"
        + ",hanako@customer.example,×\n"
        + "新人,new@customer.example,○\n"
        + "壊れた,nobody@,\n"
        + "誰か,,\n"
        + "迷い,unsure@customer.example,たぶん\n"
    )
    assert found.state == ImportState.READY
    told = {row.line: (row.verdict, row.problem) for row in found.rows.all()}
    assert told == {
        2: ("changed", ""),
        3: ("changed", ""),
        4: ("duplicate", "twice"),
        5: ("new", ""),
        6: ("faulty", "invalid_address"),
        7: ("faulty", "no_address"),
        8: ("faulty", "unclear"),
    }
    assert found.counts == {"changed": 2, "duplicate": 1, "new": 1, "faulty": 3}
    assert "3" in of_line(ImportRow.objects.get(of=found, line=4))
    assert state(Address) == before


def test_what_was_told_comes_true(upload: Upload, leader: User) -> None:
    keep.add(leader, {"name": "井上", "address": "aoi@customer.example"})
    keep.add(leader, {"name": "そのまま", "address": "same@customer.example"})
    found = upload(
        HEAD
        + "井上 葵,AOI@customer.example,○\n"
        + ",same@customer.example,\n"
        + "①㈱髙橋,taka@customer.example,\n"
        + "壊れた,nobody@,\n",
        "cp932",
    )
    assert found.counts == {"changed": 1, "same": 1, "new": 1, "faulty": 1}
    confirm(found, leader)
    assert found.state == ImportState.DONE
    assert entries() == {
        "AOI@customer.example": ("井上 葵", True),
        "same@customer.example": ("そのまま", False),
        "taka@customer.example": ("①㈱髙橋", False),
    }
    assert kept_up()
    assert [each.name for each in complete("髙", mailbox_ids=(), book=True)] == ["①㈱髙橋"]
    # Who did it stands in the entry's history, with the file.
    entry = Address.objects.get(address_key="taka@customer.example")
    assert entry.updated_by == leader
    (event,) = of_thing(keep.THING, entry.pk)
    assert (event.kind, event.actor, event.data["file"]) == ("address.added", leader, "顧客.csv")
    # The lines that were left out can still be looked up.
    assert [row.line for row in found.rows.all()] == [5]


def test_a_second_import_of_the_same_file_changes_nothing(upload: Upload, leader: User) -> None:
    text = HEAD + "".join(f"顧客 {n},c{n}@customer.example,{'○×'[n % 2]}\n" for n in range(40))
    confirm(upload(text), leader)
    before = state(Address), state(AddressStart)
    again = upload(text)
    assert again.counts == {"same": 40}
    confirm(again, leader)
    assert (state(Address), state(AddressStart)) == before


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp932"])
def test_what_goes_out_comes_in_again_without_a_change(
    upload: Upload, leader: User, encoding: str
) -> None:
    for name, target in (('①㈱髙橋, "高"', True), ("=SUM(A1)", False), ("", False), ("'q", True)):
        address = f"n{Address.objects.count()}@customer.example"
        keep.add(leader, {"name": name, "address": address, "customer_search": target})
    before = state(Address)
    with exporting.write(Address.objects.order_by("pk"), encoding) as file:
        raw = file.read()
    assert b"'=SUM(A1)" in raw  # a spreadsheet takes no cell for a formula
    found = upload(raw.decode(encoding), encoding)
    assert found.counts == {"same": 4}
    assert state(Address) == before


def test_a_name_that_the_charset_lacks_is_refused_and_not_garbled(leader: User) -> None:
    keep.add(leader, {"name": "한국", "address": "k@customer.example"})
    with pytest.raises(exporting.Unwritable) as refused:
        exporting.write(Address.objects.all(), "cp932")
    assert (refused.value.number, refused.value.entry.name) == (1, "한국")


def test_when_the_book_has_changed_since_nothing_is_written(upload: Upload, leader: User) -> None:
    entry = keep.add(leader, {"name": "井上", "address": "aoi@customer.example"})
    found = upload(HEAD + "井上 葵,aoi@customer.example,\n新人,new@customer.example,\n")
    values = {"name": "井上様", "address": entry.address, "customer_search": False}
    keep.change(entry.pk, leader, version=1, values=values)
    keep.add(leader, {"name": "先に", "address": "new@customer.example"})
    before = state(Address)
    confirm(found, leader)
    assert (found.state, found.moved) == (ImportState.READY, True)
    assert found.counts == {"changed": 2}
    assert state(Address) == before
    confirm(found, leader)  # another look, and 実行 again
    assert found.state == ImportState.DONE
    assert entries() == {
        "aoi@customer.example": ("井上 葵", False),
        "new@customer.example": ("新人", False),
    }
    assert kept_up()


def test_a_failure_half_way_leaves_nothing_behind(
    upload: Upload, leader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = keep.add(leader, {"name": "井上", "address": "aoi@customer.example"})
    found = upload(HEAD + "新人,new@customer.example,\n井上 葵,aoi@customer.example,\n")
    before = state(Address), state(AddressStart)
    receiving.start(found, leader)
    with monkeypatch.context() as patch:
        # The database stops the second half, when the new entry is written already.
        broken = "SELECT 1 / 0 FROM (SELECT %s, %s, %s, %s, %s, %s, %s, %s) AS given"
        patch.setattr("addressbook.imports.applying._UPDATE", broken)
        with pytest.raises(DataError):
            apply(found.pk)
    assert (state(Address), state(AddressStart)) == before
    assert Address.objects.get().pk == entry.pk
    # The claim runs out, and another worker does the whole.
    Import.objects.filter(pk=found.pk).update(claimed_until=Now() - timedelta(seconds=1))
    apply(found.pk)
    assert set(entries()) == {"aoi@customer.example", "new@customer.example"}


def test_two_workers_do_it_once(upload: Upload, leader: User) -> None:
    found = upload(HEAD + "新人,new@customer.example,\n")
    receiving.start(found, leader)
    assert claims.claim(found.pk, ImportState.APPLYING) is not None
    apply(found.pk)  # finds the other at it
    assert Address.objects.count() == 0
    Import.objects.filter(pk=found.pk).update(claimed_until=None)
    apply(found.pk)
    apply(found.pk)
    assert Address.objects.count() == 1


def test_who_slept_through_the_claim_changes_nothing(upload: Upload, leader: User) -> None:
    found = upload(HEAD + "新人,new@customer.example,\n")
    Import.objects.filter(pk=found.pk).update(state=ImportState.READING)
    claimed = claims.claim(found.pk, ImportState.READING)
    assert claimed is not None
    mapping = dict(found.mapping)
    receiving.remap(found, leader, mapping=mapping, has_header=True, encoding="utf-8-sig")
    with pytest.raises(claims.ClaimLost):
        claims.end(claimed, state=ImportState.READY)


def test_whose_right_was_withdrawn_meanwhile_imports_nothing(upload: Upload, leader: User) -> None:
    found = upload(HEAD + "新人,new@customer.example,\n")
    receiving.start(found, leader)
    UserGrant.objects.create(
        user=leader, operation=Operation.ADDRESSES_TRANSFER.value, allowed=False
    )
    apply(found.pk)
    found.refresh_from_db()
    assert (found.state, found.problem) == (ImportState.FAILED, "denied")
    assert of_file(found)
    assert Address.objects.count() == 0


def test_other_columns_are_read_when_a_person_says_so(upload: Upload, leader: User) -> None:
    found = upload("番号,住所,だれ\n1,a@customer.example,山田\n2,b@customer.example,川田\n")
    assert found.mapping["address"] == 1
    mapping = {"name": 2, "address": 1, "customer_search": None}
    receiving.remap(found, leader, mapping=mapping, has_header=True, encoding="utf-8-sig")
    stage(found.pk)
    found.refresh_from_db()
    assert found.counts == {"new": 2}
    confirm(found, leader)
    assert entries()["b@customer.example"] == ("川田", False)
    with pytest.raises(receiving.NotNow):
        receiving.remap(found, leader, mapping=mapping, has_header=True, encoding="utf-8-sig")


def test_a_file_without_an_address_column_asks_for_it(upload: Upload) -> None:
    found = upload("番号,住所\n1,東京都\n")
    assert (found.state, found.counts, found.mapping["address"]) == (ImportState.READY, {}, None)


def test_a_wrong_charset_that_was_chosen_is_told_with_its_line(
    upload: Upload, leader: User
) -> None:
    found = upload(HEAD + "髙橋,taka@customer.example,\n", "cp932")
    mapping = dict(found.mapping)
    receiving.remap(found, leader, mapping=mapping, has_header=True, encoding="utf-8-sig")
    stage(found.pk)
    found.refresh_from_db()
    assert (found.state, found.problem) == (ImportState.FAILED, "charset")


def test_an_open_quote_is_told_with_its_line(upload: Upload) -> None:
    text = HEAD + "a,a@customer.example,\n" * 10 + '"offen,b@customer.example,\n'
    found = upload(text + "x,y@customer.example,\n" * 3000)
    assert (found.state, found.problem, found.problem_line) == (ImportState.FAILED, "quote", 12)
    assert "12" in of_file(found)
    assert Address.objects.count() == 0


@pytest.mark.parametrize("text", [HEAD, "メールアドレス\n\n"])
def test_a_file_with_nothing_in_it_says_so(upload: Upload, text: str) -> None:
    found = upload(text)
    assert (found.state, found.problem) == (ImportState.FAILED, "no_lines")


def test_a_picture_is_refused_at_once(leader: User, broker: Any) -> None:
    file = ContentFile(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", name="a.csv")
    with pytest.raises(Unreadable):
        receiving.receive(leader, file)
    assert Import.objects.count() == 0


def test_a_lost_file_is_told(upload: Upload, leader: User) -> None:
    found = upload(HEAD + "a,a@customer.example,\n")
    default_storage.delete(str(found.file.name))
    receiving.remap(found, leader, mapping=found.mapping, has_header=True, encoding="utf-8-sig")
    stage(found.pk)
    found.refresh_from_db()
    assert (found.state, found.problem) == (ImportState.FAILED, "gone")


def test_what_is_given_up_goes_with_its_file(
    upload: Upload, leader: User, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    found = upload(HEAD + "a,a@customer.example,\n")
    name = str(found.file.name)
    assert default_storage.exists(name)
    with django_capture_on_commit_callbacks(execute=True):
        receiving.give_up(found, leader)
    assert not default_storage.exists(name)
    assert (Import.objects.count(), ImportRow.objects.count()) == (0, 0)


def test_old_files_are_swept_away_and_open_ones_stay(upload: Upload, leader: User) -> None:
    old, open_one, fresh = (upload(HEAD + f"a,a{n}@customer.example,\n") for n in range(3))
    receiving.start(open_one, leader)
    Import.objects.exclude(pk=fresh.pk).update(created_at=Now() - timedelta(days=4))
    forgetting.sweep()
    assert set(Import.objects.values_list("pk", flat=True)) == {open_one.pk, fresh.pk}
    assert not ImportRow.objects.filter(of=old).exists()


def test_a_lost_task_is_waked_again(upload: Upload, leader: User, broker: Any) -> None:
    found = upload(HEAD + "a,a@customer.example,\n")
    assert not claims.due().exists()
    receiving.start(found, leader)
    assert [each.pk for each in claims.due()] == [found.pk]
    tasks.work(found.pk)
    assert Address.objects.count() == 1


def test_lines_in_many_pieces_are_all_written(
    upload: Upload, leader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("addressbook.imports.applying._AT_ONCE", 7)
    names = "".join(f"顧客{n},c{n}@customer.example,\n" for n in range(30))
    confirm(upload(HEAD + names), leader)
    assert Address.objects.count() == 30
    changed = "".join(f"顧客{n} 様,c{n}@customer.example,\n" for n in range(0, 30, 2))
    found = upload(HEAD + changed + "x,new@customer.example,\n")
    assert found.counts == {"changed": 15, "new": 1}
    confirm(found, leader)
    assert Address.objects.filter(name__endswith="様").count() == 15
    assert Address.objects.filter(version=2).count() == 15
    assert kept_up()
    assert found.count(Verdict.NEW) == 1
