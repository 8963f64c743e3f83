"""Attachments come from Gmail in pieces, or say in words why they do not."""

from __future__ import annotations

import random
import tracemalloc
from email.message import EmailMessage
from typing import Any

import pytest

from callcenter.gmail.client import GmailClient
from mail import fetching, troubles
from mail.attachments.fetch import KIND, fetch
from mail.attachments.store import keep
from mail.attachments.tasks import want
from mail.mime import parse
from mail.models import Attachment
from mailboxes.models import MailboxState
from tests.mail.connected import ADDRESS
from tests.mail.sync.conftest import Mirror

PDF = b"%PDF-1.4 \x00\xff" * 50


def letter(*files: tuple[str, bytes], enclosed: bytes = b"") -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "aoi@customer.example", ADDRESS, "写真です"
    mail.set_content("添付をご覧ください。")
    for name, content in files:
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    if enclosed:
        inner = EmailMessage()
        inner["Subject"] = "中のメール"
        inner.set_content(enclosed.decode())
        mail.add_attachment(inner)
    return mail.as_bytes()


def arrive(mirror: Mirror, raw: bytes) -> list[Attachment]:
    mirror.turn()
    told = mirror.sandbox.admin.deliver(ADDRESS, raw)
    mirror.catch_up()
    return list(mirror.message(str(told["id"])).attachments.order_by("part_id"))


def content_of(attachment: Attachment) -> bytes:
    attachment.refresh_from_db()
    with attachment.file.open("rb") as file:
        return bytes(file.read())


@pytest.mark.spec("M10c")
def test_the_bytes_are_the_senders(mirror: Mirror) -> None:
    one, two = arrive(mirror, letter(("請求書.pdf", PDF), ("b.bin", b"\x00\x01")))
    fetch(one.pk)
    fetch(two.pk)
    assert content_of(one) == PDF
    assert content_of(two) == b"\x00\x01"
    assert (one.filename, one.size, one.trouble) == ("請求書.pdf", len(PDF), "")


def test_an_enclosed_mail_is_a_file_that_opens_as_one(mirror: Mirror) -> None:
    (file,) = arrive(mirror, letter(enclosed="本文です".encode()))
    assert file.filename == "中のメール.eml"
    fetch(file.pk)
    assert parse(content_of(file)).text.strip() == "本文です"


def test_a_part_that_gmail_does_not_hand_out_is_cut_out_of_the_raw_mail(
    mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    (file,) = arrive(mirror, letter(("photo.bin", b"\x00" * 3000)))
    whole = GmailClient.get_message

    def without_bytes(self: GmailClient, *args: Any, **more: Any) -> Any:
        resource = whole(self, *args, **more)
        for part in resource["payload"].get("parts", ()):
            part["body"].pop("attachmentId", None)
        return resource

    monkeypatch.setattr(GmailClient, "get_message", without_bytes)
    fetch(file.pk)
    assert content_of(file) == b"\x00" * 3000


def test_25_megabytes_are_never_held_whole(mirror: Mirror) -> None:
    content = random.Random(3).randbytes(25_000_000)
    (file,) = arrive(mirror, letter(("video.bin", content)))
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        fetch(file.pk)
        peak = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    assert content_of(file) == content
    assert peak < 8 * 1024 * 1024


def test_its_progress_can_be_seen(mirror: Mirror, broker: Any) -> None:
    (file,) = arrive(mirror, letter(("a.bin", b"x" * 100)))
    assert fetching.begin(KIND, file.pk)
    assert not fetching.begin(KIND, file.pk)
    assert fetching.bytes_so_far(KIND, file.pk) == 0
    with open("/dev/null", "wb") as nowhere:
        watched = fetching.Watched(nowhere, KIND, file.pk)
        watched._told = float("-inf")
        watched.write(b"x" * 70)
    assert fetching.bytes_so_far(KIND, file.pk) == 70
    fetching.end(KIND, file.pk)
    assert fetching.begin(KIND, file.pk)


def trouble_of(attachment: Attachment) -> str:
    attachment.refresh_from_db()
    assert not attachment.file
    assert troubles.words(attachment.trouble)
    return attachment.trouble


@pytest.mark.spec("M10c")
def test_a_mail_that_is_gone_from_gmail_says_so(mirror: Mirror) -> None:
    (file,) = arrive(mirror, letter(("a.bin", b"x")))
    mirror.act("delete", message_id=file.message.gmail_id)
    fetch(file.pk)
    assert trouble_of(file) == "gone"


def test_a_part_that_is_not_there_says_so(mirror: Mirror) -> None:
    (file,) = arrive(mirror, letter(("a.bin", b"x")))
    Attachment.objects.filter(pk=file.pk).update(part_id="7.7")
    fetch(file.pk)
    assert trouble_of(file) == "part_gone"


def test_one_that_is_too_large_is_not_fetched(mirror: Mirror, settings: Any) -> None:
    settings.ATTACHMENT_MAX_BYTES = 1000
    big, small = arrive(mirror, letter(("big.bin", b"x" * 1001), ("small.bin", b"x" * 1000)))
    fetch(big.pk)
    fetch(small.pk)
    assert trouble_of(big) == "too_large"
    assert content_of(small) == b"x" * 1000


@pytest.mark.parametrize(
    ("fault", "trouble"),
    [
        ({"status": 503, "reason": "backendError"}, "gmail_down"),
        ({"status": 403, "reason": "rateLimitExceeded"}, "quota"),
        ({"status": 400, "reason": "failedPrecondition"}, "refused"),
    ],
)
def test_what_gmail_answers_is_kept_as_a_reason(
    mirror: Mirror, broker: Any, fault: dict[str, Any], trouble: str
) -> None:
    (file,) = arrive(mirror, letter(("a.bin", b"x")))
    mirror.sandbox.admin.faults(errors=[{"method": "messages.attachments.get", **fault}])
    fetch(file.pk)
    assert trouble_of(file) == trouble
    mirror.sandbox.admin.faults(errors=[])
    broker.flushdb()
    fetch(file.pk)
    assert content_of(file) == b"x"


def test_an_account_that_must_be_connected_again(mirror: Mirror) -> None:
    (file,) = arrive(mirror, letter(("a.bin", b"x")))
    mirror.sandbox.admin.revoke_tokens(ADDRESS)
    fetch(file.pk)
    assert trouble_of(file) == "revoked"
    assert mirror.fresh_box().state == MailboxState.NEEDS_AUTH
    fetch(file.pk)
    assert trouble_of(file) == "paused"


def test_an_attachment_id_that_ran_out_is_looked_up_anew(mirror: Mirror) -> None:
    (file,) = arrive(mirror, letter(("a.bin", b"x" * 10)))
    gone = {"method": "messages.attachments.get", "status": 404, "reason": "notFound", "times": 1}
    mirror.sandbox.admin.faults(errors=[gone])
    fetch(file.pk)
    assert content_of(file) == b"x" * 10


def test_what_a_killed_worker_left_behind_is_replaced(mirror: Mirror) -> None:
    (file,) = arrive(mirror, letter(("a.bin", b"x" * 10)))
    keep(file, b"half a")
    name = file.file.name
    Attachment.objects.filter(pk=file.pk).update(file="")
    fetch(file.pk)
    assert content_of(file) == b"x" * 10
    assert file.file.name == name


def test_a_final_refusal_is_not_asked_for_by_polling(mirror: Mirror, broker: Any) -> None:
    (file,) = arrive(mirror, letter(("a.bin", b"x")))
    Attachment.objects.filter(pk=file.pk).update(trouble="gone")
    file.refresh_from_db()
    want(file, again=False)
    assert fetching.begin(KIND, file.pk)  # nobody was asked
