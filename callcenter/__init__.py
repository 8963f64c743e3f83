"""Wiring: settings, URLs, ASGI, Celery, and the plumbing that every room may use."""
