"""Every address of the product, asked by everybody.

The table says what each person gets; an address without a row fails the test, so that none goes out
unconsidered. People: `anonymous`; `agent`, `leader` and `admin` of the demo's roles, who were given
the mailbox; `outsider`, an agent without it; `reader`, who was given it but may only read.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from addressbook.actions import keep as addresses
from addressbook.models import Import, ImportState
from crm.actions import keep as customers
from labels.models import Label
from mail.actions.comment import add_comment
from mail.actions.reply import start_new
from mail.actions.saved_search import save_search
from mail.attachments.store import keep
from mail.bodies import inline_token
from mail.models import Attachment, DraftFile, Message, Outgoing, RawMail, SavedSearch, ToFetch
from mail.models.bulk import BulkRun
from mail.raw.store import keep as keep_raw
from mailboxes.models import Mailbox
from permissions.models import User, UserGrant
from permissions.operations import Operation
from signatures.models import Signature
from templates_app.models import Template
from tests.mail import cast

pytestmark = pytest.mark.django_db

PEOPLE = ("anonymous", "agent", "leader", "admin", "outsider", "reader")


def everybody(code: int, **others: int) -> dict[str, int]:
    return {**dict.fromkeys(PEOPLE, code), "anonymous": 302, **others}


MEMBERS = everybody(200, outsider=404)
"""Reading one thing of a mailbox."""
READERS = everybody(200)
"""Reading what the person's own mailboxes hold; without any, an empty page."""
ADMINS = everybody(403, admin=200)


@dataclass(frozen=True)
class Row:
    """What asking once gives everybody; `data` is posted when `method` is POST."""

    expected: dict[str, int]
    method: str = "GET"
    data: dict[str, Any] = field(default_factory=dict)
    args: tuple[str, ...] = ()


def posting(expected: dict[str, int], *args: str, **data: Any) -> Row:
    return Row(expected, "POST", data, args)


# The agent was first: the edit lock refuses the others, and names its holder.
ANSWERING = everybody(409, agent=302, outsider=404, reader=403)
MAIL, DRAFT, BOX = ("message",), ("draft",), ("mailbox",)
WRONG = everybody(422, outsider=404)
# The address book is the whole team's: no mailbox is asked for, only the right.
KEEPERS = everybody(403, leader=200, admin=200)
CHOOSING = everybody(422, outsider=404, reader=403)

DRAWER = everybody(200, reader=403)
"""A drawer belongs to the office; each right is asked before it is changed."""
DRAFTING = everybody(200, outsider=404, reader=403)

TABLE: dict[str, Row] = {
    "login": Row(everybody(302, anonymous=200)),
    "logout": posting(everybody(302)),
    "set_language": posting(everybody(302), language="en"),
    "icons": Row(everybody(200, anonymous=200)),
    "alive": Row(everybody(200, anonymous=200)),
    "mailboxes:settings": Row(ADMINS),
    "mailboxes:account": Row(ADMINS, args=BOX),
    "mailboxes:open_days": posting(everybody(403, admin=302), *BOX, open_days="3"),
    "mailboxes:callback": Row(everybody(403, admin=400)),
    "mailboxes:reconnect": posting(everybody(403, admin=400), *BOX),
    "mailboxes:people": posting(everybody(403, admin=302), *BOX),
    "mailboxes:change_state": posting(everybody(403, admin=302), "mailbox", "verb"),
    "labels:list": Row(everybody(200, reader=403)),
    "labels:new": Row(everybody(403, leader=200, admin=200)),
    "labels:sync": posting(everybody(302, reader=403)),
    "labels:sync_state": Row(everybody(200, reader=403)),
    "labels:detail": Row(everybody(200, outsider=404, reader=403), args=("label",)),
    "labels:state": Row(everybody(200, reader=403), args=("label",)),
    "labels:delete": Row(everybody(403, outsider=404, leader=200, admin=200), args=("label",)),
    "mail:label_uses": Row(MEMBERS, args=("label",)),
    "templates_app:list": Row(DRAWER),
    "templates_app:new": Row(DRAWER),
    "templates_app:folder": posting(everybody(302, reader=403)),
    "templates_app:detail": Row(DRAWER, args=("template",)),
    # What stands there was not looked at: nothing is deleted.
    "templates_app:delete": posting(everybody(403, leader=422, admin=422), "template"),
    "signatures:list": Row(DRAWER),
    "signatures:new": Row(DRAWER),
    "signatures:detail": Row(DRAWER, args=("signature",)),
    "signatures:delete": posting(everybody(403, leader=422, admin=422), "signature"),
    "signatures:defaults": posting(everybody(302, reader=403), "signature"),
    "signatures:look": Row(DRAWER, args=("signature",)),
    "mail:customer_mail": Row(DRAWER, args=("customer",)),
    "mail:filling": Row(READERS),
    "addressbook:list": Row(everybody(200, reader=403)),
    "addressbook:new": Row(everybody(200, reader=403)),
    "addressbook:detail": Row(everybody(200, reader=403), args=("address",)),
    "addressbook:delete": posting(everybody(403, leader=422, admin=422), "address"),
    "addressbook:complete": Row(READERS),
    "addressbook:choose": Row(everybody(200, reader=403)),
    "addressbook:choose_rows": Row(everybody(200, reader=403)),
    "addressbook:export": Row(KEEPERS),
    "addressbook:upload": Row(KEEPERS),
    # An import is its owner's, the admin's.
    "addressbook:import": Row(everybody(403, leader=404, admin=200), args=("import",)),
    "addressbook:progress": Row(everybody(403, leader=404, admin=200), args=("import",)),
    "addressbook:remap": posting(everybody(403, leader=404, admin=422), "import"),
    "addressbook:apply": posting(everybody(403, leader=404, admin=302), "import"),
    "addressbook:give_up": posting(everybody(403, leader=404, admin=302), "import"),
    "crm:list": Row(DRAWER),
    "crm:new": Row(DRAWER),
    "crm:detail": Row(DRAWER, args=("customer",)),
    "crm:delete": posting(everybody(403, leader=422, admin=422), "customer"),
    "crm:own_crm": Row(ADMINS),
    "mail:home": Row(everybody(302)),
    "mail:list": Row(READERS),
    "mail:rows": Row(READERS),
    "mail:count": Row(READERS),
    "mail:nav": Row(READERS),
    "mail:search_form": Row(READERS),
    "mail:search_text": Row(everybody(302)),
    "mail:search_complete": Row(READERS),
    "mail:search_recent": posting(everybody(204)),
    "mail:searches": Row(READERS),
    "mail:search_new": Row(READERS),
    "mail:search_counts": Row(READERS),
    "mail:search_detail": Row(MEMBERS, args=("search",)),
    # Another's, shared with the mailbox: whoever may share may change it, at its present version.
    "mail:search_delete": posting(
        everybody(403, outsider=404, leader=409, admin=409), "search", version="99"
    ),
    "mail:bulk": posting(everybody(403, leader=422, admin=422)),
    "mail:bulk_people": Row(everybody(403, leader=200, admin=200)),
    "mail:bulk_labels": Row(everybody(403, leader=200, admin=200)),
    # A run is its own person's.
    "mail:bulk_report": Row(everybody(403, leader=200, admin=404), args=("run",)),
    "mail:bulk_undo": posting(everybody(403, leader=409, admin=404), "run"),
    "mail:bulk_stop": posting(everybody(403, leader=302, admin=404), "run"),
    "mail:new": Row(everybody(200, reader=403)),
    "mail:progress": Row(ADMINS, args=BOX),
    "mail:health": Row(ADMINS, args=BOX),
    "mail:health_panel": Row(ADMINS, args=BOX),
    "mail:compare": posting(everybody(403, admin=302), *BOX),
    "mail:try_again": posting(everybody(403, admin=302), *BOX),
    # Nobody is led to the log-in: a program asks.
    "mail:health_json": Row(everybody(403, anonymous=401, admin=200)),
    "mail:mailbox_json": Row(everybody(403, anonymous=401, admin=200), args=BOX),
    "mail:sending": Row(MEMBERS, args=("outgoing",)),
    # Another's sending is theirs to take back or to decide.
    "mail:undo": posting(everybody(409, outsider=404, reader=403), "outgoing"),
    "mail:send_anyway": posting(WRONG, "outgoing"),
    "mail:reschedule": posting(WRONG, "outgoing"),
    "mail:decide": posting(WRONG, "outgoing"),
    "mail:detail": Row(MEMBERS, args=MAIL),
    "mail:body": Row(MEMBERS, args=MAIL),
    "mail:lock": Row(everybody(302, outsider=404), args=MAIL),
    "mail:beat": posting(WRONG, *MAIL),
    "mail:looking": posting(MEMBERS, *MAIL),
    "mail:leave": posting(WRONG, *MAIL),
    "mail:release": posting(everybody(409, outsider=404), *MAIL),
    "mail:ask": posting(everybody(409, outsider=404, reader=403), *MAIL),
    "mail:decline": posting(WRONG, *MAIL),
    "mail:hand_over": posting(WRONG, *MAIL),
    "mail:force": posting(everybody(403, outsider=404, leader=422, admin=422), *MAIL),
    "mail:status": posting(everybody(422, outsider=404, reader=403), *MAIL),
    "mail:star": posting(CHOOSING, *MAIL),
    "mail:read": posting(CHOOSING, *MAIL),
    "mail:labels": Row(everybody(200, outsider=404, reader=403), args=MAIL),
    # The agent was first: it has left its place when the others come.
    "mail:trash": posting(ANSWERING, *MAIL),
    "mail:restore": posting(everybody(409, outsider=404, reader=403), *MAIL),
    "mail:spam": posting(ANSWERING, *MAIL),
    "mail:not_spam": posting(everybody(409, outsider=404, reader=403), *MAIL),
    "mail:comments": Row(MEMBERS, args=MAIL),
    "mail:comments_seen": posting(WRONG, *MAIL),
    "mail:comment_people": Row(everybody(200, outsider=404, reader=403), args=MAIL),
    # Somebody else's: leaders by permission (and who reads only may not even their own).
    "mail:comment": Row(
        everybody(403, outsider=404, leader=200, admin=200), args=("message", "comment")
    ),
    "mail:uncomment": posting(
        everybody(403, outsider=404, leader=422, admin=422), "message", "comment"
    ),
    "mail:history": Row(MEMBERS, args=MAIL),
    "mail:beside": Row(everybody(302, outsider=404), args=("message", "other")),
    "mail:print": Row(MEMBERS, args=MAIL),
    "mail:keys": Row(READERS),
    "mail:events": Row(MEMBERS, args=MAIL),
    "mail:draft_pane": Row(MEMBERS, args=MAIL),
    "mail:reply": posting(ANSWERING, *MAIL),
    "mail:reply_all": posting(ANSWERING, *MAIL),
    "mail:forward": posting(ANSWERING, *MAIL),
    # No draft of Gmail's: 409 to whoever may write.
    "mail:adopt": posting(everybody(409, outsider=404, reader=403), *MAIL),
    "mail:reading": Row(MEMBERS, args=MAIL),
    "mail:charset_ready": Row(everybody(404), args=MAIL),
    "mail:original": Row(MEMBERS, args=MAIL),
    "mail:original_file": Row(everybody(200, outsider=404, reader=403), args=MAIL),
    "mail:unimported_original": Row(ADMINS, args=("mailbox", "unimported")),
    "mail:unimported_file": Row(ADMINS, args=("mailbox", "unimported")),
    "mail:look": Row(everybody(200, outsider=404, reader=403), args=("message", "file")),
    "mail:attachment_content": Row(
        everybody(200, outsider=404, reader=403), args=("message", "file")
    ),
    "mail:attachment": Row(everybody(200, outsider=404, reader=403), args=("message", "file")),
    "mail:attach": posting(CHOOSING, *DRAFT),
    "mail:draft_file": Row(everybody(200, outsider=404), args=("draft", "upload")),
    "mail:preview_out": posting(CHOOSING, *DRAFT),
    "mail:draft": Row(MEMBERS, args=DRAFT),
    "mail:templates": Row(DRAFTING, args=DRAFT),
    "mail:look_template": Row(everybody(422, outsider=404, reader=403), args=DRAFT),
    "mail:use_template": posting(WRONG, *DRAFT),
    "mail:senders": Row(everybody(200, outsider=404, reader=403), args=DRAFT),
    "mail:autosave": posting(WRONG, *DRAFT),
    "mail:save": posting(WRONG, *DRAFT),
    "mail:send": posting(WRONG, *DRAFT),
    "mail:cancel": posting(WRONG, *DRAFT),
    "mail:discard": posting(WRONG, *DRAFT),
    "mail:draft_beat": posting(WRONG, *DRAFT),
    "mail:draft_leave": posting(WRONG, *DRAFT),
    # The signature in the address stands for the log-in: a sandboxed frame sends no cookies.
    "mail:inline": Row(everybody(200, anonymous=200), args=("token",)),
    "mail:live": Row(everybody(200)),
    "mail:live_poll": Row(everybody(200)),
}


def names(patterns: list[Any], prefix: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from names(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}"


ADDRESSES = sorted(names(get_resolver().url_patterns))


def test_the_table_has_a_row_for_every_address_and_no_other() -> None:
    assert set(ADDRESSES) == set(TABLE)


@pytest.fixture
def world() -> dict[str, Any]:
    """One mailbox with a mail, a file, a draft and a sending; and the people."""
    box = cast.mailbox()
    people = {
        "agent": cast.person("agent", box),
        "leader": cast.person("leader", box, role="leader"),
        "admin": cast.person("admin", box, role="admin"),
        "outsider": cast.person("outsider"),
        "reader": cast.person("reader", box),
    }
    for operation in Operation:
        if operation != Operation.MAIL_VIEW:
            UserGrant.objects.create(
                user=people["reader"], operation=operation.value, allowed=False
            )
    author = cast.person("author", box)
    message = cast.mail(box)
    file = Attachment.objects.create(
        message=message, part_id="1", filename="写真.png", content_type="image/png", content_id="a"
    )
    draft = start_new(box, author).draft
    outgoing = Outgoing.objects.create(
        mailbox=box, draft=draft, author=author, raw=b"", body_hash=""
    )
    search = save_search(author, name="返品", query="返品")
    SavedSearch.objects.filter(pk=search.pk).update(shared_with=box)
    return {
        "people": people,
        "search": search.pk,
        "template": Template.objects.create(name="お礼").pk,
        "signature": Signature.objects.create(name="窓口", html="<b>窓口</b>").pk,
        "message": message.pk,
        "comment": add_comment(message, author, "電話がありました。").pk,
        "other": cast.mail(box).pk,
        "upload": DraftFile.objects.create(
            draft=draft,
            filename="控え.txt",
            content_type="text/plain",
            size=2,
            file=ContentFile(b"ab", "x"),
        ).pk,
        "mailbox": box.pk,
        "label": Label.objects.create(mailbox=box, gmail_id="Label_1", name="配送").pk,
        "draft": draft.pk,
        "outgoing": outgoing.pk,
        "attachment": file,
        "file": file.pk,
        "token": inline_token(file.pk, people["agent"].pk),
        "address": addresses.add(author, {"name": "井上 葵", "address": "aoi@customer.example"}).pk,
        "customer": customers.add(
            author, {"name": "井上 葵", "addresses": "aoi@customer.example"}
        ).pk,
        "import": Import.objects.create(
            user=people["admin"], filename="a.csv", state=ImportState.READY
        ).pk,
        "unimported": "18c0ffee",
        "verb": "pause",
        "run": BulkRun.objects.create(user=people["leader"], verb="read", state="running").pk,
    }


@pytest.fixture
def stored_file(world: dict[str, Any]) -> None:
    """What is fetched from Gmail is here already, so that nobody waits for a worker."""
    keep(world["attachment"], b"\x89PNG\r\n\x1a\n")
    box = Mailbox.objects.get(pk=world["mailbox"])
    gmail_ids = [Message.objects.get(pk=world["message"]).gmail_id, world["unimported"]]
    for gmail_id in gmail_ids:
        row = RawMail.objects.create(mailbox=box, gmail_id=gmail_id)
        keep_raw(row, io.BytesIO(b"Subject: x\r\n\r\nx"), 15)
    ToFetch.objects.create(
        mailbox=box, gmail_id=world["unimported"], position=1, attempts=1, trouble="unreadable"
    )


def client_of(world: dict[str, Any], person: str) -> Client:
    client = Client()
    if person != "anonymous":
        user: User = world["people"][person]
        client.force_login(user)
    return client


def asked(client: Client, row: Row, address: str) -> Any:
    return client.post(address, row.data) if row.method == "POST" else client.get(address)


# These read the database from threads of their own, which see only what is committed, or give their
# connection back with the end of what they stream.
ASYNCHRONOUS = {
    "addressbook:export",
    "mail:inline",
    "mail:live",
    "mail:attachment",
    "mail:attachment_content",
    "mail:draft_file",
    "mail:original_file",
    "mail:unimported_file",
}


def each_of(chosen: list[str]) -> list[Any]:
    committed = pytest.mark.django_db(transaction=True)
    return [pytest.param(n, marks=[committed] if n in ASYNCHRONOUS else []) for n in chosen]


@pytest.mark.spec("P2")
@pytest.mark.usefixtures("stored_file")
@pytest.mark.parametrize("name", each_of(ADDRESSES))
def test_each_person_gets_what_the_table_says(name: str, world: dict[str, Any]) -> None:
    row = TABLE[name]
    for person in PEOPLE:
        address = reverse(name, args=[world[key] for key in row.args])
        client = client_of(world, person)
        response = asked(client, row, address)
        assert response.status_code == row.expected[person], f"{person} at {address}"
        if response.status_code == 302 and person == "anonymous" and name != "login":
            target = response["Location"]
            assert target.startswith(reverse("login")) or name in {"logout", "set_language"}
        if response.streaming:
            response.close()


@pytest.mark.usefixtures("stored_file")
@pytest.mark.parametrize("name", [n for n in ADDRESSES if TABLE[n].method == "POST"])
def test_what_writes_is_not_a_get(name: str, world: dict[str, Any]) -> None:
    address = reverse(name, args=[world[key] for key in TABLE[name].args])
    response = client_of(world, "admin").get(address)
    assert response.status_code == 405


@pytest.mark.parametrize("name", each_of([n for n in ADDRESSES if "message" in TABLE[n].args]))
def test_an_id_of_nothing_is_not_found(name: str, world: dict[str, Any]) -> None:
    row = TABLE[name]
    args = [world[key] for key in row.args]
    args[row.args.index("message")] = 999_999_999
    client = client_of(world, "admin")
    address = reverse(name, args=args)
    assert asked(client, row, address).status_code == 404


@pytest.mark.parametrize(
    "path", ["/mail/M-0/", "/mail/12/", "/mail/M-UUUUUU/", "/drafts/M-000000/"]
)
def test_what_is_no_id_is_not_found(path: str, world: dict[str, Any]) -> None:
    assert client_of(world, "admin").get(path).status_code == 404


@pytest.mark.parametrize("name", [n for n in ADDRESSES if TABLE[n].method == "POST"])
def test_a_post_without_its_token_is_refused(name: str, world: dict[str, Any]) -> None:
    """Cross-site request forgery."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(world["people"]["admin"])
    address = reverse(name, args=[world[key] for key in TABLE[name].args])
    assert client.post(address, TABLE[name].data).status_code == 403


@pytest.mark.spec("P2")
def test_what_a_person_may_not_do_is_not_offered(world: dict[str, Any]) -> None:
    message = reverse("mail:detail", args=[world["message"]])
    reading = client_of(world, "reader").get(message).content.decode()
    working = client_of(world, "agent").get(message).content.decode()
    for action in ("reply", "reply_all", "forward", "status", "star", "labels", "spam", "trash"):
        address = reverse(f"mail:{action}", args=[world["message"]])
        assert address in working
        assert address not in reading
    assert reverse("mail:new") not in reading
    assert reverse("mailboxes:settings") not in working


def test_the_pages_bear_a_strict_content_policy(world: dict[str, Any]) -> None:
    policy = client_of(world, "agent").get(reverse("mail:list"))["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_the_framework_finds_nothing_to_complain_of() -> None:
    call_command("check", fail_level="WARNING")
