"""Saved searches, one's own and shared, and the last ones that were typed.

And shorter ways for two kinds of search: AROUND looks at little text, and `larger:` has a list.
"""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


BEFORE = r"""
CREATE OR REPLACE FUNCTION mail_search_near(body text, first text, second text, distance int)
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

NEAR = r"""
CREATE OR REPLACE FUNCTION mail_search_near(body text, first text, second text, distance int)
RETURNS boolean LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    rest text := body;
    place int;
    between text;
    beginning text;
BEGIN
    IF strpos(body, first) = 0 OR strpos(body, second) = 0 THEN
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
        -- Mostly its beginning tells: who has too many words there, has too many.
        beginning := left(between, 4 * distance + 40);
        CONTINUE WHEN length(replace(regexp_replace(
            beginning, E'[^ \u0E00-\U0010FFFF]+', 'x', 'g'), ' ', '')) > distance;
        IF length(beginning) = length(between) THEN
            RETURN true;
        END IF;
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
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("mail", "0010_bulk_runs"),
        ("mailboxes", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedSearch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="Name")),
                ("name_key", models.CharField(editable=False, max_length=400)),
                ("search_text", models.TextField(blank=True, editable=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("query", models.TextField(max_length=2000, verbose_name="Search")),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_searches",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "shared_with",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="mailboxes.mailbox",
                        verbose_name="Shared with",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["name_key", "id"], name="saved_search_by_name")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("query", ""), _negated=True),
                        name="saved_search_asks_something",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RecentSearch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.CharField(max_length=300)),
                (
                    "used_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "text"), name="recent_search_once_a_user"
                    )
                ],
            },
        ),
        migrations.RunSQL(NEAR, BEFORE),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["size"], name="message_by_size"),
        ),
    ]
