"""The words of the screens: gather them, compile them, and say which are missing.

Django's own commands call GNU gettext, which a bare machine does not have; this does the same for
what we use of it (contexts and plurals, one plural form in Japanese) with the standard library.

    python -m scripts.messages extract   # bring locale/ja/LC_MESSAGES/django.po up to date
    python -m scripts.messages compile   # write django.mo beside it
    python -m scripts.messages check     # fail when a text has no translation or django.mo is old
"""

from __future__ import annotations

import ast
import re
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "locale" / "ja" / "LC_MESSAGES" / "django.po"
MO = PO.with_suffix(".mo")
# Rooms whose texts reach our screens; the sandbox is another program with pages of its own.
ROOMS = (
    "activity",
    "addressbook",
    "callcenter",
    "labels",
    "mail",
    "mailboxes",
    "permissions",
    "signatures",
    "templates_app",
    "chat",
    "crm",
)
HEADER = (
    "Project-Id-Version: CloudCallCenter Mail\n"
    "Language: ja\n"
    "MIME-Version: 1.0\n"
    "Content-Type: text/plain; charset=UTF-8\n"
    "Content-Transfer-Encoding: 8bit\n"
    "Plural-Forms: nplurals=1; plural=0;\n"
)
# Function name -> positions of context, message, plural among its arguments.
CALLS: dict[str, tuple[int | None, int, int | None]] = {
    "_": (None, 0, None),
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}
_TEMPLATE_CALL = re.compile(r"\b(n?p?gettext|_)\(")

Key = tuple[str | None, str]


@dataclass
class Entry:
    """One text: where it stands, and its translation (empty while there is none)."""

    context: str | None
    msgid: str
    plural: str | None = None
    translation: str = ""
    places: set[str] = field(default_factory=set)

    @property
    def key(self) -> Key:
        return self.context, self.msgid


def _call(node: ast.Call) -> Entry | None:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name not in CALLS:
        return None
    parts: list[str | None] = []
    for position in CALLS[name]:
        if position is None:
            parts.append(None)
            continue
        if position >= len(node.args):
            return None
        argument = node.args[position]
        if not (isinstance(argument, ast.Constant) and isinstance(argument.value, str)):
            return None
        parts.append(argument.value)
    context, msgid, plural = parts
    return Entry(context, msgid, plural) if msgid else None


def from_python(source: str) -> Iterator[Entry]:
    """The texts that Python code hands to gettext as literals."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and (entry := _call(node)):
            yield entry


def from_template(source: str) -> Iterator[Entry]:
    """The texts of one template, through Django's own reading of it."""
    from django.conf import settings

    if not settings.configured:
        settings.configure()
    from django.utils.translation.template import templatize

    python = templatize(source)
    for match in _TEMPLATE_CALL.finditer(python):
        for end in (found.end() for found in re.finditer(r"\)", python[match.start() :])):
            try:
                tree = ast.parse(python[match.start() : match.start() + end].strip(), mode="eval")
            except SyntaxError:
                continue
            if isinstance(tree.body, ast.Call) and (entry := _call(tree.body)):
                yield entry
            break


def collect() -> dict[Key, Entry]:
    """Every text of code and templates, with its places."""
    found: dict[Key, Entry] = {}
    python = (path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
    for path in sorted([*python, *(ROOT / "templates").rglob("*.html")]):
        if "migrations" in path.parts:
            continue
        source = path.read_text(encoding="utf-8")
        reader = from_template if path.suffix == ".html" else from_python
        for entry in reader(source):
            kept = found.setdefault(entry.key, entry)
            kept.plural = kept.plural or entry.plural
            kept.places.add(path.relative_to(ROOT).as_posix())
    return found


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def read_po(text: str) -> dict[Key, Entry]:
    """The entries of a .po file as `write_po` writes it (and as editors for such files do)."""
    entries: dict[Key, Entry] = {}
    for block in re.split(r"\n\s*\n", text):
        words: dict[str, str] = {}
        current = ""
        for line in block.splitlines():
            match = re.match(
                r'(?:(msgctxt|msgid_plural|msgid|msgstr)(?:\[0\])?\s+)?(".*")\s*$', line
            )
            if line.startswith("#") or not match:
                continue
            current = match.group(1) or current
            words[current] = words.get(current, "") + ast.literal_eval(match.group(2))
        if words.get("msgid"):
            entry = Entry(
                words.get("msgctxt"), words["msgid"], words.get("msgid_plural"), words["msgstr"]
            )
            entries[entry.key] = entry
    return entries


def write_po(entries: dict[Key, Entry]) -> str:
    blocks = [
        'msgid ""\nmsgstr ""\n' + "".join(f"{_quoted(x + chr(10))}\n" for x in HEADER.splitlines())
    ]
    for entry in sorted(
        entries.values(), key=lambda each: (each.msgid.casefold(), each.context or "")
    ):
        lines = [f"#: {place}" for place in sorted(entry.places)]
        if entry.context is not None:
            lines.append(f"msgctxt {_quoted(entry.context)}")
        lines.append(f"msgid {_quoted(entry.msgid)}")
        if entry.plural is None:
            lines.append(f"msgstr {_quoted(entry.translation)}")
        else:
            lines.append(f"msgid_plural {_quoted(entry.plural)}")
            lines.append(f"msgstr[0] {_quoted(entry.translation)}")
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def mo_bytes(entries: dict[Key, Entry]) -> bytes:
    """The compiled catalogue: a sorted table of originals beside one of translations."""
    pairs = {b"": HEADER.encode()}
    for entry in entries.values():
        if not entry.translation:
            continue
        original = entry.msgid if entry.plural is None else f"{entry.msgid}\0{entry.plural}"
        if entry.context is not None:
            original = f"{entry.context}\x04{original}"
        pairs[original.encode()] = entry.translation.encode()
    count = len(pairs)
    start = 7 * 4
    data_at = start + 16 * count
    originals = translations = data = b""
    ordered = sorted(pairs.items())
    for text, _ in ordered:
        originals += struct.pack("<II", len(text), data_at + len(data))
        data += text + b"\0"
    for _, text in ordered:
        translations += struct.pack("<II", len(text), data_at + len(data))
        data += text + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, count, start, start + 8 * count, 0, data_at)
    return head + originals + translations + data


def extract() -> int:
    known = read_po(PO.read_text(encoding="utf-8")) if PO.exists() else {}
    found = collect()
    for key, entry in found.items():
        if key in known:
            entry.translation = known[key].translation
    PO.write_text(write_po(found), encoding="utf-8")
    missing = sum(not entry.translation for entry in found.values())
    print(f"{len(found)} texts, {missing} without a translation")
    return 0


def compile_catalogue() -> int:
    MO.write_bytes(mo_bytes(read_po(PO.read_text(encoding="utf-8"))))
    return 0


def check() -> int:
    known = read_po(PO.read_text(encoding="utf-8"))
    found = collect()
    missing = [
        entry for key, entry in found.items() if not (key in known and known[key].translation)
    ]
    for entry in missing:
        print(f"no translation: {entry.msgid!r} ({', '.join(sorted(entry.places))})")
    old = not MO.exists() or MO.read_bytes() != mo_bytes(known)
    if old:
        print("django.mo is older than django.po: python -m scripts.messages compile")
    return 1 if missing or old else 0


VERBS = {"extract": extract, "compile": compile_catalogue, "check": check}


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in VERBS:
        print(__doc__)
        return 2
    return VERBS[arguments[0]]()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
