"""The web process: `uvicorn callcenter.asgi:application`."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "callcenter.settings")
# Requests run on threads that come and go; see callcenter.env.database_settings.
os.environ.setdefault("DB_POOL", "12")

from django.core.asgi import get_asgi_application

application = get_asgi_application()
