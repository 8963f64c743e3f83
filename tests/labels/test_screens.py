"""ラベル on the screen: who gets what, and what is said at which field."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from labels.actions import edit
from labels.actions.edit import LabelFields
from labels.models import Label, LabelKind, LabelReading, LabelState
from labels.palette import PALETTE
from mail.models import MessageLabel
from mailboxes.models import Change, Mailbox, Membership
from permissions.models import User, UserGrant
from permissions.operations import Operation
from tests.mail import cast

pytestmark = pytest.mark.django_db


class Desk:
    """A leader and an agent at one mailbox with 配送, 配送/遅延, 配送/遅延/東京 and 請求."""

    def __init__(self) -> None:
        self.box = cast.mailbox()
        self.leader = cast.person("suzuki", self.box, name="鈴木 一郎", role="leader")
        self.agent = cast.person("tanaka", self.box, name="田中 健一")
        self.outsider = cast.person("outsider", role="leader")
        for number, name in enumerate(["配送/遅延/東京", "請求", "配送", "配送/遅延"]):
            Label.objects.create(mailbox=self.box, gmail_id=f"Label_{number}", name=name)
        self.system = Label.objects.create(
            mailbox=self.box, gmail_id="INBOX", name="INBOX", kind=LabelKind.SYSTEM
        )

    def label(self, name: str) -> Label:
        return Label.objects.get(mailbox=self.box, name=name)

    def client(self, user: User | None = None, *, htmx: str = "") -> Client:
        headers = {"hx-request": "true", "hx-target": htmx} if htmx else {}
        client = Client(headers=headers)
        client.force_login(User.objects.get(pk=(user or self.leader).pk))
        return client

    def fields(self, name: str, background: str = "", text: str = "", **more: Any) -> Any:
        return {"name": name, "background": background, "text_color": text, **more}

    def at(self, view: str, name: str) -> str:
        return reverse(f"labels:{view}", args=[self.label(name).pk])


@pytest.fixture
def desk(broker: Any) -> Desk:
    return Desk()


def test_the_list_is_a_tree_of_the_persons_mailboxes(desk: Desk) -> None:
    shown = desk.client(desk.agent).get("/labels/").content.decode()
    places = [
        shown.index(f'href="{desk.at("detail", name)}"')
        for name in ("請求", "配送", "配送/遅延", "配送/遅延/東京")
    ]
    assert places == sorted(places)
    assert "閲覧のみ" in shown
    assert "INBOX" not in shown
    assert reverse("labels:new") not in shown
    assert reverse("labels:new") in desk.client().get("/labels/").content.decode()
    other = desk.client(desk.outsider).get("/labels/").content.decode()
    assert "配送" not in other


def test_a_search_narrows_it(desk: Desk) -> None:
    shown = desk.client(htmx="drawer-rows").get("/labels/?q=遅延").content.decode()
    assert desk.at("detail", "配送/遅延") in shown
    assert desk.at("detail", "請求") not in shown


def test_numbers_of_what_is_open_stand_beside_them(desk: Desk) -> None:
    for _ in range(3):
        mail = cast.mail(desk.box)
        MessageLabel.objects.create(
            label=desk.label("請求"), message=mail, internal_date=mail.internal_date
        )
    for htmx in ("", "drawer-rows"):
        shown = desk.client(htmx=htmx).get("/labels/").content.decode()
        assert "未処理 3" in shown


def test_several_mailboxes_each_under_its_address(desk: Desk) -> None:
    second = cast.mailbox("sales@shop.example")
    Label.objects.create(mailbox=second, gmail_id="Label_9", name="見積")
    Membership.objects.create(mailbox=second, user=desk.leader)
    shown = desk.client().get("/labels/").content.decode()
    assert '<li class="label-box">sales@shop.example</li>' in shown
    made = desk.client().post(
        "/labels/new/", desk.fields("見積/急ぎ", mailbox=str(second.pk)), follow=True
    )
    assert made.status_code == 200
    assert Label.objects.get(name="見積/急ぎ").mailbox == second


@pytest.mark.spec("L1")
def test_the_form_has_name_palette_and_preview(desk: Desk) -> None:
    Label.objects.filter(name="請求").update(background="#cc3a21", text_color="#ffffff")
    shown = desk.client().get(desk.at("detail", "請求")).content.decode()
    assert 'name="name" id="id_name" value="請求"' in shown
    for field in ("background", "text_color"):
        for colour in PALETTE:
            assert f'name="{field}" value="{colour}"' in shown
    assert 'name="background" value="#cc3a21" checked' in shown
    assert 'name="text_color" value="#ffffff" checked' in shown
    assert "data-label-preview" in shown
    assert "変更を保存" in shown


@pytest.mark.spec("L1")
def test_new_saved_and_deleted(desk: Desk) -> None:
    client = desk.client()
    assert "変更を保存" in client.get("/labels/new/").content.decode()
    made = client.post(
        "/labels/new/",
        desk.fields("VIP", "#cc3a21", "#ffffff", mailbox=str(desk.box.pk)),
        follow=True,
    )
    label = desk.label("VIP")
    assert made.redirect_chain == [(f"{desk.at('detail', 'VIP')}?saved=1", 302)]
    assert "Gmailへ反映中" in made.content.decode()
    assert label.state == LabelState.MAKING
    assert Change.objects.get().payload == {
        "name": "VIP",
        "background": "#cc3a21",
        "text_color": "#ffffff",
    }
    Label.objects.filter(pk=label.pk).update(state=LabelState.LIVE, gmail_id="Label_7")
    Change.objects.update(state="done", done_at=timezone.now())
    saved = client.post(
        desk.at("detail", "VIP"), desk.fields("お得意様", "#cc3a21", "#ffffff", version="1")
    )
    assert saved.status_code == 302
    assert desk.label("お得意様").pk == label.pk
    question = client.get(desk.at("delete", "お得意様")).content.decode()
    assert "ラベル「お得意様」を削除しますか" in question
    assert reverse("mail:label_uses", args=[label.pk]) in question
    gone = client.post(desk.at("delete", "お得意様"), {"version": "2"}, follow=True)
    assert gone.redirect_chain == [("/labels/", 302)]
    assert Label.objects.get(pk=label.pk).state == LabelState.GOING
    assert client.get(reverse("labels:detail", args=[label.pk])).status_code == 404


@pytest.mark.spec("L1")
@pytest.mark.parametrize(
    ("posted", "words"),
    [
        ({"name": ""}, "名称を入力してください"),
        ({"name": "a/b/c"}, "2階層まで"),
        ({"name": "請求"}, "すでにあります"),
        ({"name": "Inbox"}, "Gmailが自分で使う"),
        ({"name": "x" * 300}, "225文字まで"),
        (
            {"name": "可", "background": "#123456", "text_color": "#ffffff"},
            "Gmailの色ではありません",
        ),
        ({"name": "可", "background": "#cc3a21"}, "両方"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    desk: Desk, posted: dict[str, str], words: str
) -> None:
    for address, more in (
        ("/labels/new/", {"mailbox": str(desk.box.pk)}),
        (desk.at("detail", "配送"), {"version": "1"}),
    ):
        response = desk.client().post(address, {**desk.fields("配送"), **posted, **more})
        shown = response.content.decode()
        assert response.status_code == 422
        assert words in shown
        assert 'class="field-error"' in shown
        if posted["name"] and len(posted["name"]) < 200:
            assert f'value="{posted["name"]}"' in shown
    assert not Change.objects.exists()


@pytest.mark.spec("L1")
def test_deeper_ones_are_shown_and_not_edited(desk: Desk) -> None:
    client = desk.client()
    shown = client.get(desk.at("detail", "配送/遅延/東京")).content.decode()
    assert "2階層より深い" in shown
    assert "<fieldset disabled>" in shown
    assert desk.at("delete", "配送/遅延/東京") not in shown
    refused = client.post(desk.at("detail", "配送/遅延/東京"), desk.fields("東京", version="1"))
    assert refused.status_code == 422
    assert desk.label("配送/遅延/東京").version == 1
    client.post(desk.at("delete", "配送/遅延/東京"), {"version": "1"})
    assert desk.label("配送/遅延/東京").state == LabelState.LIVE


def test_the_question_names_what_depends_on_it(desk: Desk) -> None:
    mail = cast.mail(desk.box)
    MessageLabel.objects.create(
        label=desk.label("配送"), message=mail, internal_date=mail.internal_date
    )
    question = desk.client(htmx="label-delete").get(desk.at("delete", "配送")).content.decode()
    assert "配送/遅延" in question
    assert "<html" not in question
    uses = reverse("mail:label_uses", args=[desk.label("配送").pk])
    assert "1通" in desk.client().get(uses).content.decode()
    assert "未処理1通" in desk.client().get(uses).content.decode()
    empty = reverse("mail:label_uses", args=[desk.label("請求").pk])
    assert "付いているメールはありません" in desk.client().get(empty).content.decode()
    desk.client().post(desk.at("delete", "配送"), {"version": "1", "children": "1"})
    gone = Label.objects.filter(state=LabelState.GOING)
    assert set(gone.values_list("name", flat=True)) == {"配送", "配送/遅延", "配送/遅延/東京"}


def test_what_was_changed_meanwhile_is_not_deleted(desk: Desk) -> None:
    Label.objects.filter(name="請求").update(version=4)
    client = desk.client()
    response = client.post(desk.at("delete", "請求"), {"version": "1"}, follow=True)
    assert response.redirect_chain == [(desk.at("detail", "請求"), 302)]
    assert desk.label("請求").state == LabelState.LIVE


def test_somebody_saved_meanwhile_both_versions_are_shown(desk: Desk) -> None:
    other = cast.person("sato", desk.box, name="佐藤 花", role="leader")
    edit.change(desk.label("請求"), other, LabelFields("経理"), version=1)
    label = desk.label("経理")
    address = reverse("labels:detail", args=[label.pk])
    response = desk.client().post(address, desk.fields("会計", version="1"))
    shown = response.content.decode()
    assert response.status_code == 409
    assert "佐藤 花さん" in shown
    for version in ("経理", "会計"):
        assert f">{version}</td>" in shown
    assert f'name="version" value="{label.version}"' in shown
    mine = desk.client().post(address, desk.fields("会計", version=str(label.version)))
    assert mine.status_code == 302
    assert desk.label("会計").pk == label.pk


@pytest.mark.spec("L2")
def test_gmails_reason_stands_at_the_field(desk: Desk) -> None:
    label = desk.label("請求")
    Label.objects.filter(pk=label.pk).update(
        refused={
            "kind": "label.patch",
            "name": "受信トレイ",
            "reason": "invalidArgument",
            "detail": "Invalid label name",
        }
    )
    shown = desk.client().get(desk.at("detail", "請求")).content.decode()
    assert 'value="受信トレイ"' in shown
    assert 'aria-invalid="true"' in shown
    assert '<q lang="en">Invalid label name</q>' in shown
    piece = desk.client(htmx="label-state").get(desk.at("state", "請求"))
    assert 'id="label-name" hx-swap-oob="true"' in piece.content.decode()
    assert "labels-changed" in piece["HX-Trigger"]


def test_while_it_is_on_its_way_the_page_asks_again(desk: Desk) -> None:
    edit.change(desk.label("請求"), desk.leader, LabelFields("経理"), version=1)
    shown = desk.client().get(desk.at("detail", "経理")).content.decode()
    assert f'hx-get="{desk.at("state", "経理")}"' in shown
    Change.objects.update(state="done", done_at=timezone.now())
    piece = desk.client(htmx="label-state").get(desk.at("state", "経理")).content.decode()
    assert "hx-get" not in piece
    assert "Gmailに反映されました" in piece
    gone = desk.client(htmx="label-state").get(reverse("labels:state", args=[999_999]))
    assert gone["HX-Redirect"] == "/labels/"


@pytest.mark.spec("L2")
def test_synchronising_is_asked_for_and_told(desk: Desk) -> None:
    client = desk.client(desk.agent, htmx="label-sync")
    first = client.post("/labels/sync/").content.decode()
    assert "読み込んでいます" in first
    assert f'hx-get="{reverse("labels:sync_state")}"' in first
    reading = LabelReading.objects.get(mailbox=desk.box)
    assert reading.is_awaited
    LabelReading.objects.update(read_at=timezone.now(), added=2, changed=1, removed=0)
    after = client.get("/labels/sync/state/")
    assert "2件追加" in after.content.decode()
    assert "hx-get" not in after.content.decode()
    assert "labels-changed" in after["HX-Trigger"]
    LabelReading.objects.update(trouble="backendError")
    assert "応答がありません" in client.get("/labels/sync/state/").content.decode()
    Mailbox.objects.update(state="paused")
    LabelReading.objects.update(trouble="")
    plain = desk.client(desk.agent).post("/labels/sync/", follow=True)
    assert plain.redirect_chain == [("/labels/", 302)]
    assert "接続されていない" in plain.content.decode()
    other = desk.client(desk.outsider).post("/labels/sync/", {"mailbox": str(desk.box.pk)})
    assert other.status_code == 404
    assert desk.client().post("/labels/sync/", {"mailbox": "x"}).status_code == 422


def test_the_six_checks(desk: Desk) -> None:
    """Works (above) · other role · outsider · read-only · wrong method · bad id."""
    writing = [
        ("post", "/labels/new/", desk.fields("VIP", mailbox=str(desk.box.pk))),
        ("post", desk.at("detail", "請求"), desk.fields("経理", version="1")),
        ("get", desk.at("delete", "請求"), {}),
        ("post", desk.at("delete", "請求"), {"version": "1"}),
    ]
    for method, address, data in writing:
        agent = getattr(desk.client(desk.agent), method)(address, data)
        assert agent.status_code == 403, address
    for method, address, data in writing[1:]:
        outsider = getattr(desk.client(desk.outsider), method)(address, data)
        assert outsider.status_code == 404, address
    UserGrant.objects.create(user=desk.agent, operation=Operation.LABELS_VIEW.value, allowed=False)
    for address in ("/labels/", desk.at("detail", "請求"), "/labels/sync/state/"):
        assert desk.client(desk.agent).get(address).status_code == 403
    assert desk.client(desk.agent).post("/labels/sync/").status_code == 403
    assert desk.client().post("/labels/").status_code == 405
    assert desk.client().put(desk.at("detail", "請求")).status_code == 405
    assert desk.client().get("/labels/sync/").status_code == 405
    for view in ("detail", "delete"):
        assert desk.client().get(reverse(f"labels:{view}", args=[999_999])).status_code == 404
        system = reverse(f"labels:{view}", args=[desk.system.pk])
        assert desk.client().get(system).status_code == 404
    assert not Change.objects.exists()


def test_queries_do_not_grow_with_the_labels(
    desk: Desk, django_assert_max_num_queries: Any
) -> None:
    for number in range(60):
        Label.objects.create(mailbox=desk.box, gmail_id=f"X_{number}", name=f"別/{number:02}")
    client = desk.client()
    client.get("/labels/")
    with django_assert_max_num_queries(16):
        client.get("/labels/")


def test_names_are_written_as_text(desk: Desk) -> None:
    evil = '<img src=x onerror="alert(1)">/"><script>alert(2)</script>'
    label = Label.objects.create(mailbox=desk.box, gmail_id="Label_66", name=evil)
    client = desk.client()
    for address in (
        "/labels/",
        reverse("labels:detail", args=[label.pk]),
        reverse("labels:delete", args=[label.pk]),
        "/mail/",
    ):
        shown = client.get(address).content.decode()
        assert "<img src=x" not in shown
        assert "<script>alert" not in shown


@pytest.mark.spec("M1")
def test_the_navigation_shows_the_tree_with_colours_and_numbers(desk: Desk) -> None:
    Label.objects.filter(name="請求").update(background="#cc3a21", text_color="#ffffff")
    Label.objects.create(mailbox=desk.box, gmail_id="Label_8", name="親なし/子")
    mail = cast.mail(desk.box)
    MessageLabel.objects.create(
        label=desk.label("請求"), message=mail, internal_date=mail.internal_date
    )
    shown = desk.client().get("/mail/").content.decode()
    tree = shown[shown.index("data-nav-labels") : shown.index("</nav>")]
    assert 'class="dot lb-cc3a21"' in tree
    assert 'title="配送/遅延">遅延<' in tree
    # Without its parent above it, a part of the name would say too little.
    assert 'title="親なし/子">親なし/子<' in tree
    row = tree[tree.index(">請求<") :]
    assert 'class="n">1<' in row[: row.index("</li>")]
    Label.objects.filter(name="請求").update(state=LabelState.GOING)
    assert ">請求<" not in desk.client().get("/mail/").content.decode()
