"""備考: written, edited and deleted by those who may, found by the search, and whom they call."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from django.http import Http404
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from activity.models import Event
from mail import editlock, history, mentions
from mail.actions.comment import add_comment, delete_comment, edit_comment
from mail.actions.errors import CommentChanged, EmptyComment
from mail.actions.take import take
from mail.browse import Browse
from mail.counts import counts_for
from mail.models import Comment, Folder, Mention, Message
from mail.rows import furnish
from mail.search import Asked, find, parse
from mailboxes.models import Mailbox, Membership
from permissions.access import OperationDenied
from permissions.models import User, UserGrant
from permissions.operations import Operation
from tests.mail import cast

pytestmark = pytest.mark.django_db


def hits(user: User, words: str) -> list[int]:
    found = find(parse(words).tree, Asked(cast.again(user), timezone.now()), Message.objects.all())
    return [each.pk for each in found.messages]


def row(message: Message, user: User) -> Any:
    return furnish([message], user, "")[0]


def allow(user: User, operation: Operation, *, allowed: bool) -> User:
    UserGrant.objects.create(user=user, operation=operation.value, allowed=allowed)
    return cast.again(user)


@pytest.mark.spec("M14", "M24b")
def test_writing_editing_and_deleting_are_possible_whoever_works(
    message: Message, tanaka: User, yamada: User
) -> None:
    take(message, tanaka)
    comment = add_comment(message, yamada, "  電話がありました。\r\n折り返し希望 ")
    assert (comment.text, comment.author) == ("電話がありました。\n折り返し希望", yamada)
    before = message.version
    edited = edit_comment(comment, yamada, "FAXがありました。", version=1)
    assert (edited.text, edited.version) == ("FAXがありました。", 2)
    assert edited.edited_at
    assert edited.edited_at > edited.created_at
    assert hits(tanaka, "備考:電話") == []
    assert hits(tanaka, "備考:FAX") == [message.pk]
    assert row(message, tanaka).comment == "FAXがありました。"
    delete_comment(edited, yamada, version=2)
    assert not Comment.objects.exists()
    assert hits(tanaka, "備考:FAX") == []
    assert row(message, tanaka).comment == ""
    message.refresh_from_db()
    assert message.version == before + 2
    lock = editlock.current(message)
    assert lock is not None
    assert lock.held_by(tanaka)
    told = Event.objects.filter(kind__startswith="comment.").order_by("pk")
    assert [event.kind for event in told] == ["comment.added", "comment.edited", "comment.deleted"]
    assert all("ありました" not in str(event.data) for event in told)


@pytest.mark.spec("M14")
def test_the_latest_is_in_the_list(message: Message, tanaka: User, yamada: User) -> None:
    add_comment(message, tanaka, "一つ目")
    second = add_comment(message, yamada, "二つ目")
    shown = row(message, tanaka)
    assert (shown.comment, shown.commented_by) == ("二つ目", "山田 花子")
    delete_comment(second, yamada, version=1)
    shown = row(message, tanaka)
    assert (shown.comment, shown.commented_by) == ("一つ目", "田中 健一")


def test_an_empty_comment_is_none(message: Message, tanaka: User) -> None:
    with pytest.raises(EmptyComment):
        add_comment(message, tanaka, " \n ")
    assert not Comment.objects.exists()
    comment = add_comment(message, tanaka, "メモ")
    with pytest.raises(EmptyComment):
        edit_comment(comment, tanaka, " ", version=1)
    assert Comment.objects.get().text == "メモ"


@pytest.mark.spec("M14")
def test_others_comments_are_for_those_who_may(
    message: Message, tanaka: User, yamada: User, leader: User
) -> None:
    comment = add_comment(message, tanaka, "メモ")
    for deed in (
        lambda: edit_comment(comment, yamada, "x", version=1),
        lambda: delete_comment(comment, yamada, version=1),
    ):
        with pytest.raises(OperationDenied):
            deed()
    edit_comment(comment, leader, "直しました", version=1)
    assert Comment.objects.get().author == tanaka
    may = allow(yamada, Operation.MAIL_COMMENT_OTHERS, allowed=True)
    delete_comment(Comment.objects.get(), may, version=2)
    assert not Comment.objects.exists()
    words = [each["text"] for each in history.told_events(message)]
    assert words[:2] == [
        "田中 健一さんのコメントを削除しました",
        "田中 健一さんのコメントを編集しました",
    ]


def test_who_may_not_comment_any_more_may_not_touch_their_own(
    message: Message, tanaka: User
) -> None:
    comment = add_comment(message, tanaka, "メモ")
    tanaka = allow(tanaka, Operation.MAIL_COMMENT, allowed=False)
    with pytest.raises(OperationDenied):
        edit_comment(comment, tanaka, "x", version=1)
    with pytest.raises(OperationDenied):
        delete_comment(comment, tanaka, version=1)


def test_an_outsider_finds_nothing(message: Message, tanaka: User) -> None:
    outsider = cast.person("outsider", role="admin")
    comment = add_comment(message, tanaka, "メモ")
    with pytest.raises(Http404):
        add_comment(message, outsider, "x")
    with pytest.raises(Http404):
        edit_comment(comment, outsider, "x", version=1)
    with pytest.raises(Http404):
        delete_comment(comment, outsider, version=1)


def test_nothing_is_overwritten_that_was_not_seen(
    message: Message, tanaka: User, leader: User
) -> None:
    comment = add_comment(message, tanaka, "一")
    edit_comment(comment, leader, "二", version=1)
    with pytest.raises(CommentChanged) as changed:
        edit_comment(comment, tanaka, "三", version=1)
    assert changed.value.stored
    assert changed.value.stored.text == "二"
    with pytest.raises(CommentChanged):
        delete_comment(comment, tanaka, version=1)
    delete_comment(comment, tanaka, version=2)
    with pytest.raises(CommentChanged) as gone:
        edit_comment(
            Comment(pk=comment.pk or 1, message=message, author=tanaka), tanaka, "四", version=2
        )
    assert gone.value.stored is None


@pytest.mark.django_db(transaction=True)
def test_two_who_write_at_once_are_both_found(message: Message, tanaka: User, yamada: User) -> None:
    """The search's document is made of all comments: the later one must know the earlier one."""
    together = Barrier(2)

    def write(user: User, text: str) -> None:
        try:
            together.wait(timeout=30)
            add_comment(message, user, text)
        finally:
            connections.close_all()

    for _ in range(5):
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(write, (tanaka, yamada), ("電話しました", "書類を送付")))
        assert hits(tanaka, "備考:電話しました 備考:書類を送付") == [message.pk]
        Comment.objects.all().delete()


# Whom a comment calls


@pytest.mark.spec("M14")
@pytest.mark.parametrize(
    "text",
    [
        "@山田 花子 お願いします",
        "@山田花子さん お願いします",
        "＠山田　花子 お願いします",
        "至急です。@山田さん、お願いします",
        "お願い@花子",
        "@yamada please",
        "(@Yamada)",
        "@山田部長に確認",
        "＠山田様へ",
        "@山田花子先輩",
        "@yamada.",
    ],
)
def test_a_name_calls_its_bearer(message: Message, tanaka: User, yamada: User, text: str) -> None:
    add_comment(message, tanaka, text)
    assert [mention.user for mention in Mention.objects.all()] == [yamada]
    assert Event.objects.get(kind="comment.added").data["told"] == [yamada.pk]


@pytest.mark.parametrize(
    "text",
    [
        "山田 花子さんに聞いてください",
        "someone@yamada.example へ送付",
        "@yamadaya という店",
        "担当@yamada.co.jp へ",
        "@yamada-taro",
        "https://x.example/@yamada",
        "@山田太郎さん",
        "@花子供服の件",
        "@ 山田 花子",
        "@田中 健一 自分用のメモ",
        "@佐藤 見知らぬ人",
    ],
)
def test_what_calls_nobody(message: Message, tanaka: User, yamada: User, text: str) -> None:
    add_comment(message, tanaka, text)
    assert not Mention.objects.exists()


def test_a_shorter_name_is_not_meant_where_a_longer_one_stands(
    box: Mailbox, message: Message, tanaka: User
) -> None:
    hayashi = cast.person("hayashi", box, name="林 健")
    cast.person("rin1", box, name="林田 花子")
    cast.person("rin2", box, name="林田 太郎")
    cast.person("azuma", box, name="東 次郎")
    add_comment(message, tanaka, "@林田さんか、@東京支店の件で")
    assert not Mention.objects.exists()
    add_comment(message, tanaka, "@林さん")
    assert [mention.user for mention in Mention.objects.all()] == [hayashi]


@pytest.mark.parametrize("text", ["@ﾔﾏﾀﾞさん", "@ヤマダさん", "@ヤマタ\u3099さん", "@ガルシア様"])
def test_marks_of_their_own_belong_to_the_sign_before(
    box: Mailbox, message: Message, tanaka: User, text: str
) -> None:
    person = cast.person("kana", box, name="ガルシア ヤマダ")
    add_comment(message, tanaka, text)
    assert [mention.user for mention in Mention.objects.all()] == [person]


def test_only_who_was_called_is_marked(
    box: Mailbox, message: Message, tanaka: User, yamada: User
) -> None:
    taro = cast.person("taro", box, name="山田 太郎")
    comment = add_comment(message, tanaka, "@山田太郎 と @山田さん")
    assert [mention.user for mention in Mention.objects.all()] == [taro]
    shown = mentions.shown(comment, taro, mentions.members(box.pk))
    assert shown["pieces"] == [
        ("@山田太郎", True, True),
        (" と ", False, False),
        ("@山田", False, False),
        ("さん", False, False),
    ]
    assert shown["is_new"]


def test_a_part_that_two_bear_calls_neither_and_a_whole_name_both(
    box: Mailbox, message: Message, tanaka: User, yamada: User
) -> None:
    twin = cast.person("twin", box, name="山田 太郎")
    same = cast.person("same", box, name="山田 花子")
    add_comment(message, tanaka, "@山田さん どちらでも")
    assert not Mention.objects.exists()
    add_comment(message, tanaka, "@山田太郎 @山田花子")
    assert {mention.user for mention in Mention.objects.all()} == {twin, yamada, same}


def test_only_who_sees_the_mail_is_called(box: Mailbox, message: Message, tanaka: User) -> None:
    cast.person("outsider", name="外山 そと")
    cast.person("left", box, name="退職 済", is_active=False)
    blind = cast.person("blind", box, name="閲覧 不可")
    allow(blind, Operation.MAIL_VIEW, allowed=False)
    add_comment(message, tanaka, "@外山 そと @退職 済 @閲覧 不可")
    assert not Mention.objects.exists()


@given(
    st.lists(
        st.sampled_from(["@", "＠", "山田", "花子", " ", "　", "ﾔﾏﾀﾞ", "Bob", "bobby", "\n", "㍿"])
    ),
    st.text(max_size=20),
)
def test_the_pieces_put_together_are_the_text(parts: list[str], other: str) -> None:
    people = [
        User(pk=1, name="山田 花子", username="yamada"),
        User(pk=2, name="Bob", username="bob"),
        User(pk=3, name="ヤマダ", username="㍿"),
    ]
    text = "".join(parts) + other
    found = mentions.pieces(text, people)
    assert "".join(piece.text for piece in found) == text
    assert all(re.match("[@＠﹫]", piece.text) for piece in found if piece.called)


@pytest.mark.spec("M14")
def test_an_edit_calls_who_was_not_called_before(
    message: Message, tanaka: User, yamada: User, leader: User
) -> None:
    comment = add_comment(message, tanaka, "@山田 確認を")
    mentions.see(message, yamada, up_to=comment.pk)
    edit_comment(comment, tanaka, "@山田 @鈴木 確認を", version=1)
    event = Event.objects.get(kind="comment.edited")
    assert event.data["told"] == [leader.pk]
    seen = dict(Mention.objects.values_list("user", "seen_at"))
    assert seen[yamada.pk] is not None
    assert seen[leader.pk] is None
    edit_comment(Comment.objects.get(), tanaka, "確認を", version=2)
    assert not Mention.objects.exists()


@pytest.mark.spec("M14")
def test_a_mention_waits_in_the_navigation_and_in_the_row_until_it_was_seen(
    box: Mailbox, message: Message, tanaka: User, yamada: User
) -> None:
    cast.mail(box)
    assert counts_for(yamada).categories["mentioned"] == 0
    first = add_comment(message, tanaka, "@山田 確認を")
    second = add_comment(message, tanaka, "@山田 もう一つ")
    listed = Browse.parse(yamada, {"category": "mentioned"})
    assert list(listed.messages(yamada)) == [message]
    assert listed.as_text() == "is:mentioned in:anywhere"
    assert hits(yamada, "is:mentioned") == hits(yamada, "is:メンション") == [message.pk]
    assert hits(tanaka, "is:mentioned") == []
    assert counts_for(yamada).categories["mentioned"] == 2
    assert row(message, yamada).calls
    assert not row(message, tanaka).calls
    assert mentions.see(message, yamada, up_to=first.pk) == 1
    assert counts_for(yamada).categories["mentioned"] == 1
    assert mentions.see(message, yamada, up_to=second.pk) == 1
    assert not row(message, yamada).calls
    assert list(listed.messages(yamada)) == [message]


def test_it_is_found_in_the_trash_and_not_without_the_mailbox(
    message: Message, tanaka: User, yamada: User
) -> None:
    add_comment(message, tanaka, "@山田 これは迷惑メール？")
    Message.objects.filter(pk=message.pk).update(folder=Folder.TRASH)
    listed = Browse.parse(yamada, {"category": "mentioned"})
    assert list(listed.messages(yamada)) == [message]
    assert counts_for(yamada).categories["mentioned"] == 1
    Membership.objects.filter(user=yamada).delete()
    gone = cast.again(yamada)
    assert list(listed.messages(gone)) == []
    assert counts_for(gone).categories["mentioned"] == 0
