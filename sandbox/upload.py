"""/upload: a message as media: alone, with its JSON (multipart/related), or in chunks."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

from sandbox import headers
from sandbox.errors import GoogleError
from sandbox.http import Request, Response
from sandbox.rest import Api, ApiRequest, refusal

PREFIXES = ("/upload", "/resumable/upload")
LARGEST = 36_700_160

_BOUNDARY = re.compile(r'boundary\s*=\s*"?([^";]+)"?', re.I)
_RANGE = re.compile(r"bytes\s+(?:(\d+)-(\d+)|\*)/(\d+|\*)")


@dataclass(slots=True)
class _Session:
    request: ApiRequest
    received: bytearray = field(default_factory=bytearray)


class Uploads:
    """Resumable sessions live in memory, as a restart of Google's front end may lose them too."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self._sessions: dict[str, _Session] = {}

    def handle(self, request: Request) -> Response:
        try:
            return self._handle(request)
        except GoogleError as error:
            return refusal(error)

    def _handle(self, request: Request) -> Response:
        path = next(
            request.path.removeprefix(prefix)
            for prefix in reversed(PREFIXES)
            if request.path.startswith(prefix)
        )
        if len(request.body) > LARGEST:
            raise GoogleError(413, "Request entity too large", reason="uploadTooLarge")
        pairs = parse_qsl(request.query_string, keep_blank_values=True)
        found = dict(pairs)
        if "upload_id" in found:
            return self._continue(found["upload_id"], request)
        kind = found.get("uploadType") or found.get("upload_protocol") or "media"
        inner = ApiRequest(
            request.method,
            path,
            urlencode(pairs),
            request.headers.get("authorization", ""),
            upload=True,
        )
        if kind in ("media", "raw"):
            inner.media = request.body
        elif kind == "multipart":
            inner.body, inner.media = _related(request)
        elif kind == "resumable":
            return self._begin(inner, request, found)
        else:
            raise GoogleError(400, f"Invalid upload type {kind}", reason="badRequest")
        return self.api.handle(inner)

    def _begin(self, inner: ApiRequest, request: Request, found: dict[str, str]) -> Response:
        upload = secrets.token_urlsafe(40)
        inner.body = request.body
        self._sessions[upload] = _Session(inner)
        query_string = urlencode({**found, "upload_id": upload})
        host = request.headers.get("host", "127.0.0.1")
        return Response(
            200,
            b"",
            {
                "location": f"http://{host}{request.path}?{query_string}",
                "x-guploader-uploadid": upload,
            },
        )

    def _continue(self, upload: str, request: Request) -> Response:
        session = self._sessions.get(upload)
        if session is None:
            raise GoogleError(404, reason="notFound")
        match = _RANGE.fullmatch(request.headers.get("content-range", "").strip())
        if match is not None and match.group(1) is not None:
            start = int(match.group(1))
            if (
                start > len(session.received)
                or len(request.body) != int(match.group(2)) - start + 1
            ):
                raise GoogleError(400, "Failed to parse Content-Range header.", reason="badRequest")
            session.received[start:] = request.body
            total = match.group(3)
        elif match is not None:
            total = match.group(3)
        else:
            session.received[:] = request.body
            total = str(len(request.body))
        if total == "*" or len(session.received) < int(total):
            answer = Response(308, b"")
            if session.received:
                answer.headers["range"] = f"bytes=0-{len(session.received) - 1}"
            return answer
        del self._sessions[upload]
        session.request.media = bytes(session.received)
        return self.api.handle(session.request)


def _related(request: Request) -> tuple[bytes, bytes]:
    """The JSON and the message of a multipart/related body."""
    match = _BOUNDARY.search(request.headers.get("content-type", ""))
    if match is None:
        raise GoogleError(400, "Missing multipart boundary.", reason="badRequest")
    mark = b"--" + match.group(1).strip().encode("latin-1")
    chunks = (b"\n" + request.body).split(b"\n" + mark)[1:]
    parts = []
    for chunk in chunks:
        if chunk.startswith(b"--"):
            break
        content = chunk.partition(b"\n")[2]
        fields, start = headers.split(content)
        body = content[start:].removesuffix(b"\r")
        if headers.first(fields, "content-transfer-encoding").lower() == b"base64":
            body = headers.decode_base64(body)
        parts.append(body)
    if len(parts) != 2:
        raise GoogleError(400, "Multipart must have exactly two parts.", reason="badRequest")
    return parts[0], parts[1]
