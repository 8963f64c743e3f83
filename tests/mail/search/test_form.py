"""The search form, the chips above the hits, and what the box offers while one types."""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from labels.models import Label, LabelKind
from mail.actions.saved_search import remember, save_search
from mail.models import MessageLabel
from mail.search import documents
from mail.suggestions import suggest
from permissions.models import User, UserGrant
from permissions.operations import Operation
from tests.mail import cast
from tests.mail.search.conftest import Office
from tests.mail.search.test_listing import ids


@pytest.fixture
def client(office: Office) -> Client:
    client = Client()
    client.force_login(office.agent)
    return client


def label(office: Office, name: str) -> Label:
    return Label.objects.create(
        mailbox=office.box, gmail_id=f"Label_{name}", name=name, kind=LabelKind.USER
    )


def searched(client: Client, **fields: Any) -> Any:
    """Fill the form in, and look at the list that it leads to."""
    answer = client.get(reverse("mail:search_text"), fields)
    assert answer.status_code == 302
    assert urlsplit(answer["Location"]).path == reverse("mail:list")
    return client.get(answer["Location"])


@pytest.mark.spec("M2a")
def test_each_field_of_the_form_finds_its_mail(office: Office, client: Client) -> None:
    wanted = office.mail(
        subject="返品について",
        text="品番 鰻",
        sender=("井上 葵", "aoi@customer.example"),
        to=(("店", "shop@else.example"),),
        cc=(("甲", "ko@else.example"),),
    )
    wanted.body.people["bcc"] = [["乙", "otsu@else.example"]]
    wanted.body.save()
    wanted.attachments.create(part_id="1", filename="見積書.pdf", content_type="application/pdf")
    type(wanted).objects.filter(pk=wanted.pk).update(has_attachments=True)
    documents.build([wanted.pk])
    urgent, vip = label(office, "至急"), label(office, "VIP 客")
    for each in (urgent, vip):
        MessageLabel.objects.create(message=wanted, label=each, internal_date=wanted.internal_date)
    other = office.mail(subject="注文", sender=("佐藤", "sato@mail.example"), status="done")
    MessageLabel.objects.create(message=other, label=urgent, internal_date=other.internal_date)
    day = f"{wanted.internal_date.astimezone(ZoneInfo('Asia/Tokyo')):%Y/%m/%d}"
    for fields in (
        {"words": "鰻"},
        {"words": "aoi@customer.example"},
        {"words": "subject:返品 -注文"},
        {"subject": "返品"},
        {"sender": "井上"},
        {"to": "shop@else.example"},
        {"cc": "ko"},
        {"bcc": "otsu"},
        {"filename": "見積"},
        {"filename": "pdf"},
        {"attachment": "1"},
        {"status": "open"},
        {"label": ["至急", "VIP 客"], "labels": "all"},
        {"label": "VIP 客"},
        {"subject": "返品", "period": day, "status": "open", "label": "至急"},
    ):
        assert ids(searched(client, **fields)) == [wanted.pk], fields
    both = {wanted.pk, other.pk}
    assert set(ids(searched(client, label=["至急", "VIP 客"], labels="any"))) == both
    assert set(ids(searched(client, period=day))) == both
    assert set(ids(searched(client, status=""))) == both


@pytest.mark.spec("M2c")
def test_the_form_says_what_the_text_says_and_the_address_holds_it(
    office: Office, client: Client
) -> None:
    label(office, "至急")
    text = "返品 subject:不良 from:井上 status:open period:2026/11/01-2026/11/02 label:至急"
    page = client.get(reverse("mail:search_form"), {"q": text}).content.decode()
    for name, value in (
        ("words", "返品"),
        ("subject", "不良"),
        ("sender", "井上"),
        ("period", "2026/11/01-2026/11/02"),
    ):
        assert re.search(rf'name="{name}" value="{value}"', page)
    assert '<option value="open" selected>' in page
    assert re.search(r'name="label" value="至急" checked', page)
    # And back: what the form posts leads to the same text, in the address.
    answer = client.get(
        reverse("mail:search_text"),
        {
            "words": "返品",
            "subject": "不良",
            "sender": "井上",
            "status": "open",
            "period": "2026/11/01-2026/11/02",
            "label": "至急",
            "labels": "all",
        },
    )
    [query] = parse_qs(urlsplit(answer["Location"]).query)["q"]
    assert set(query.split()) == set(text.split())


@pytest.mark.spec("M2c")
def test_the_form_writes_its_text_while_it_is_filled_in(client: Client) -> None:
    asked = {"subject": "返品", "period": "2026/13/45", "reading": "1"}
    answer = client.get(reverse("mail:search_text"), asked, headers={"hx-request": "true"})
    assert answer.status_code == 200
    text = html.unescape(answer.content.decode())
    assert 'data-text="subject:返品' in text
    assert answer.context["reading"]["cautions"]
    assert answer.context["reading"]["cautions"][0] in text


def test_a_label_that_only_the_query_knows_stays_ticked(office: Office, client: Client) -> None:
    label(office, "至急")
    page = client.get(reverse("mail:search_form"), {"q": "label:なくなった"}).content.decode()
    assert re.search(r'name="label" value="なくなった" checked', page)
    assert re.search(r'name="label" value="至急">', page)


def test_the_form_of_a_list_holds_its_scope(office: Office, client: Client) -> None:
    page = client.get(reverse("mail:search_form"), {"category": "inbox", "status": "open"})
    assert page.context["sheet"].words == "in:inbox"
    assert page.context["sheet"].status == "open"
    assert client.get(reverse("mail:search_form")).context["sheet"].is_empty
    kept = client.get(reverse("mail:search_text"), {"words": "a", "mailbox": str(office.box.pk)})
    assert f"mailbox={office.box.pk}" in kept["Location"]


def test_an_empty_form_finds_everything(office: Office, client: Client) -> None:
    message = office.mail()
    assert ids(searched(client)) == [message.pk]
    hostile = {"status": "x' OR 1", "label": "\0", "labels": "z", "words": "\0", "period": "]"}
    assert client.get(reverse("mail:search_text"), hostile).status_code == 302


@pytest.mark.spec("M2c")
def test_chips_tell_what_is_active_and_take_it_away(office: Office, client: Client) -> None:
    message = office.mail(subject="返品")
    page = client.get(
        reverse("mail:list"), {"q": "返品 subject:ない status:open", "category": "inbox"}
    )
    chips = page.context["search"]["chips"]
    assert len(chips) == 4
    assert chips[0].title == str(page.context["title"])
    without_scope = client.get(chips[0].without_url)
    assert len(without_scope.context["search"]["chips"]) == 3
    without = client.get(without_scope.context["search"]["chips"][1].without_url)
    assert ids(without) == [message.pk]
    assert "ない" not in without.context["q"]


@pytest.mark.spec("M3c")
def test_the_reading_that_was_used_can_be_taken_over(office: Office, client: Client) -> None:
    message = office.mail(subject="返品")
    page = client.get(reverse("mail:list"), {"q": '返品 OR "不良'})
    search = page.context["search"]
    assert search["cautions"]
    assert search["reading"] == "返品 OR 不良"
    assert search["reading"] in html.unescape(page.content.decode())
    plain = client.get(search["reading_url"])
    assert ids(plain) == ids(page) == [message.pk]
    assert not plain.context["search"]["cautions"]


def titles(user: User, text: str) -> list[str]:
    return [each.title for each in suggest(cast.again(user), text, len(text))]


def texts(user: User, text: str) -> list[str]:
    return [each.text for each in suggest(cast.again(user), text, len(text))]


def test_operators_labels_people_and_values_are_completed(office: Office) -> None:
    label(office, "至急")
    label(office, "返品/不良")
    office.mail(sender=("井上 葵", "aoi@customer.example"))
    assert "subject:" in texts(office.agent, "subj") or "件名:" in texts(office.agent, "subj")
    assert any(each.startswith(("label:至急", "ラベル:至急")) for each in texts(office.agent, "至"))
    assert texts(office.agent, "label:不") == ["label:返品/不良 "]
    assert texts(office.agent, "from:井") == ["from:aoi@customer.example "]
    assert "aoi@customer.example" in "".join(texts(office.agent, "aoi@"))
    assert "is:starred " in texts(office.agent, "is:st")
    assert "ステータス:未処理 " in texts(office.agent, "ステータス:")
    assert f"assignee:{'田中 花子'!r}".replace("'", '"') + " " in texts(office.agent, "assignee:田")
    assert "mailbox:support@shop.example " in texts(office.agent, "mailbox:")
    assert len(texts(office.agent, "period:")) == 5
    assert texts(office.agent, "zzz") == []


def test_recent_and_saved_searches_stand_below_the_empty_box(office: Office) -> None:
    remember(office.agent, "返品 不良")
    remember(office.agent, "from:井上")
    save_search(office.agent, name="至急", query="label:至急")
    offered = suggest(office.agent, "", 0)
    assert [each.text for each in offered] == ["from:井上", "返品 不良", "label:至急"]
    assert all(each.runs for each in offered)
    assert "返品 不良" in texts(office.agent, "不良")


def test_nothing_is_offered_of_what_one_may_not_see(office: Office, client: Client) -> None:
    other = cast.mailbox("other@else.example", "よそ")
    cast.mail(other, sender=("秘密 太郎", "himitsu@else.example"))
    Label.objects.create(mailbox=other, gmail_id="L", name="秘密", kind=LabelKind.USER)
    stranger = cast.person("stranger", other, name="秘密の人")
    remember(stranger, "秘密の検索")
    save_search(stranger, name="秘密の検索", query="秘密")
    for text in ("秘", "from:秘", "from:himitsu", "label:秘", "assignee:秘", "mailbox:", ""):
        shown = client.get(reverse("mail:search_complete"), {"q": text})
        assert shown.status_code == 200
        assert "秘密" not in shown.content.decode()
        assert "himitsu" not in shown.content.decode()
        assert "else.example" not in shown.content.decode()


@pytest.mark.parametrize("name", ["search_form", "search_text", "search_complete", "count"])
def test_the_checks_of_each_address(office: Office, client: Client, name: str) -> None:
    address = reverse(f"mail:{name}")
    assert client.post(address).status_code == 405
    assert client.get(address, {"q": "(", "at": "-1", "label": "x", "n": "x"}).status_code < 400
    reader = cast.person("reader", office.box)
    UserGrant.objects.create(user=reader, operation=Operation.MAIL_VIEW.value, allowed=False)
    blind = Client()
    blind.force_login(reader)
    assert blind.get(address).status_code == 403


def test_what_is_offered_is_escaped(office: Office, client: Client) -> None:
    label(office, '<b>"返品"</b>')
    office.mail(sender=("<script>x</script>", "x@customer.example"))
    for text in ("label:返", "from:script"):
        shown = client.get(reverse("mail:search_complete"), {"q": text}).content.decode()
        assert "<b>" not in shown
        assert "<script" not in shown
        assert "&lt;" in shown
    page = client.get(reverse("mail:search_form"), {"q": 'label:"<i>x" <u>'}).content.decode()
    assert "<i>" not in page
    assert "<u>" not in page


def test_the_number_behind_a_full_page(
    office: Office, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where counting was not cheap the page comes first, and the number by itself."""
    for number in range(7):
        office.mail(subject=f"返品 {number}")
    monkeypatch.setattr("mail.browse.PAGE", 3)
    monkeypatch.setattr("mail.search.finding._COUNTING", 0.0)
    monkeypatch.setattr("mail.search.finding._PROBE", 4)
    monkeypatch.setattr("mail.search.finding._CHUNKS", (4,))
    page = client.get(reverse("mail:list"), {"q": "返品"}).context["page"]
    assert page["more"]
    assert page["count_url"]
    shown = client.get(page["count_url"]).context["page"]
    assert (shown["first"], shown["last"], shown["total"], shown["more"]) == (1, 3, 7, False)
