"""AROUND, and a faster text: kept as it is, since to unpack it costs more than to read it."""

from django.db import migrations

NEAR = r"""
CREATE FUNCTION mail_search_near(body text, first text, second text, distance int)
RETURNS boolean LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    rest text := body;
    place int;
    between text;
BEGIN
    IF strpos(body, second) = 0 THEN
        RETURN false;
    END IF;
    LOOP
        place := strpos(rest, first);
        EXIT WHEN place = 0;
        -- The blank behind a word is also the one before the next.
        rest := substr(rest, place + length(first) - (right(first, 1) = ' ')::int);
        place := strpos(rest, second);
        EXIT WHEN place = 0;
        between := left(rest, place - 1);
        -- The parts of a head are apart.
        CONTINUE WHEN strpos(between, E'\x1f') > 0;
        between := regexp_replace(between, E'[^ \u0E00-\U0010FFFF]+', 'x', 'g');
        IF length(replace(between, ' ', '')) <= distance THEN
            RETURN true;
        END IF;
    END LOOP;
    RETURN false;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("mail", "0006_search_documents"),
    ]

    operations = [
        migrations.RunSQL(NEAR, "DROP FUNCTION mail_search_near(text, text, text, int)"),
        migrations.RunSQL(
            "ALTER TABLE mail_searchdocument ALTER COLUMN body SET STORAGE EXTERNAL",
            "ALTER TABLE mail_searchdocument ALTER COLUMN body SET STORAGE EXTENDED",
        ),
    ]
