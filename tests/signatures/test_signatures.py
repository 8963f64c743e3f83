"""署名 through its screens, and where each stands by itself (G1)."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from activity.models import Event
from mailboxes.models import Mailbox
from permissions.models import User, UserGrant
from permissions.operations import Operation
from signatures.choosing import defaults_for
from signatures.models import Signature, SignatureDefault
from tests.mail import cast

pytestmark = pytest.mark.django_db

FILLED = {"name": "窓口", "text": "\r\n---\r\n{担当者名}\r\n\r\n", "html": ""}


class Office:
    def __init__(self) -> None:
        self.box = cast.mailbox()
        cast.send_as(self.box, "Info@shop.example")
        self.other = cast.mailbox("sales@shop.example", name="営業")
        self.agent = cast.person("agent", self.box, name="田中 健一")
        self.leader = cast.person("leader", self.box, self.other, role="leader")
        self.signature = Signature.objects.create(
            name="標準", text="カスタマーサポート", updated_by=self.leader
        )

    def as_(self, user: User) -> Client:
        client = Client()
        client.force_login(User.objects.get(pk=user.pk))
        return client

    def address(self, verb: str = "detail") -> str:
        return reverse(f"signatures:{verb}", args=[self.signature.pk])

    def without(self, user: User, *operations: Operation) -> None:
        for operation in operations:
            UserGrant.objects.create(user=user, operation=operation.value, allowed=False)

    def fresh(self) -> Signature:
        return Signature.objects.get(pk=self.signature.pk)

    def places(self) -> set[tuple[int | None, int | None, str]]:
        rows = SignatureDefault.objects.filter(signature=self.signature)
        return set(rows.values_list("user", "mailbox", "address"))


@pytest.fixture
def office() -> Office:
    return Office()


def words(answer: Any) -> str:
    return unescape(answer.content.decode())


@pytest.mark.spec("G1")
def test_a_new_signature_is_kept_without_blank_lines_around_it(office: Office) -> None:
    client = office.as_(office.agent)
    assert client.get(reverse("signatures:new")).status_code == 200
    answer = client.post(reverse("signatures:new"), FILLED)
    made = Signature.objects.get(name="窓口")
    assert answer["Location"] == reverse("signatures:detail", args=[made.pk])
    assert made.text == "---\n{担当者名}"
    assert "{担当者名}" in words(client.get(answer["Location"]))
    assert Event.objects.get(kind="signature.added").thing_id == made.pk


def test_html_alone_gives_the_text_for_plain_mails(office: Office) -> None:
    data = {"name": "飾り", "text": "", "html": "<p><b>窓口</b><br>03-1234</p>"}
    assert office.as_(office.agent).post(reverse("signatures:new"), data).status_code == 302
    assert Signature.objects.get(name="飾り").text == "窓口\n03-1234"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"text": "", "html": ""}, "text"),
        ({"text": " \n", "html": "<script>x</script>"}, "text"),
        ({"text": "x" * 20_001}, "text"),
        ({"html": "x" * 80_001}, "html"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_the_text_kept(
    office: Office, wrong: dict[str, str], field: str
) -> None:
    data = {"name": "窓口", "text": "のこる文", "html": "", "version": "1", **wrong}
    for address in (office.address(), reverse("signatures:new")):
        answer = office.as_(office.agent).post(address, data)
        assert answer.status_code == 422
        shown = words(answer)
        assert f'id="id_{field}_error"' in shown
        if "text" not in wrong:
            assert "のこる文" in shown
    assert office.fresh().name == "標準"


@pytest.mark.spec("G1")
def test_somebody_who_saved_meanwhile_is_noticed_with_both_versions(office: Office) -> None:
    theirs = {"name": "標準", "text": "相手の署名", "html": "", "version": "1"}
    mine = {**theirs, "text": "わたしの署名"}
    assert office.as_(office.leader).post(office.address(), theirs).status_code == 302
    client = office.as_(office.agent)
    answer = client.post(office.address(), mine)
    assert answer.status_code == 409
    shown = words(answer)
    assert "相手の署名" in shown
    assert "わたしの署名" in shown
    assert office.fresh().text == "相手の署名"
    assert client.post(office.address(), {**mine, "version": "2"}).status_code == 302
    assert office.fresh().text == "わたしの署名"


@pytest.mark.spec("G1")
def test_deleting_says_where_it_is_the_default(office: Office) -> None:
    SignatureDefault.objects.create(signature=office.signature, mailbox=office.box)
    SignatureDefault.objects.create(signature=office.signature, user=office.agent)
    leader = office.as_(office.leader)
    (question,) = re.findall(r'data-confirm="([^"]*)"', words(leader.get(office.address())))
    assert "2" in question
    assert leader.post(office.address("delete"), {"version": "0"}).status_code == 409
    assert leader.post(office.address("delete"), {}).status_code == 422
    assert leader.post(office.address("delete"), {"version": "1"}).status_code == 302
    assert not Signature.objects.exists()
    assert not SignatureDefault.objects.exists()
    gone = office.as_(office.agent).post(office.address(), {**FILLED, "version": "1"})
    assert gone.status_code == 409
    assert "{担当者名}" in words(gone)


@pytest.mark.spec("G1")
def test_the_list_is_searched_and_a_copy_begins_with_the_same_text(office: Office) -> None:
    Signature.objects.create(name="営業部", text="直通 03-9999")
    client = office.as_(office.agent)
    found = words(client.get(reverse("signatures:list"), {"q": "０３-9999"}))
    assert "営業部" in found
    assert ">標準<" not in found
    copied = words(client.get(f"{reverse('signatures:new')}?copy={office.signature.pk}"))
    assert "カスタマーサポート" in copied
    assert Signature.objects.count() == 2
    assert client.get(f"{reverse('signatures:new')}?copy=0").status_code == 404


@pytest.mark.spec("G1")
def test_a_default_is_set_for_oneself_and_for_everybody(office: Office) -> None:
    agent = office.as_(office.agent)
    box = str(office.box.pk)
    shown = words(agent.get(office.address()))
    assert f'value="{box}:info@shop.example"' in shown
    assert "sales@shop.example" not in shown  # a mailbox that the agent was not given
    data = {"own": ["all", f"{box}:info@shop.example"], "shared": [box]}
    assert agent.post(office.address("defaults"), data).status_code == 302
    assert office.places() == {
        (office.agent.pk, None, ""),
        (office.agent.pk, office.box.pk, "info@shop.example"),
        (None, office.box.pk, ""),
    }
    # Somebody else's choice of their own, and a place that was not offered, stay.
    leader = office.as_(office.leader)
    assert (
        leader.post(
            office.address("defaults"), {"own": ["all"], "shared": [str(office.other.pk)]}
        ).status_code
        == 302
    )
    assert (office.agent.pk, None, "") in office.places()
    assert (None, office.other.pk, "") in office.places()
    assert (None, office.box.pk, "") not in office.places()  # unticked by whom it was offered
    assert agent.post(office.address("defaults"), {}).status_code == 302
    assert office.places() == {(office.leader.pk, None, ""), (None, office.other.pk, "")}
    kinds = list(Event.objects.order_by("id").values_list("kind", flat=True))
    assert kinds.count("signature.default") == 2  # the second unticked nothing
    assert "田中" in words(agent.get(office.address()))


def test_another_signature_takes_the_place_over(office: Office) -> None:
    second = Signature.objects.create(name="二つ目", text="2")
    agent = office.as_(office.agent)
    assert agent.post(office.address("defaults"), {"own": ["all"]}).status_code == 302
    address = reverse("signatures:defaults", args=[second.pk])
    assert agent.post(address, {"own": ["all"]}).status_code == 302
    assert SignatureDefault.objects.get(user=office.agent).signature == second


@pytest.mark.parametrize("place", ["999999", "all:x", "x", "sales"])
def test_a_place_of_somebody_else_is_refused(office: Office, place: str) -> None:
    place = str(office.other.pk) if place == "sales" else place
    for name in ("own", "shared"):
        answer = office.as_(office.agent).post(office.address("defaults"), {name: [place]})
        assert answer.status_code == 422
    assert office.places() == set()


def test_without_the_right_only_ones_own_default_is_set(office: Office) -> None:
    office.without(office.agent, Operation.SIGNATURES_CHANGE)
    data = {"own": ["all"], "shared": [str(office.box.pk)]}
    answer = office.as_(office.agent).post(office.address("defaults"), data)
    assert answer.status_code == 422  # the second was not offered
    assert (
        office.as_(office.agent).post(office.address("defaults"), {"own": ["all"]}).status_code
        == 302
    )
    assert office.places() == {(office.agent.pk, None, "")}


@pytest.mark.spec("G1")
def test_the_nearest_default_is_what_a_mail_begins_with(office: Office) -> None:
    made: dict[str, Signature] = {}

    def default(name: str, user: User | None, box: Mailbox | None, address: str = "") -> None:
        made[name] = Signature.objects.create(name=name, text=name)
        SignatureDefault.objects.create(
            signature=made[name], user=user, mailbox=box, address=address
        )

    def begins(address: str = "support@shop.example") -> str:
        found = defaults_for(office.agent, office.box, [address])[address]
        return found.name if found else ""

    assert begins() == ""
    default("別の受信箱", None, office.other)
    default("別の人", office.leader, None)
    assert begins() == ""
    default("受信箱", None, office.box)
    assert begins() == "受信箱"
    default("差出人", None, office.box, "info@shop.example")
    assert (begins(), begins("INFO@shop.example")) == ("受信箱", "差出人")
    default("自分", office.agent, None)
    assert (begins(), begins("info@shop.example")) == ("自分", "自分")
    default("自分の受信箱", office.agent, office.box)
    assert begins() == "自分の受信箱"
    default("自分の差出人", office.agent, office.box, "info@shop.example")
    assert (begins(), begins("info@shop.example")) == ("自分の受信箱", "自分の差出人")


def test_the_database_keeps_one_default_a_place(office: Office) -> None:
    SignatureDefault.objects.create(signature=office.signature, mailbox=office.box)
    for fields in (
        {"mailbox": office.box},
        {"address": "a@b.example"},
        {"user": office.agent, "address": "a@b.example"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            SignatureDefault.objects.create(signature=office.signature, **fields)


def test_its_html_is_looked_at_in_a_frame_that_can_do_nothing(office: Office) -> None:
    html = '<b>窓口</b><script>alert(1)</script><img src="https://evil.example/x.png">'
    Signature.objects.filter(pk=office.signature.pk).update(html=html)
    answer = office.as_(office.agent).get(office.address("look"))
    shown = answer.content.decode()
    assert "<b>窓口</b>" in shown
    assert "alert(1)" not in shown
    assert 'src="https://evil' not in shown
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "sandbox" in answer["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("operation", "method", "verb", "data"),
    [
        (Operation.SIGNATURES_VIEW, "get", "list", {}),
        (Operation.SIGNATURES_VIEW, "get", "detail", {}),
        (Operation.SIGNATURES_VIEW, "get", "look", {}),
        (Operation.SIGNATURES_VIEW, "post", "defaults", {"own": ["all"]}),
        (Operation.SIGNATURES_ADD, "get", "new", {}),
        (Operation.SIGNATURES_ADD, "post", "new", FILLED),
        (Operation.SIGNATURES_CHANGE, "post", "detail", {**FILLED, "version": "1"}),
        (Operation.SIGNATURES_DELETE, "post", "delete", {"version": "1"}),
    ],
)
def test_each_right_is_asked(
    office: Office, operation: Operation, method: str, verb: str, data: dict[str, Any]
) -> None:
    office.without(office.leader, operation)
    args = [] if verb in {"list", "new"} else [office.signature.pk]
    address = reverse(f"signatures:{verb}", args=args)
    answer = getattr(office.as_(office.leader), method)(address, data)
    assert answer.status_code == 403
    assert str(operation.label) in words(answer)
    assert office.fresh().version == 1
    assert Signature.objects.count() == 1
    assert not SignatureDefault.objects.exists()


@pytest.mark.parametrize("verb", ["list", "new", "detail", "delete", "defaults", "look"])
def test_other_methods_and_ids_are_refused(office: Office, verb: str) -> None:
    args = [] if verb in {"list", "new"} else [office.signature.pk]
    client = office.as_(office.leader)
    assert client.put(reverse(f"signatures:{verb}", args=args)).status_code == 405
    if verb in {"delete", "defaults"}:
        assert client.get(reverse(f"signatures:{verb}", args=args)).status_code == 405
    if args:
        nothing = reverse(f"signatures:{verb}", args=[999_999])
        method = client.post if verb in {"delete", "defaults"} else client.get
        assert method(nothing, {"version": "1"}).status_code == 404
