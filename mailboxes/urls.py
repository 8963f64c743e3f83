from django.urls import path, re_path

from mailboxes import views

app_name = "mailboxes"
urlpatterns = [
    path("settings/gmail/", views.authentication_settings, name="settings"),
    path("auth/gmail/callback", views.callback, name="callback"),
    path("settings/gmail/<int:mailbox_id>/reconnect/", views.reconnect, name="reconnect"),
    path("settings/gmail/<int:mailbox_id>/", views.account, name="account"),
    path("settings/gmail/<int:mailbox_id>/open-days/", views.open_days, name="open_days"),
    path("settings/gmail/<int:mailbox_id>/people/", views.people, name="people"),
    re_path(
        r"^settings/gmail/(?P<mailbox_id>\d{1,18})/(?P<verb>pause|resume|disconnect)/$",
        views.change_state,
        name="change_state",
    ),
]
