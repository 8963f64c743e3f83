"""All addresses of the product."""

from django.urls import include, path

from callcenter.alive import alive
from callcenter.sprite import icons

handler403 = "callcenter.errors.forbidden"

urlpatterns = [
    path("alive/", alive, name="alive"),
    path("icons.svg", icons, name="icons"),
    path("", include("permissions.urls")),
    path("", include("mailboxes.urls")),
    path("", include("labels.urls")),
    path("", include("addressbook.urls")),
    path("", include("crm.urls")),
    path("", include("signatures.urls")),
    path("", include("templates_app.urls")),
    path("", include("mail.urls")),
]
