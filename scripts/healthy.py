"""Can the web process of this machine work? For a container's health check: exit code 0 or 1.

It asks whether database and broker answer (`callcenter.alive`), as the proxy in front would, since
the web answers to its public name only.
"""

from __future__ import annotations

import http.client
import os
import sys
from urllib.parse import urlsplit


def is_healthy(public_url: str, port: int) -> bool:
    public = urlsplit(public_url)
    headers = {"Host": public.netloc, "X-Forwarded-Proto": public.scheme}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=8)
    try:
        connection.request("GET", "/alive/", headers=headers)
        return connection.getresponse().status < 400
    except (OSError, http.client.HTTPException) as error:
        print(f"no answer: {error}", file=sys.stderr)
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(not is_healthy(os.environ["PUBLIC_URL"], int(os.environ.get("PORT", "8000"))))
