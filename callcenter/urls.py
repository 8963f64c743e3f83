"""All addresses of the product."""

from django.urls import include, path

handler403 = "callcenter.errors.forbidden"

urlpatterns = [
    path("", include("permissions.urls")),
    path("", include("mailboxes.urls")),
    path("", include("mail.urls")),
]
