"""Inserting many rows by COPY.

Django's bulk_create spends three quarters of its time on building and quoting one large statement;
COPY streams the same values. Only for new rows that nothing can be in the way of: COPY knows no ON
CONFLICT, and returns no keys (take them first, with `new_keys`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models
from django.db.models.expressions import DatabaseDefault
from psycopg import sql

_encode = DjangoJSONEncoder(ensure_ascii=False).encode


def new_keys(model: type[models.Model], number: int) -> list[int]:
    """Primary keys for rows to come, from the table's own sequence."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [model._meta.db_table, model._meta.pk.column, number],
        )
        return [key for (key,) in cursor.fetchall()]


@cache
def _columns(model: type[models.Model]) -> list[tuple[str, Callable[[models.Model], Any]]]:
    """Column and how its value is read off an instance; without those that the database fills."""
    found: list[tuple[str, Callable[[models.Model], Any]]] = []
    blank = model()
    for field in model._meta.concrete_fields:
        attribute = field.attname
        if isinstance(getattr(blank, attribute), DatabaseDefault):
            continue
        if isinstance(field, models.AutoField) and getattr(blank, attribute) is None:
            continue
        found.append((str(field.column), _reader(field)))
    return found


def _reader(field: models.Field[Any, Any]) -> Callable[[models.Model], Any]:
    name = field.attname
    if isinstance(field, models.JSONField):
        return lambda row: _encode(getattr(row, name))
    if isinstance(field, models.FileField):
        return lambda row: getattr(row, name).name or ""
    if isinstance(field, models.DateTimeField):
        # auto_now_add is filled by the field itself.
        return lambda row: field.pre_save(row, add=True)
    return lambda row: getattr(row, name)


def insert(rows: Sequence[models.Model]) -> None:
    """Insert instances of one model. Those with keys of their own keep them.

    Raises:
        django.db.IntegrityError, django.db.DataError: as for any insert; nothing is stored then.
    """
    if not rows:
        return
    model = type(rows[0])
    columns = _columns(model)
    key = model._meta.pk
    if rows[0].pk is not None and key.column not in {name for name, _ in columns}:
        columns = [(str(key.column), lambda row: row.pk), *columns]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table),
        sql.SQL(", ").join(sql.Identifier(name) for name, _ in columns),
    )
    read = [reader for _, reader in columns]
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.cursor.copy(statement) as copy,
    ):
        for row in rows:
            copy.write_row([value(row) for value in read])
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias
