"""Making mail searchable that was stored before there was a search, or by an earlier reading.

Runs in the background, newest mail first, in small transactions that lock nothing but the rows they
write: everybody goes on working, and what is done can be found already. `SearchBuild` keeps the
place, so that a worker that dies costs one chunk.
"""

from __future__ import annotations

import time

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from mail.models import Message, SearchBuild
from mail.search import documents

# Raised by whoever changes what a document says.
VERSION = 1
_CHUNK = 100


def go_on(*, seconds: float = 20.0) -> SearchBuild:
    """Do what can be done in so many seconds; the state afterwards."""
    end = time.monotonic() + seconds
    build = _begun()
    while build.finished_at is None and time.monotonic() < end:
        build = _chunk(build.pk)
    return build


def _begun() -> SearchBuild:
    newest = Message.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    build, made = SearchBuild.objects.get_or_create(version=VERSION, defaults={"next_id": newest})
    if made and _is_new_installation():
        # All that is here was stored with its document: reading it again would only be work.
        SearchBuild.objects.filter(pk=build.pk).update(finished_at=Now())
        build.refresh_from_db()
    elif made:
        SearchBuild.objects.filter(pk=build.pk).update(total=Message.objects.count())
    return build


def _is_new_installation() -> bool:
    earlier = SearchBuild.objects.exclude(version=VERSION).exists()
    return not earlier and not Message.objects.filter(search_document=None).exists()


@transaction.atomic
def _chunk(version: int) -> SearchBuild:
    build = SearchBuild.objects.select_for_update().get(pk=version)
    if build.finished_at is not None:
        return build
    rows = Message.objects.filter(pk__lte=build.next_id).order_by("-pk")
    ids = list(rows.values_list("pk", flat=True)[:_CHUNK])
    documents.build(ids)
    if len(ids) < _CHUNK:
        SearchBuild.objects.filter(pk=version).update(done=F("done") + len(ids), finished_at=Now())
    else:
        SearchBuild.objects.filter(pk=version).update(
            done=F("done") + len(ids), next_id=ids[-1] - 1
        )
    build.refresh_from_db()
    return build


def running() -> SearchBuild | None:
    """What is still being built; None when every mail can be found."""
    return SearchBuild.objects.filter(version=VERSION, finished_at=None).first()
