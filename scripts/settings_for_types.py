"""The settings as mypy's Django plugin reads them: without any environment, nothing is started."""

import os

from scripts.services import TEST_ENVIRONMENT

_NO_SERVERS = {"DATABASE_URL": "postgresql:///none", "REDIS_URL": "redis://127.0.0.1:9/0"}
for _name, _value in (TEST_ENVIRONMENT | _NO_SERVERS).items():
    os.environ.setdefault(_name, _value)

from callcenter.settings import *  # noqa: E402, F403 (after the environment is set)
