"""Files of one's own, formatting, and what will go out, through the screens (M19d, M18b)."""

from __future__ import annotations

import email
import email.policy
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from mail.models import Draft, DraftFile, Outgoing
from mail.outbox import freeze
from permissions.models import UserGrant
from permissions.operations import Operation
from tests.mail import cast
from tests.mail.screens.test_writing import FILLED, Desk
from tests.streamed import content_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(broker: Any) -> Desk:
    return Desk()


def attach(
    desk: Desk, draft: Draft, name: str = "納品書.pdf", data: bytes = b"%PDF-1.7", **more: Any
) -> Any:
    upload = SimpleUploadedFile(name, data, content_type="application/pdf")
    return desk.post("attach", draft, upload=upload, **more)


def fresh(draft: Draft) -> Draft:
    return Draft.objects.get(pk=draft.pk)


def test_a_file_goes_up_by_itself_and_out_with_the_mail(desk: Desk) -> None:
    draft = desk.begin()
    answer = attach(desk, draft)
    assert answer.status_code == 200
    assert "納品書.pdf" in answer.content.decode()
    row = DraftFile.objects.get()
    assert fresh(draft).files == []  # the page's next save says that it goes out
    version = fresh(draft).version
    saved = desk.post("autosave", draft, **FILLED, shows_files="1", file=[row.pk])
    assert saved.json()["version"] == version + 1
    assert fresh(draft).files == [row.pk]
    sent = desk.post("send", fresh(draft), **FILLED, shows_files="1", file=[row.pk])
    assert sent.status_code == 200, sent.content.decode()
    mail = email.message_from_bytes(bytes(Outgoing.objects.get().raw), policy=email.policy.default)
    (file,) = mail.iter_attachments()
    assert file.get_filename() == "納品書.pdf"
    assert file.get_content() == b"%PDF-1.7"


@pytest.mark.spec("M19d")
def test_a_sixth_an_empty_and_a_too_large_file_are_refused_and_nothing_is_lost(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = desk.begin()
    pks: list[int] = []
    for number in range(5):
        assert attach(desk, draft, f"{number}.pdf", beside=pks).status_code == 200
        pks = list(DraftFile.objects.values_list("pk", flat=True))
    desk.post("autosave", draft, **FILLED, shows_files="1", file=pks)
    sixth = attach(desk, draft, "六.pdf", beside=pks)
    assert sixth.status_code == 422
    assert "六.pdf" in sixth.content.decode()
    assert attach(desk, draft, "空.pdf", b"", beside=pks[:1]).status_code == 422
    monkeypatch.setattr("mail.actions.attach.LARGEST", 100)
    large = attach(desk, draft, "大.pdf", b"x" * 200, beside=[])
    assert large.status_code == 422
    assert "25 MB" in large.content.decode()
    assert DraftFile.objects.count() == 5
    kept = fresh(draft)
    assert (kept.files, kept.text) == (pks, "本日発送いたします。\n\nよろしくお願いいたします。")


def test_six_posted_by_hand_are_not_sent(desk: Desk) -> None:
    draft = desk.begin()
    for number in range(6):
        attach(desk, draft, f"{number}.pdf")
    pks = list(DraftFile.objects.values_list("pk", flat=True))
    refused = desk.post("send", draft, **FILLED, shows_files="1", file=pks)
    assert refused.status_code == 422
    assert not Outgoing.objects.exists()
    assert fresh(draft).text.startswith("本日発送")


def test_another_drafts_file_cannot_be_brought_in(desk: Desk) -> None:
    draft = desk.begin()
    other = Draft.objects.create(mailbox=desk.box, kind="new", author=desk.other)
    foreign = DraftFile.objects.create(
        draft=other, filename="秘密.pdf", content_type="application/pdf", size=1
    )
    desk.post("autosave", draft, **FILLED, shows_files="1", file=[foreign.pk, "x", "9" * 30])
    assert fresh(draft).files == []


def test_cancelling_goes_back_to_the_files_that_were_saved(desk: Desk) -> None:
    draft = desk.begin()
    attach(desk, draft)
    row = DraftFile.objects.get()
    desk.post("save", draft, **FILLED, shows_files="1", file=[row.pk])
    desk.post("autosave", fresh(draft), **FILLED, shows_files="1")
    assert fresh(draft).files == []
    desk.post("cancel", fresh(draft))
    assert fresh(draft).files == [row.pk]


def test_who_may_attach_and_look(desk: Desk) -> None:
    draft = desk.begin()
    attach(desk, draft)
    row = DraftFile.objects.get()
    address = reverse("mail:attach", args=[draft.pk])
    look = reverse("mail:draft_file", args=[draft.pk, row.pk])

    def upload() -> dict[str, Any]:
        return {"token": desk.token(), "upload": SimpleUploadedFile("a.txt", b"a")}

    outsider = desk.as_(cast.person("outsider"))
    assert outsider.post(address, upload()).status_code == 404
    assert outsider.get(look).status_code == 404
    assert desk.as_(desk.other).post(address, upload()).status_code == 409
    reader = cast.person("reader", desk.box)
    UserGrant.objects.create(user=reader, operation=Operation.MAIL_REPLY, allowed=False)
    assert desk.as_(reader).post(address, upload()).status_code == 403
    assert desk.client.get(address).status_code == 405
    assert desk.client.post(look).status_code == 405
    assert desk.client.post(address, {"token": desk.token()}).status_code == 422
    assert desk.client.post(reverse("mail:attach", args=[999_999]), upload()).status_code == 404
    assert desk.client.get(reverse("mail:draft_file", args=[draft.pk, 999])).status_code == 404
    assert DraftFile.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_attached_file_can_be_looked_at_and_is_only_ever_a_download(desk: Desk) -> None:
    draft = desk.begin()
    attach(desk, draft, "<b>.html", b"<script>alert(1)</script>")
    row = DraftFile.objects.get()
    answer = desk.client.get(reverse("mail:draft_file", args=[draft.pk, row.pk]))
    assert content_of(answer) == b"<script>alert(1)</script>"
    assert answer["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("見積\x00書\n.pdf", "見積書.pdf"),
        ("長" * 300 + ".pdf", "長" * 196 + ".pdf"),
        ("\n", "file"),
    ],
)
def test_a_file_has_a_name_that_can_be_sent(name: str, kept: str) -> None:
    from mail.actions.attach import _name

    upload = SimpleUploadedFile("x", b"")
    upload._name = name  # type: ignore[attr-defined]
    assert _name(upload) == kept


def test_formatting_goes_out_as_both_halves(desk: Desk) -> None:
    draft = desk.begin()
    html = "<div>本日<strong>発送</strong>いたします。<script>alert(1)</script></div>"
    desk.post("autosave", draft, **{**FILLED, "body": "古い"}, html=html)
    kept = fresh(draft)
    assert kept.html == "<div>本日<strong>発送</strong>いたします。</div>"
    assert kept.text == "本日発送いたします。"
    desk.post("send", kept, **FILLED, html=kept.html)
    raw = bytes(Outgoing.objects.get().raw)
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    plain, rich = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert rich is not None
    assert "本日発送いたします。" in plain.get_content()
    assert "<strong>発送</strong>" in rich.get_content()
    for half in (plain, rich):
        assert "カスタマーサポート" in half.get_content()
        assert "届きません。" in half.get_content()


def test_giving_up_formatting_leaves_the_words_alone(desk: Desk) -> None:
    draft = desk.begin()
    desk.post("autosave", draft, **FILLED, html="<b>太字</b>")
    desk.post("autosave", fresh(draft), **FILLED, html="")
    assert (fresh(draft).html, fresh(draft).text[:2]) == ("", "本日")
    raw = freeze.full_html(fresh(draft))
    assert raw == ""


def test_the_preview_shows_what_would_go_out_and_keeps_nothing(desk: Desk) -> None:
    draft = desk.begin()
    attach(desk, draft)
    row = DraftFile.objects.get()
    before = fresh(draft)
    shown = desk.post(
        "preview_out",
        draft,
        **{**FILLED, "bcc": "<script>x</script> <copy@shop.example>"},
        shows_files="1",
        file=[row.pk],
        html='<div><strong onclick="x()">本日</strong><img src="//evil.example/x"></div>',
    ).content.decode()
    for part in (
        "<strong>本日</strong>",
        "納品書.pdf",
        "copy@shop.example",
        "届きません。",
        "田中",
    ):
        assert part in shown, part
    assert "evil.example" not in shown
    assert "<script>" not in shown
    after = fresh(draft)
    assert (after.version, after.text, after.files) == (before.version, before.text, before.files)


def test_who_may_preview(desk: Desk) -> None:
    draft = desk.begin()
    address = reverse("mail:preview_out", args=[draft.pk])
    data = {"version": draft.version, **FILLED}
    assert desk.as_(cast.person("outsider")).post(address, data).status_code == 404
    reader = cast.person("reader", desk.box)
    UserGrant.objects.create(user=reader, operation=Operation.MAIL_REPLY, allowed=False)
    assert desk.as_(reader).post(address, data).status_code == 403
    assert desk.client.get(address).status_code == 405
    assert desk.client.post(address, {"version": "x"}).status_code == 422
    assert desk.client.post(reverse("mail:preview_out", args=[99_999]), data).status_code == 404


def test_a_forward_shows_the_originals_and_leaves_out_what_was_taken_away(desk: Desk) -> None:
    from mail.attachments.store import keep
    from mail.models import Attachment

    files = [
        Attachment.objects.create(
            message=desk.mail, part_id=str(n), filename=f"元{n}.txt", content_type="text/plain"
        )
        for n in range(7)
    ]
    for each in files:
        keep(each, b"x")
    shown = desk.client.post(reverse("mail:forward", args=[desk.mail.pk])).content.decode()
    assert shown.count("data-original") == 7  # not counted among the five
    draft = Draft.objects.get(answers=desk.mail, state="live")
    kept = [each.pk for each in files[1:]]
    desk.post("autosave", draft, **FILLED, shows_files="1", forwarded=kept)
    assert fresh(draft).forwarded_files == kept
