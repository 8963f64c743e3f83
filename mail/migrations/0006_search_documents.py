"""The search documents, and the function that says which keys of the index a document has.

The function is plain enough to run wherever the index is rebuilt: built-in functions alone, no
search path. U+0E00 is where runs begin; U+3041 to U+30FF are kana (mail.search.words).
"""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

KEYS = r"""
CREATE FUNCTION mail_search_keys(head text, body text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    keys text[] := '{}';
    found text[];
    part text;
    letter int := 64;
BEGIN
    FOREACH part IN ARRAY string_to_array(head, E'\x1f') || body LOOP
        letter := letter + 1;
        CONTINUE WHEN part = '';
        SELECT array_agg(key) INTO found FROM (
            SELECT CASE
                WHEN b IS NULL OR b < E'\u0E00' THEN a
                WHEN a > E'\u3040' AND a < E'\u3100' AND b > E'\u3040' AND b < E'\u3100'
                    AND c > E'\u3040' AND c < E'\u3100' THEN a || b || c
                ELSE a || b
            END
            FROM (
                SELECT a COLLATE "C", b COLLATE "C", c COLLATE "C"
                FROM unnest(
                    string_to_array(part, NULL),
                    string_to_array(substr(part, 2), NULL),
                    string_to_array(substr(part, 3), NULL)
                ) AS three (a, b, c)
            ) AS plain (a, b, c)
            WHERE a >= E'\u0E00'
            UNION ALL
            SELECT left(word, 64) FROM unnest(string_to_array(part, ' ')) AS word
            WHERE word > '' AND word COLLATE "C" < E'\u0E00'
        ) AS each (key);
        keys := keys || found;
        -- The nine parts of the head; the body has no letter.
        IF letter < 74 THEN
            keys := keys || ARRAY(SELECT chr(letter) || key FROM unnest(found) AS key);
        END IF;
    END LOOP;
    RETURN array_to_tsvector(keys);
END $$;
"""

# The text stands apart from the row, so that dates are read from few pages. New keys wait in a
# short list of the index, which every search reads: 1 MiB is a sixth of the CPU of no list, and a
# millisecond of a search. No statistics: ANALYZE would compute 30,000 mails' keys.
INDEX = """
ALTER TABLE mail_searchdocument SET (toast_tuple_target = 128);
CREATE INDEX search_keys ON mail_searchdocument
    USING gin (mail_search_keys(head, body)) WITH (fastupdate = on, gin_pending_list_limit = 1024);
ALTER INDEX search_keys ALTER COLUMN 1 SET STATISTICS 0;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("mail", "0005_sendings_that_wait"),
    ]

    operations = [
        migrations.CreateModel(
            name="SearchBuild",
            fields=[
                ("version", models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ("next_id", models.BigIntegerField()),
                ("total", models.PositiveIntegerField(default=0)),
                ("done", models.PositiveIntegerField(default=0)),
                (
                    "started_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("finished_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="SearchDocument",
            fields=[
                (
                    "message",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search_document",
                        serialize=False,
                        to="mail.message",
                    ),
                ),
                ("internal_date", models.DateTimeField()),
                ("head", models.TextField()),
                ("body", models.TextField()),
                ("was_cut", models.BooleanField(default=False)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["-internal_date", "-message"], name="search_by_date")
                ],
            },
        ),
        migrations.RunSQL(KEYS, "DROP FUNCTION mail_search_keys(text, text)"),
        migrations.RunSQL(INDEX, "DROP INDEX search_keys"),
    ]
