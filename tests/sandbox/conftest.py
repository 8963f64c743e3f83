from __future__ import annotations

from tests.sandbox_server import sandbox, sandbox_process

__all__ = ["sandbox", "sandbox_process"]
