"""What was uploaded for a mail does not stay for ever, and never goes while somebody needs it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from mail.attachments import sweep
from mail.models import Draft, DraftFile
from tests.mail import cast

pytestmark = pytest.mark.django_db
OLD = timezone.now() - sweep.KEPT_FOR - timedelta(hours=1)


def uploaded(state: str, *, old: bool = True) -> DraftFile:
    box = cast.mailbox(f"box{Draft.objects.count()}@shop.example")
    author = cast.person(f"author{Draft.objects.count()}", box)
    draft = Draft.objects.create(mailbox=box, kind="new", author=author, state=state)
    if old:
        Draft.objects.filter(pk=draft.pk).update(updated_at=OLD)
    return DraftFile.objects.create(
        draft=draft, filename="a", content_type="text/plain", size=1, file=ContentFile(b"a", "x")
    )


def test_the_files_of_a_mail_that_is_done_with_go() -> None:
    gone = [uploaded("sent"), uploaded("discarded")]
    kept = [uploaded("live"), uploaded("parked"), uploaded("sent", old=False)]
    assert sweep.sweep() == 2
    assert set(DraftFile.objects.all()) == set(kept)
    assert not any(default_storage.exists(str(each.file.name)) for each in gone)
    assert all(default_storage.exists(str(each.file.name)) for each in kept)
    assert sweep.sweep() == 0


def test_a_parked_copy_keeps_the_files_that_it_points_at() -> None:
    file = uploaded("sent")
    Draft.objects.create(
        mailbox=file.draft.mailbox,
        kind="new",
        author=file.draft.author,
        state="parked",
        parked_from=file.draft,
        files=[file.pk],
    )
    assert sweep.sweep() == 0
