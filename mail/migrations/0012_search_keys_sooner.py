"""The index's keys with a quarter less work: the same keys, so that the index stays as it is."""

from django.db import migrations

BEFORE = r"""
CREATE OR REPLACE FUNCTION mail_search_keys(head text, body text) RETURNS tsvector
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

KEYS = r"""
CREATE OR REPLACE FUNCTION mail_search_keys(head text, body text) RETURNS tsvector
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
        found := ARRAY(
            SELECT CASE
                WHEN b IS NULL OR b < E'\u0E00' THEN a
                WHEN b < E'\u3100' AND b > E'\u3040' AND a < E'\u3100' AND a > E'\u3040'
                    AND c < E'\u3100' AND c > E'\u3040' THEN a || b || c
                ELSE a || b
            END
            FROM (
                -- Side by side in the list of what is selected they are read as they come, and
                -- not put by first as they are behind FROM.
                SELECT unnest(string_to_array(part, NULL)) COLLATE "C" AS a,
                    unnest(string_to_array(substr(part, 2), NULL)) COLLATE "C" AS b,
                    unnest(string_to_array(substr(part, 3), NULL)) COLLATE "C" AS c
                OFFSET 0
            ) AS plain
            WHERE a >= E'\u0E00'
        ) || ARRAY(
            SELECT left(word, 64)
            FROM (SELECT unnest(string_to_array(part, ' ')) COLLATE "C" AS word) AS each
            WHERE word > '' AND word < E'\u0E00'
        );
        keys := keys || found;
        -- The nine parts of the head; the body has no letter.
        IF letter < 74 THEN
            keys := keys || ARRAY(SELECT chr(letter) || unnest(found));
        END IF;
    END LOOP;
    RETURN array_to_tsvector(keys);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("mail", "0011_saved_searches"),
    ]

    operations = [
        migrations.RunSQL(KEYS, BEFORE),
    ]
