"""The web process: `uvicorn callcenter.asgi:application`."""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "callcenter.settings")
# Requests run on threads that come and go; see callcenter.env.database_settings.
os.environ.setdefault("DB_POOL", "12")

from django.core.asgi import get_asgi_application

application = get_asgi_application()

# A request passes from thread to thread several times, and so does every reading of events. With
# Python's own 5 ms each of these waits that long for its turn while pages are being made.
sys.setswitchinterval(0.001)
