"""Reading a file into rows of its own, and saying what would become of each."""

from __future__ import annotations

from django.db import connection, transaction
from django.db.models import Count

from addressbook.imports import claims
from addressbook.imports.lines import Line, read
from addressbook.imports.reading import Unreadable, records
from addressbook.models import Import, ImportRow, ImportState, Verdict

MOST_LINES = 1_000_000
_COLUMNS = (
    "of_id, line, name, name_key, search_text, address, address_key, customer_search, verdict,"
    " problem, detail"
)


def stage(import_id: int) -> None:
    """Read the file again from its beginning, and compare it with the book.

    Nothing but the import's own rows is written. A worker that dies leaves nothing behind: the
    claim runs out, and the next one begins anew.
    """
    claimed = claims.claim(import_id, ImportState.READING)
    if claimed is None:
        return
    try:
        with transaction.atomic():
            ImportRow.objects.filter(of=claimed).delete()
            read_lines = _copy(claimed)
            judge(claimed)
            counts = counted(claimed)
            state = ImportState.READY if read_lines else ImportState.FAILED
            problem = "" if read_lines else "no_lines"
            claims.end(claimed, state=state, problem=problem, counts=counts, rows_read=read_lines)
    except FileNotFoundError:
        claims.end(claimed, state=ImportState.FAILED, problem="gone")
    except Unreadable as error:
        claims.end(claimed, state=ImportState.FAILED, problem=error.code, problem_line=error.line)


def _copy(claimed: Import) -> int:
    """The file's lines as rows; how many. Holds one line at a time."""
    number = 0
    with claimed.file.open("rb") as file, connection.cursor() as cursor:
        found = records(file, claimed.encoding, claimed.delimiter)
        with cursor.cursor.copy(f"COPY addressbook_importrow ({_COLUMNS}) FROM STDIN") as copy:
            for at, (begins, record) in enumerate(found):
                if at == 0 and claimed.has_header:
                    continue
                if number == MOST_LINES:
                    raise Unreadable("too_many", begins)
                copy.write_row(_row(claimed.pk, begins, read(record, claimed.mapping)))
                number += 1
    return number


def _row(import_id: int, begins: int, line: Line) -> tuple[object, ...]:
    wrong = bool(line.problem)
    return (
        import_id,
        begins,
        line.name,
        "" if wrong else line.name_key,
        "" if wrong else line.search_text,
        line.address,
        line.address_key,
        line.customer_search,
        Verdict.FAULTY if wrong else "",
        line.problem,
        line.detail,
    )


# An empty name, or no word about 検索対象, leaves the entry's as it is. The first of several lines
# with the same address counts.
_JUDGE = """
WITH told AS (
    SELECT line, first_value(line) OVER (PARTITION BY address_key ORDER BY line) AS first
    FROM addressbook_importrow WHERE of_id = %(of)s AND verdict <> 'faulty'
)
UPDATE addressbook_importrow AS row
SET verdict = CASE
        WHEN told.first < told.line THEN 'duplicate'
        WHEN entry.id IS NULL THEN 'new'
        WHEN entry.address IS DISTINCT FROM row.address
            OR (row.name <> '' AND entry.name IS DISTINCT FROM row.name)
            OR entry.customer_search IS DISTINCT FROM
                coalesce(row.customer_search, entry.customer_search)
            THEN 'changed'
        ELSE 'same' END,
    problem = CASE WHEN told.first < told.line THEN 'twice' ELSE '' END,
    detail = CASE WHEN told.first < told.line THEN told.first::text ELSE '' END,
    entry = entry.id,
    entry_version = entry.version
FROM told
JOIN addressbook_importrow AS own ON own.of_id = %(of)s AND own.line = told.line
LEFT JOIN addressbook_address AS entry ON entry.address_key = own.address_key
WHERE row.of_id = %(of)s AND row.line = told.line
"""


def judge(claimed: Import) -> None:
    """Compare the rows with the book as it is now, in the caller's transaction."""
    with connection.cursor() as cursor:
        # Of a table that has just grown from nothing the planner believes nothing good.
        cursor.execute("ANALYZE addressbook_importrow")
        cursor.execute(_JUDGE, {"of": claimed.pk})


def counted(claimed: Import) -> dict[str, int]:
    rows = ImportRow.objects.filter(of=claimed).values("verdict").annotate(n=Count("line"))
    return {each["verdict"]: each["n"] for each in rows}
