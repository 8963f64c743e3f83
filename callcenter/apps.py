"""The wiring as a Django app: makes the Celery application the one that tasks belong to."""

from importlib import import_module

from django.apps import AppConfig


class CallcenterConfig(AppConfig):
    name = "callcenter"

    def ready(self) -> None:
        # Without it a task called from the web process would look for a broker of its own.
        import_module("callcenter.celery")
