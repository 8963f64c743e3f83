"""The workers, `celery -A callcenter worker -Q interactive|sync|backfill|default`, and beat."""

import os

from celery import Celery
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "callcenter.settings")

app = Celery("callcenter")
app.conf.update(settings.CELERY)
