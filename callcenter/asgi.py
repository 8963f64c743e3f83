"""The web process: `uvicorn callcenter.asgi:application`."""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "callcenter.settings")
# Pages are made on threads; see callcenter.env.database_settings.
os.environ.setdefault("DB_POOL", "12")

from callcenter.handler import get_application

application = get_application()

# A request passes from thread to thread several times, and so does every reading of events. With
# Python's own 5 ms each of these waits that long for its turn while pages are being made.
sys.setswitchinterval(0.001)
