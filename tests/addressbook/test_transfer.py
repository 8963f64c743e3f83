"""CSV on the screen: upload, preview, columns, 実行, giving up, and the way out."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from addressbook.actions import keep
from addressbook.imports import tasks
from addressbook.models import Address, Import, ImportState
from permissions.models import User
from tests.addressbook.conftest import Upload, client_of, confirm
from tests.mail import cast

pytestmark = pytest.mark.django_db
TEXT = "名称,メールアドレス,検索対象\n髙橋,taka@customer.example,○\n壊れた,nobody@,\n"


def at(name: str, *args: Any) -> str:
    return reverse(f"addressbook:{name}", args=args)


def sent(client: Client, raw: bytes, name: str = "顧客.csv") -> Any:
    return client.post(at("upload"), {"file": SimpleUploadedFile(name, raw)})


def downloaded(response: Any) -> bytes:
    async def whole() -> bytes:
        return b"".join([piece async for piece in response.streaming_content])

    return async_to_sync(whole)()


@pytest.mark.spec("A1")
def test_from_the_file_to_the_book(leader: User, broker: Any) -> None:
    client = client_of(leader)
    assert client.get(at("upload")).status_code == 200
    response = sent(client, TEXT.encode("cp932"))
    found = Import.objects.get()
    assert response["Location"] == at("import", found.pk)
    # A worker has it: the page asks again, and is led on when it is through.
    waiting = client.get(at("import", found.pk)).content.decode()
    assert at("progress", found.pk) in waiting
    assert at("apply", found.pk) not in waiting
    assert client.get(at("progress", found.pk)).status_code == 200
    tasks.work(found.pk)
    assert client.get(at("progress", found.pk))["HX-Redirect"] == at("import", found.pk)
    shown = client.get(at("import", found.pk)).content.decode()
    assert "メールアドレスの形式ではありません: nobody@" in shown
    assert "1件を取り込む" in shown
    assert "髙橋" in client.get(at("import", found.pk), {"show": "new"}).content.decode()
    assert not Address.objects.exists()
    client.post(at("apply", found.pk))
    tasks.work(found.pk)
    done = client.get(at("import", found.pk)).content.decode()
    assert "取り込みました: 新規 1件、変更 0件" in done
    assert Address.objects.get().name == "髙橋"


@pytest.mark.spec("A1")
def test_a_change_is_shown_beside_what_it_was(leader: User, upload: Upload) -> None:
    keep.add(leader, {"name": "高橋", "address": "taka@customer.example"})
    found = upload("名称,メール,検索対象\n髙橋,taka@customer.example,○\n")
    shown = client_of(leader).get(at("import", found.pk)).content.decode()
    assert "<del>高橋</del>" in shown
    assert "<ins>髙橋</ins>" in shown
    assert "<del>いいえ</del> → <ins>はい</ins>" in shown


def test_many_lines_are_paged(leader: User, upload: Upload) -> None:
    rows = "".join(f"顧客{n},c{n}@customer.example\n" for n in range(101))
    found = upload("名称,メール\n" + rows)
    client = client_of(leader)
    first = client.get(at("import", found.pk))
    assert len(first.context["lines"]) == 100
    second = client.get(first.context["more_url"])
    assert [line["line"] for line in second.context["lines"]] == [102]
    for odd in ("x", "-1", "9" * 40):
        page = client.get(at("import", found.pk), {"show": odd, "after": odd})
        assert page.status_code == 200


def test_a_file_that_cannot_be_read_says_why(leader: User, broker: Any) -> None:
    client = client_of(leader)
    for raw, words in (
        (b"\x89PNG\r\n\x00\xff\xfe", "UTF-8 でも Shift_JIS (cp932) でもありません"),
        (b"", "ファイルが空です"),
    ):
        response = sent(client, raw)
        assert response.status_code == 422
        assert words in response.content.decode()
    assert client.post(at("upload")).status_code == 422
    assert not Import.objects.exists()


def test_the_columns_can_be_said(leader: User, upload: Upload) -> None:
    found = upload("だれ,どこ\n山田,東京\n")
    client = client_of(leader)
    assert (
        "メールアドレスの列を下で選んでください"
        in client.get(at("import", found.pk)).content.decode()
    )
    refused = client.post(at("remap", found.pk), {"encoding": "utf-8-sig"})
    assert refused.status_code == 422
    assert "メールアドレスの列を選んでください" in refused.content.decode()
    wrong = client.post(at("remap", found.pk), {"encoding": "utf-7", "address": "9"})
    assert wrong.status_code == 422
    fields = {"address": "1", "name": "0", "has_header": "on", "encoding": "utf-8-sig"}
    assert client.post(at("remap", found.pk), fields).status_code == 302
    tasks.work(found.pk)
    found.refresh_from_db()
    assert found.counts == {"faulty": 1}


def test_an_import_that_has_gone_on_is_shown_as_it_is(leader: User, upload: Upload) -> None:
    found = confirm(upload(TEXT), leader)
    client = client_of(leader)
    fields = {"address": "1", "encoding": "utf-8-sig"}
    for name, data in (("remap", fields), ("give_up", {})):
        response = client.post(at(name, found.pk), data, follow=True)
        assert "取り込みは先に進んでいます" in response.content.decode()
    assert client.post(at("apply", found.pk)).status_code == 302  # a second click
    found.refresh_from_db()
    assert found.state == ImportState.DONE
    assert Address.objects.count() == 1


def test_giving_up_leaves_the_book_alone(leader: User, upload: Upload) -> None:
    found = upload(TEXT)
    assert client_of(leader).post(at("give_up", found.pk))["Location"] == at("list")
    assert not Import.objects.exists()
    assert not Address.objects.exists()


def test_an_import_is_its_owners(
    agent: User, leader: User, reader: User, stranger: User, upload: Upload
) -> None:
    found = upload(TEXT)
    other = cast.person("other", role="leader")
    posted = {"remap", "apply", "give_up"}
    for name in ("import", "progress", *posted):
        for user, code in ((other, 404), (agent, 403), (reader, 403), (stranger, 403)):
            client = client_of(user)
            ask = client.post if name in posted else client.get
            assert ask(at(name, found.pk)).status_code == code, (name, user)
        wrong = client_of(leader)
        ask = wrong.get if name in posted else wrong.post
        assert ask(at(name, found.pk)).status_code == 405
        ask = wrong.post if name in posted else wrong.get
        assert ask(at(name, 10**12)).status_code == 404
    for user in (agent, reader, stranger):
        assert client_of(user).get(at("upload")).status_code == 403
        assert sent(client_of(user), TEXT.encode()).status_code == 403
        assert client_of(user).get(at("export")).status_code == 403
    assert client_of(leader).put(at("upload")).status_code == 405
    assert client_of(leader).post(at("export")).status_code == 405


@pytest.mark.spec("A1")
@pytest.mark.parametrize(("charset", "encoding"), [("", "utf-8-sig"), ("cp932", "cp932")])
def test_the_book_goes_out_as_it_is_searched(leader: User, charset: str, encoding: str) -> None:
    keep.add(leader, {"name": "①㈱髙橋", "address": "taka@x.example", "customer_search": True})
    keep.add(leader, {"name": "井上", "address": "aoi@x.example"})
    client = client_of(leader)
    response = client.get(at("export"), {"charset": charset})
    assert "attachment" in response["Content-Disposition"]
    raw = downloaded(response)
    lines = list(csv.reader(io.StringIO(raw.decode(encoding), newline="")))
    assert lines[0] == ["名称", "メールアドレス", "検索対象"]
    assert sorted(lines[1:]) == [
        ["①㈱髙橋", "taka@x.example", "○"],
        ["井上", "aoi@x.example", "×"],
    ]
    assert b"aoi" not in downloaded(client.get(at("export"), {"folder": "targets"}))
    assert b"taka" not in downloaded(client.get(at("export"), {"q": "井上"}))


def test_a_charset_that_lacks_a_name_is_told(leader: User) -> None:
    keep.add(leader, {"name": "한국", "address": "k@x.example"})
    response = client_of(leader).get(at("export"), {"charset": "cp932"}, follow=True)
    assert "Shift_JIS にない文字" in response.content.decode()
