"""Which parts are the mail's text and which are its files.

* ``alternative``: the last plain text and the last HTML; other renderings (AMP, enriched) are left
  out with a notice, other files in it are kept as files.
* several texts one after the other (a list's footer, Apple Mail's text around pictures) are all
  shown, in the plain text and in the HTML, in their order.
* a text with a file name that is not the first one, or with ``attachment``, is a file.
* an enclosed mail is a file (``.eml``), never opened: its text is not this mail's text.
"""

from __future__ import annotations

import html as html_escapes
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from mail.mime import charsets, filenames, flowed, headers, words
from mail.mime.limits import DEFAULT_LIMITS
from mail.mime.model import NoticeBook, ParsedAttachment
from mail.mime.plain import clean_line, clean_text
from mail.mime.tree import Part

ReadText = Callable[[Part], str]

_RENDERINGS = frozenset(
    ("text/x-amp-html", "text/watch-html", "text/enriched", "text/richtext", "text/x-web-enriched")
)
_TNEF = frozenset(("application/ms-tnef", "application/vnd.ms-tnef"))
_CID = re.compile(r"""cid:([^"'\s<>)]{1,500})""", re.IGNORECASE)
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([A-Za-z0-9_:.-]{2,40})", re.I)
_PGP = re.compile(r"^-----BEGIN PGP (SIGNED )?MESSAGE-----", re.MULTILINE)


@dataclass(slots=True)
class _Block:
    """One stretch of text, as plain text, as HTML, or as both."""

    text: str | None = None
    html: str | None = None


@dataclass(slots=True)
class Bodies:
    text: str = ""
    html: str = ""
    attachments: tuple[ParsedAttachment, ...] = ()


@dataclass(frozen=True, slots=True)
class _Visit:
    part: Part
    rendering: bool = False  # a child of alternative, or what related is about
    in_alternative: bool = False
    in_related: bool = False
    opened: bool = False


@dataclass(slots=True)
class _Walk:
    read_text: ReadText
    book: NoticeBook
    files: list[tuple[Part, bool]] = field(default_factory=list)  # part, within related
    seen_text: bool = False


def read_raw_text(part: Part, book: NoticeBook) -> str:
    """The text of a part whose bytes are as they were sent."""
    data = part.body or b""
    hint = ""
    if part.content_type == "text/html" and not part.params.get("charset"):
        meta = _META_CHARSET.search(data[:4096])
        hint = meta.group(1).decode("ascii") if meta else ""
    return charsets.decode(data, part.params.get("charset", ""), book, hint=hint).text


def collect(root: Part, read_text: ReadText, book: NoticeBook) -> Bodies:
    """Text, HTML and files of a mail."""
    walk = _Walk(read_text, book)
    blocks = _blocks(root, walk)
    text = _joined([block.text for block in blocks if block.text is not None])
    html = ""
    if any(block.html is not None for block in blocks):
        html = _joined([_as_html(block) for block in blocks])
    if _PGP.search(text):
        book.add("pgp_encrypted" if "BEGIN PGP MESSAGE" in text else "pgp_signed", "inline")
    cids = {unquote(cid) for cid in _CID.findall(html)}
    files = [_attachment(part, related, cids, book) for part, related in walk.files]
    names = filenames.distinct([file.filename for file in files])
    named = (replace(file, filename=name) for file, name in zip(files, names, strict=True))
    return Bodies(text, html, tuple(named))


def _blocks(root: Part, walk: _Walk) -> list[_Block]:
    """The blocks of text of ``root``. Children first; a stack, no recursion."""
    results: dict[int, list[_Block]] = {}
    stack = [_Visit(root)]
    while stack:
        visit = stack.pop()
        part = visit.part
        if not part.is_multipart:
            results[id(part)] = _leaf(visit, walk)
        elif not visit.opened:
            _note_multipart(part, walk.book)
            stack.append(replace(visit, opened=True))
            stack.extend(reversed(_visits(visit)))
        else:
            of_children = [results.pop(id(child)) for child in part.children]
            if part.content_type == "multipart/alternative":
                results[id(part)] = _alternative(of_children)
            else:
                results[id(part)] = [block for blocks in of_children for block in blocks]
    return results[id(root)]


def _visits(visit: _Visit) -> list[_Visit]:
    """The children of a multipart, with what their place says of them."""
    kind = visit.part.content_type
    alternative, related = kind == "multipart/alternative", kind == "multipart/related"
    return [
        _Visit(
            child,
            rendering=alternative or (related and index == 0),
            in_alternative=alternative,
            in_related=visit.in_related or related,
        )
        for index, child in enumerate(visit.part.children)
    ]


def _alternative(renderings: list[list[_Block]]) -> list[_Block]:
    """One block of the best plain text and the best HTML: the last of each (RFC 2046)."""
    text: str | None = None
    html: str | None = None
    for blocks in renderings:
        texts = [block.text for block in blocks if block.text is not None]
        if any(block.html is not None for block in blocks):
            html = _joined([_as_html(block) for block in blocks])
            if all(block.html is None or block.text is not None for block in blocks):
                text = _joined(texts) if texts else text
        elif texts:
            text = _joined(texts)
    return [] if text is None and html is None else [_Block(text, html)]


def _leaf(visit: _Visit, walk: _Walk) -> list[_Block]:
    part = visit.part
    kind = part.content_type
    if kind in _RENDERINGS and visit.in_alternative:
        walk.book.add("alternative_omitted", kind)
        return []
    is_text = kind in ("text/plain", "text/html")
    if not is_text or _is_file(visit, walk):
        empty = part.body is not None and not part.body.strip()
        if not (is_text and empty and not part.filename):
            walk.files.append((part, visit.in_related))
        return []
    walk.seen_text = True
    text = clean_text(walk.read_text(part))
    if kind == "text/html":
        return [_Block(html=text)]
    if part.params.get("format", "").lower() == "flowed":
        text = flowed.unflow(text, delsp=part.params.get("delsp", "").lower() == "yes")
    return [_Block(text=text)]


def _is_file(visit: _Visit, walk: _Walk) -> bool:
    """Whether a text part is a file: said so; or named, not the first text and no rendering."""
    part = visit.part
    if part.disposition.startswith("attach"):
        return True
    if not part.filename or visit.rendering:
        return False
    return walk.seen_text or part.part_id not in ("", "0", "0.0", "0.0.0")


def _note_multipart(part: Part, book: NoticeBook) -> None:
    if part.content_type == "multipart/encrypted":
        book.add("pgp_encrypted")
    elif part.content_type == "multipart/signed":
        protocol = part.params.get("protocol", "").lower()
        book.add("pgp_signed" if "pgp" in protocol else "smime_signed")


def _joined(texts: list[str]) -> str:
    """Texts one below the other."""
    kept = [text for text in texts if text.strip()]
    if not kept:
        return texts[0] if texts else ""
    return "".join(
        text if text.endswith("\n") or index == len(kept) - 1 else text + "\n"
        for index, text in enumerate(kept)
    )


def _as_html(block: _Block) -> str:
    if block.html is not None:
        return block.html
    if not (block.text or "").strip():
        return ""
    escaped = html_escapes.escape(block.text or "")
    return f'<div style="white-space: pre-wrap">{escaped}</div>'


def _attachment(part: Part, in_related: bool, cids: set[str], book: NoticeBook) -> ParsedAttachment:
    content_id = clean_line(part.header("Content-ID")).strip("<> ")
    given = clean_line(part.filename)
    name = filenames.safe(given)
    if given and name != given:
        book.add("filename_changed", given)
    kind = part.content_type
    shown = content_id in cids if content_id else False
    inline = shown or (
        not part.disposition.startswith("attach")
        and kind.startswith("image/")
        and (part.disposition == "inline" or (in_related and bool(content_id)))
    )
    _note_file(part, book)
    return ParsedAttachment(
        part_id=part.part_id,
        filename=name or _name_for(part),
        content_type=kind,
        size=part.size,
        content_id=content_id,
        inline=inline,
        payload=part.body,
    )


def _name_for(part: Part) -> str:
    """A name for a file without one: its location, the enclosed mail's subject, or its kind."""
    location = clean_line(words.decode(part.header("Content-Location"))).split("?")[0]
    name = filenames.safe(location.rsplit("/", 1)[-1])
    if "." in name.strip("."):
        return name
    if part.content_type == "message/rfc822" and part.body:
        subject = enclosed_subject(part.body)
        if subject:
            return filenames.safe(enclosed_name(subject))
    return filenames.invented(part.content_type, part.part_id)


def enclosed_name(subject: str) -> str:
    """An enclosed mail as a file, named by its subject."""
    return re.sub(r"[/\\]", "_", clean_line(subject))[:80] + ".eml"


def enclosed_subject(data: bytes) -> str:
    """The subject of an enclosed mail."""
    book = NoticeBook()
    head = data[:65536]
    block = headers.read(head, 0, len(head), book=book, limits=DEFAULT_LIMITS, top=True)
    return clean_line(words.decode(charsets.decode_header(block.get("Subject"), book)))


def _note_file(part: Part, book: NoticeBook) -> None:
    kind = part.content_type
    if kind in _TNEF or part.filename.lower() == "winmail.dat":
        book.add("tnef")
    elif kind in ("text/calendar", "application/ics"):
        book.add("calendar", part.params.get("method", "").upper())
    elif kind in ("application/pkcs7-mime", "application/x-pkcs7-mime"):
        signed = part.params.get("smime-type", "").lower() == "signed-data"
        book.add("smime_signed" if signed else "smime_encrypted")
