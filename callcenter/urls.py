"""All addresses of the product."""

from django.urls import include, path

urlpatterns = [
    path("", include("permissions.urls")),
    path("", include("mailboxes.urls")),
    path("", include("mail.urls")),
]
