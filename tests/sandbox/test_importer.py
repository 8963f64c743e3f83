"""Mail from files: nothing is lost, however broken."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from sandbox import importer, mailbox, payload, validate
from sandbox.world import World
from tests.sandbox.google import mail

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("CCC_SHARED", ROOT.parent / "shared"))
SAMPLES = SHARED / "samples" / "eml"
ME = "support@shop.example"


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample mails are not on this machine")
def test_all_sample_mails() -> None:
    files = [path for path in SAMPLES.rglob("*") if path.is_file()]
    world = World(None)
    result = importer.import_path(world, ME, SAMPLES)
    assert (result.files, result.messages) == (len(files), len(files))
    kept = [raw for (raw,) in world.store.all("SELECT raw FROM raws")]
    assert sorted(kept) == sorted(path.read_bytes() for path in files)
    for raw in kept:
        rendered = payload.render(raw, 1_000_000)
        answer = b'{"payload":' + rendered + b"}"
        shown = payload.with_attachment_ids(answer, world.secret, 1, 1.0)
        assert validate.answer_problems("Message", json.loads(shown)) == []


def test_mbox_in_its_dialects(tmp_path: Path) -> None:
    first = mail("一通目", "From here\n>From there\n本文")
    quoted = first.replace(b"\n>From ", b"\n>>From ").replace(b"\nFrom ", b"\n>From ")
    second = mail("二通目")
    crlf = mail("三通目").replace(b"\n", b"\r\n")
    box = (
        b"From a@x Mon Jan  1 00:00:00 2026\n" + quoted + b"\n"
        b"From b@x Mon Jan  1 00:00:00 2026\n" + second + b"\n"
        b"From c@x Mon Jan  1 00:00:00 2026\r\n" + crlf + b"\r\n"
    )
    (tmp_path / "all.mbox").write_bytes(box)
    (tmp_path / "no-suffix").write_bytes(box)
    (tmp_path / "one.eml").write_bytes(second)
    world = World(None)
    result = importer.import_path(world, ME, tmp_path)
    assert (result.files, result.messages) == (3, 7)
    messages = list(importer.split_mbox(box))
    assert messages == [first, second, crlf]


def test_dates_come_from_the_mail(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(mail(Date="Fri, 06 Mar 2026 12:00:00 +0900"))
    (tmp_path / "b.eml").write_bytes(mail(Date="yesterday"))
    world = World(None)
    before = world.clock.ms()
    importer.import_path(world, ME, tmp_path)
    dates = [d for (d,) in world.store.all("SELECT internal_date FROM messages ORDER BY 1")]
    assert dates[0] == 1_772_766_000_000
    assert dates[1] >= before


def test_a_missing_path_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        importer.import_path(World(None), ME, tmp_path / "none")


def test_conversations_hold_together(tmp_path: Path) -> None:
    (tmp_path / "1.eml").write_bytes(mail("件", message_id="a@x"))
    (tmp_path / "2.eml").write_bytes(mail("Re: 件", reply_to="a@x"))
    world = World(None)
    importer.import_path(world, ME, tmp_path)
    [(first,), (second,)] = world.store.all("SELECT id FROM messages ORDER BY id")
    assert mailbox.find(world, ME, first).thread == mailbox.find(world, ME, second).thread
