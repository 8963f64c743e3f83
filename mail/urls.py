"""Addresses of the mail screens; `M-…` and `D-…` are the public ids of mails and drafts."""

from django.urls import path, register_converter
from django.views.generic import RedirectView

from mail.converters import DraftIdConverter, MessageIdConverter
from mail.views import (
    attachments,
    body,
    composer,
    detail,
    handling,
    health,
    listing,
    live,
    marks,
    original,
    progress,
    reading,
)

register_converter(MessageIdConverter, "mail_id")
register_converter(DraftIdConverter, "draft_id")

app_name = "mail"
urlpatterns = [
    path("", RedirectView.as_view(pattern_name="mail:list", query_string=True), name="home"),
    path("mail/", listing.list_page, name="list"),
    path("mail/rows/", listing.rows, name="rows"),
    path("mail/nav/", listing.nav, name="nav"),
    path("mail/new/", composer.new, name="new"),
    path("mail/sync/<int:mailbox_id>/", progress.progress, name="progress"),
    path("settings/gmail/<int:mailbox_id>/health/", health.mailbox, name="health"),
    path("settings/gmail/<int:mailbox_id>/health/now/", health.panel, name="health_panel"),
    path("settings/gmail/<int:mailbox_id>/health/compare/", health.compare, name="compare"),
    path("settings/gmail/<int:mailbox_id>/health/again/", health.try_again, name="try_again"),
    path("health.json", health.installation_json, name="health_json"),
    path("health/mailboxes/<int:mailbox_id>.json", health.mailbox_json, name="mailbox_json"),
    path("mail/sending/<int:outgoing_id>/", composer.sending_state, name="sending"),
    path("mail/sending/<int:outgoing_id>/decide/", composer.decide, name="decide"),
    path("mail/<mail_id:message_id>/", detail.detail, name="detail"),
    path("mail/<mail_id:message_id>/body/", body.body, name="body"),
    path("mail/<mail_id:message_id>/reading/", reading.reading_again, name="reading"),
    path("mail/<mail_id:message_id>/charset/", original.charset_ready, name="charset_ready"),
    path("mail/<mail_id:message_id>/original/", original.original, name="original"),
    path("mail/<mail_id:message_id>/original.eml", original.original_file, name="original_file"),
    path("mail/<mail_id:message_id>/lock/", handling.lock, name="lock"),
    path("mail/<mail_id:message_id>/lock/beat/", handling.heartbeat, name="beat"),
    path("mail/<mail_id:message_id>/lock/leave/", handling.left, name="leave"),
    path("mail/<mail_id:message_id>/release/", handling.release, name="release"),
    path("mail/<mail_id:message_id>/force/", handling.force, name="force"),
    path("mail/<mail_id:message_id>/status/", handling.status, name="status"),
    path("mail/<mail_id:message_id>/star/", marks.star, name="star"),
    path("mail/<mail_id:message_id>/read/", marks.read, name="read"),
    path("mail/<mail_id:message_id>/labels/", marks.labels, name="labels"),
    path("mail/<mail_id:message_id>/trash/", marks.trash, name="trash"),
    path("mail/<mail_id:message_id>/restore/", marks.restore, name="restore"),
    path("mail/<mail_id:message_id>/spam/", marks.spam, name="spam"),
    path("mail/<mail_id:message_id>/not-spam/", marks.not_spam, name="not_spam"),
    path("mail/<mail_id:message_id>/comments/", handling.comments, name="comments"),
    path("mail/<mail_id:message_id>/history/", detail.correspondence, name="history"),
    path("mail/<mail_id:message_id>/events/", detail.operations, name="events"),
    path("mail/<mail_id:message_id>/reply/", composer.reply, name="reply"),
    path("mail/<mail_id:message_id>/reply-all/", composer.reply_all, name="reply_all"),
    path("mail/<mail_id:message_id>/forward/", composer.forward, name="forward"),
    path(
        "mail/<mail_id:message_id>/attachments/<int:attachment_id>/",
        attachments.download,
        name="attachment",
    ),
    path(
        "mail/<mail_id:message_id>/attachments/<int:attachment_id>/look/",
        attachments.look,
        name="look",
    ),
    path(
        "mail/<mail_id:message_id>/attachments/<int:attachment_id>/content/",
        attachments.content,
        name="attachment_content",
    ),
    path(
        "mail/unimported/<int:mailbox_id>/<slug:gmail_id>/",
        original.unimported_original,
        name="unimported_original",
    ),
    path(
        "mail/unimported/<int:mailbox_id>/<slug:gmail_id>.eml",
        original.unimported_file,
        name="unimported_file",
    ),
    path("drafts/<draft_id:draft_id>/", composer.draft, name="draft"),
    path("drafts/<draft_id:draft_id>/autosave/", composer.autosave, name="autosave"),
    path("drafts/<draft_id:draft_id>/save/", composer.save, name="save"),
    path("drafts/<draft_id:draft_id>/send/", composer.send, name="send"),
    path("drafts/<draft_id:draft_id>/cancel/", composer.cancel, name="cancel"),
    path("drafts/<draft_id:draft_id>/discard/", composer.discard, name="discard"),
    path("drafts/<draft_id:draft_id>/beat/", composer.draft_beat, name="draft_beat"),
    path("drafts/<draft_id:draft_id>/leave/", composer.draft_left, name="draft_leave"),
    path("inline/<str:token>/", body.inline, name="inline"),
    path("live/", live.stream, name="live"),
    path("live/poll/", live.poll, name="live_poll"),
]
