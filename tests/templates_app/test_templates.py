"""テンプレート through its screens: list, search, detail, save, conflict, delete, folders (T1)."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from activity.models import Event
from permissions.models import User, UserGrant
from permissions.operations import Operation
from templates_app.models import Template
from tests.mail import cast

pytestmark = pytest.mark.django_db

FILLED = {
    "name": "返品のご案内",
    "folder": "返品",
    "to": "井上 葵 <aoi@customer.example>",
    "cc": "a@b.example、c@d.example",
    "bcc": "",
    "subject": "Re: {件名}",
    "body": "{顧客名|お客様}\r\n\r\n返品の件です。\r\n",
}
STORED = {
    **FILLED,
    "cc": "a@b.example, c@d.example",
    "body": "{顧客名|お客様}\n\n返品の件です。\n",
}


class Office:
    def __init__(self) -> None:
        self.box = cast.mailbox()
        self.agent = cast.person("agent", self.box, name="田中 健一")
        self.leader = cast.person("leader", self.box, name="鈴木 一郎", role="leader")
        self.template = Template.objects.create(
            name="お礼", subject="ありがとうございます", body="{顧客名} 様", updated_by=self.leader
        )

    def as_(self, user: User, **headers: str) -> Client:
        client = Client(headers=headers)
        client.force_login(User.objects.get(pk=user.pk))
        return client

    def address(self, verb: str = "detail") -> str:
        return reverse(f"templates_app:{verb}", args=[self.template.pk])

    def without(self, user: User, *operations: Operation) -> None:
        for operation in operations:
            UserGrant.objects.create(user=user, operation=operation.value, allowed=False)

    def fresh(self) -> Template:
        return Template.objects.get(pk=self.template.pk)


@pytest.fixture
def office() -> Office:
    return Office()


def words(answer: Any) -> str:
    return unescape(answer.content.decode())


@pytest.mark.spec("T1")
def test_a_new_template_is_kept_and_shown(office: Office) -> None:
    client = office.as_(office.agent)
    empty = words(client.get(reverse("templates_app:new")))
    assert empty.count('name="name"') == 1
    assert empty.count("data-book=") == 3  # the address book beside To, Cc and Bcc
    answer = client.post(reverse("templates_app:new"), FILLED)
    made = Template.objects.get(name="返品のご案内")
    assert answer["Location"] == reverse("templates_app:detail", args=[made.pk])
    assert {name: getattr(made, name) for name in STORED} == STORED
    assert made.updated_by == office.agent
    shown = words(client.get(answer["Location"]))
    assert "返品の件です。" in shown
    assert "a@b.example, c@d.example" in shown
    assert "田中 健一" in shown
    event = Event.objects.get(kind="template.added")
    assert (event.thing, event.thing_id, event.actor) == ("template", made.pk, office.agent)


@pytest.mark.spec("T1")
def test_saving_writes_only_what_is_new_and_tells_of_it(office: Office) -> None:
    client = office.as_(office.agent)
    data = {**FILLED, "version": "1"}
    assert client.post(office.address(), data).status_code == 302
    stored = office.fresh()
    assert (stored.version, stored.name) == (2, "返品のご案内")
    # A double click posts the same again, of the version that was.
    assert client.post(office.address(), data).status_code == 302
    assert office.fresh().version == 2
    told = [event.data["fields"] for event in Event.objects.filter(kind="template.changed")]
    assert told == [["name", "folder", "to", "cc", "subject", "body"]]
    assert "件名" in words(client.get(office.address()))


def test_somebody_who_saved_meanwhile_is_noticed_with_both_versions(office: Office) -> None:
    first, second = office.as_(office.leader), office.as_(office.agent)
    assert first.post(office.address(), {**FILLED, "version": "1"}).status_code == 302
    mine = {**FILLED, "version": "1", "body": "わたしの文", "subject": "Re: {件名}"}
    answer = second.post(office.address(), mine)
    assert answer.status_code == 409
    shown = words(answer)
    assert "鈴木 一郎" in shown
    assert "わたしの文" in shown
    assert "返品の件です。" in shown
    assert office.fresh().body == STORED["body"]
    # What both have alike is no difference; what is posted now is meant.
    table = shown[shown.index('<table class="versions"') : shown.index("</table>")]
    assert table.count("<tr>") == 2
    version = re.search(r'name="version" value="(\d+)"', shown)
    assert version is not None
    assert version[1] == "2"
    again = second.post(office.address(), {**mine, "version": version[1]})
    assert again.status_code == 302
    assert office.fresh().body == "わたしの文"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"name": ""}, "名称"),
        ({"name": "あ" * 201}, "200"),
        ({"to": "aoi@"}, "aoi@"),
        ({"cc": "だれか, x@y.example"}, "だれか"),
        ({"bcc": "a@b.example; 12"}, "12"),
        ({"subject": "x" * 901}, "900"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_the_text_kept(
    office: Office, wrong: dict[str, str], says: str
) -> None:
    data = {**FILLED, "version": "1", **wrong}
    for address in (office.address(), reverse("templates_app:new")):
        answer = office.as_(office.agent).post(address, data)
        assert answer.status_code == 422
        shown = words(answer)
        (field,) = wrong
        error = shown[shown.index(f'id="id_{field}_error"') :]
        assert says in error[: error.index("</div>")]
        assert 'aria-invalid="true"' in shown
        assert "返品の件です。" in shown
    assert office.fresh().name == "お礼"
    assert Template.objects.count() == 1


@pytest.mark.spec("T1")
def test_deleting_asks_with_what_depends_on_it_and_only_what_was_looked_at(office: Office) -> None:
    Template.objects.filter(pk=office.template.pk).update(used_count=12)
    leader = office.as_(office.leader)
    assert (
        "12"
        in re.findall(r'data-confirm="([^"]*)"', leader.get(office.address()).content.decode())[0]
    )
    assert leader.post(office.address(), {**FILLED, "version": "1"}).status_code == 302
    stale = leader.post(office.address("delete"), {"version": "1"})
    assert stale.status_code == 409
    assert Template.objects.filter(pk=office.template.pk).exists()
    assert leader.post(office.address("delete"), {"version": "2"}).status_code == 302
    assert not Template.objects.filter(pk=office.template.pk).exists()
    assert Event.objects.get(kind="template.deleted").data["name"] == "返品のご案内"


def test_what_was_typed_survives_that_somebody_deleted_it(office: Office) -> None:
    office.as_(office.leader).post(office.address("delete"), {"version": "1"})
    answer = office.as_(office.agent).post(office.address(), {**FILLED, "version": "1"})
    assert answer.status_code == 409
    shown = words(answer)
    assert "返品の件です。" in shown
    assert f'action="{reverse("templates_app:new")}"' in shown
    assert office.as_(office.agent).get(office.address()).status_code == 404


def test_a_copy_begins_with_the_same_text_and_is_its_own(office: Office) -> None:
    client = office.as_(office.agent)
    shown = words(client.get(f"{reverse('templates_app:new')}?copy={office.template.pk}"))
    assert "お礼" in shown
    assert "{顧客名} 様" in shown
    assert f'action="{reverse("templates_app:new")}"' in shown
    assert Template.objects.count() == 1
    for wrong in ("x", "999999", "9" * 30):
        assert client.get(f"{reverse('templates_app:new')}?copy={wrong}").status_code == 404


@pytest.mark.spec("T1")
def test_the_list_is_searched_and_kept_in_folders(office: Office) -> None:
    Template.objects.create(name="返品のご案内", folder="返品", body="送料は当社負担です")
    Template.objects.create(name="不良品", folder="返品")
    client = office.as_(office.agent)
    base = reverse("templates_app:list")
    assert "お礼" in words(client.get(base))
    found = words(client.get(base, {"q": "送料 返品"}))
    assert "返品のご案内" in found
    assert "drawer-row" in found
    assert ">お礼<" not in found
    within = words(client.get(base, {"folder": "返品"}))
    assert "不良品" in within
    assert ">お礼<" not in within
    nothing = client.get(base, {"q": "ないもの"})
    assert nothing.status_code == 200
    assert "「ないもの」" in words(nothing)
    # Whoever goes from one to the next stays in the same list.
    assert f"{base}{Template.objects.get(name='不良品').pk}/?folder=" in within


@pytest.mark.spec("T1")
def test_a_folder_is_renamed_with_all_that_it_holds(office: Office) -> None:
    inside = [Template.objects.create(name=name, folder="返品") for name in ("一", "二")]
    client = office.as_(office.agent)
    answer = client.post(reverse("templates_app:folder"), {"old": "返品", "new": "返品・交換"})
    assert answer.status_code == 302
    assert [Template.objects.get(pk=each.pk).folder for each in inside] == ["返品・交換"] * 2
    assert office.fresh().folder == ""
    # A form that was filled before is told, and does not undo it silently.
    stale = client.post(
        reverse("templates_app:detail", args=[inside[0].pk]),
        {**FILLED, "folder": "返品", "version": "1"},
    )
    assert stale.status_code == 409
    found = words(client.get(reverse("templates_app:list"), {"q": "交換"}))
    assert ">一<" in found
    assert client.post(reverse("templates_app:folder"), {"old": "", "new": "x"}).status_code == 302
    assert office.fresh().folder == ""


def test_many_are_paged_and_the_queries_do_not_grow(
    office: Office, django_assert_max_num_queries: Any
) -> None:
    client = office.as_(office.agent)
    base = reverse("templates_app:list")
    client.get(base)
    with django_assert_max_num_queries(30) as few:
        client.get(base)
    Template.objects.bulk_create(
        Template(name=f"T{n:03}", name_key=f"t{n:03}", search_text=f"t{n:03}") for n in range(120)
    )
    with django_assert_max_num_queries(len(few)):
        shown = words(client.get(base))
    assert shown.count("data-drawer-row=") == 50
    following = re.search(r'rel="next" href="([^"]+)"', shown)
    assert following is not None
    second = words(client.get(following[1]))
    assert "T050" in second
    assert 'rel="prev"' in second


def test_a_piece_is_answered_with_the_entry_alone(office: Office) -> None:
    piece = office.as_(office.agent, **{"hx-request": "true", "hx-target": "drawer-detail"})
    shown = words(piece.get(office.address()))
    assert "<!doctype" not in shown.casefold()
    assert 'id="drawer-detail"' in shown
    assert "drawer-rows" not in shown
    assert "{顧客名} 様" in shown


@pytest.mark.parametrize(
    ("operation", "method", "verb", "data"),
    [
        (Operation.TEMPLATES_VIEW, "get", "list", {}),
        (Operation.TEMPLATES_VIEW, "get", "detail", {}),
        (Operation.TEMPLATES_ADD, "get", "new", {}),
        (Operation.TEMPLATES_ADD, "post", "new", FILLED),
        (Operation.TEMPLATES_CHANGE, "post", "detail", {**FILLED, "version": "1"}),
        (Operation.TEMPLATES_CHANGE, "post", "folder", {"old": "", "new": "x"}),
        (Operation.TEMPLATES_DELETE, "post", "delete", {"version": "1"}),
        (Operation.TEMPLATES_VIEW, "post", "delete", {"version": "1"}),
    ],
)
def test_each_right_is_asked(
    office: Office, operation: Operation, method: str, verb: str, data: dict[str, str]
) -> None:
    office.without(office.leader, operation)
    args = [office.template.pk] if verb in {"detail", "delete"} else []
    address = reverse(f"templates_app:{verb}", args=args)
    answer = getattr(office.as_(office.leader), method)(address, data)
    assert answer.status_code == 403
    assert str(operation.label) in words(answer)
    assert office.fresh().version == 1
    assert Template.objects.count() == 1


def test_what_one_may_not_do_is_not_offered(office: Office) -> None:
    office.without(
        office.agent,
        Operation.TEMPLATES_CHANGE,
        Operation.TEMPLATES_ADD,
        Operation.TEMPLATES_DELETE,
    )
    shown = words(office.as_(office.agent).get(office.address()))
    assert "{顧客名} 様" in shown
    assert "変更を保存" not in shown
    assert "entry-delete" not in shown
    assert "data-drawer-new" not in shown
    assert "readonly" in shown


@pytest.mark.parametrize("verb", ["list", "new", "folder", "detail", "delete"])
def test_other_methods_are_refused(office: Office, verb: str) -> None:
    args = [office.template.pk] if verb in {"detail", "delete"} else []
    address = reverse(f"templates_app:{verb}", args=args)
    client = office.as_(office.leader)
    assert client.put(address).status_code == 405
    if verb in {"folder", "delete"}:
        assert client.get(address).status_code == 405
    if verb == "list":
        assert client.post(address).status_code == 405


@pytest.mark.parametrize("path", ["/templates/999999/", "/templates/x/", "/templates/-1/"])
def test_what_is_no_template_is_not_found(office: Office, path: str) -> None:
    client = office.as_(office.leader)
    assert client.get(path).status_code == 404
    assert client.post(f"{path}delete/", {"version": "1"}).status_code == 404


def test_hostile_text_stays_text(office: Office) -> None:
    nasty = {
        **FILLED,
        "name": "<script>alert(1)</script>",
        "folder": '"><img src=x>',
        "body": "</textarea><b>",
        "version": "1",
    }
    client = office.as_(office.leader)
    assert client.post(office.address(), nasty).status_code == 302
    for address in (
        office.address(),
        f"{reverse('templates_app:list')}?folder=%22%3E%3Cimg+src%3Dx%3E",
    ):
        shown = client.get(address).content.decode()
        assert "<script>alert" not in shown
        assert "<img src=x>" not in shown
        assert "</textarea><b>" not in shown
