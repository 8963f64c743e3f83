"""Office papers made by hand: PDF, xlsx, CSV and zip, small but valid.

The PDFs name one of Adobe's Japanese fonts without embedding it (a CID font with the predefined
CMap UniJIS-UCS2-H), as Japanese business software long did; viewers put a font of their own in.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from html import escape

Rows = Sequence[Sequence[str]]


def _show(x: int, y: int, size: int, text: str) -> str:
    return f"BT /F1 {size} Tf {x} {y} Td <{text.encode('utf-16-be').hex().upper()}> Tj ET"


def pdf(title: str, heading: Sequence[str], table: Rows, foot: Sequence[str]) -> bytes:
    """Return a page of A4: title, lines, a ruled table whose first row is its head, lines."""
    out = [_show(297 - 12 * len(title), 770, 24, title)]
    y = 720
    for line in heading:
        out.append(_show(56, y, 11, line))
        y -= 18
    y -= 14
    edges = (56, 300, 370, 450, 540)
    for number, row in enumerate(table):
        if number == 0:
            out.append(f"0.92 g {edges[0]} {y - 6} {edges[-1] - edges[0]} 20 re f 0 g")
        for left, cell in zip(edges, row, strict=False):
            out.append(_show(left + 5, y, 10, cell))
        out.append(f"0.6 G 0.5 w {edges[0]} {y - 6} m {edges[-1]} {y - 6} l S")
        y -= 20
    y -= 18
    for line in foot:
        out.append(_show(56, y, 10, line))
        y -= 16
    stream = "\n".join(out).encode("ascii")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /HeiseiKakuGo-W5 /Encoding /UniJIS-UCS2-H"
        b" /DescendantFonts [6 0 R] >>",
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /HeiseiKakuGo-W5 /DW 1000"
        b" /W [1 [278] 2 94 500] /CIDSystemInfo << /Registry (Adobe) /Ordering (Japan1)"
        b" /Supplement 2 >> /FontDescriptor 7 0 R >>",
        b"<< /Type /FontDescriptor /FontName /HeiseiKakuGo-W5 /Flags 4"
        b" /FontBBox [-92 -250 1010 922] /ItalicAngle 0 /Ascent 752"
        b" /Descent -271 /CapHeight 737 /StemV 114 >>",
    )
    body = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places: list[int] = []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(body)
    body += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for place in places:
        body += b"%010d 00000 n \n" % place
    body += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        start,
    )
    return bytes(body)


def zipped(files: Sequence[tuple[str, bytes]]) -> bytes:
    """Return a zip archive with a fixed time stamp, so that equal content gives equal bytes."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(name, (2025, 4, 1, 9, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return memory.getvalue()


def xlsx(rows: Rows, sheet: str = "一覧") -> bytes:
    """Return a workbook of one sheet with inline strings."""
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    cells = "".join(
        f'<row r="{number}">'
        + "".join(
            f'<c r="{chr(65 + place)}{number}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
            for place, cell in enumerate(row)
        )
        + "</row>"
        for number, row in enumerate(rows, start=1)
    )
    parts = {
        "[Content_Types].xml": (
            f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType='
            '"application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/>'
            "</Types>"
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
            f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": (
            f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="{sheet}" '
            'sheetId="1" r:id="rId1"/></sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
            f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
        ),
        "xl/worksheets/sheet1.xml": (
            f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>'
        ),
    }
    return zipped([(name, (head + text).encode()) for name, text in parts.items()])


def csv932(rows: Rows) -> bytes:
    """Return a CSV as Japanese Excel writes it: CP932, CRLF."""
    return "".join(",".join(row) + "\r\n" for row in rows).encode("cp932")
