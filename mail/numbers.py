"""Numbers and lists that hang on a row of another query: several questions asked as one."""

from __future__ import annotations

from django.db.models import IntegerField, JSONField, Subquery


class Number(Subquery):
    """How many rows a query has."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()
    # Of a query that cannot find anything (no mailbox was given) Django would make NULL.
    empty_result_set_value = 0


class NumberByKey(Subquery):
    """{key: number} of a query whose columns are `key` and `number`; the keys are text."""

    template = (
        "(SELECT jsonb_object_agg(counted.key, counted.number) FROM (%(subquery)s) AS counted)"
    )
    output_field = JSONField()
