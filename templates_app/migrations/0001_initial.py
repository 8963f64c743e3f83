"""The table of templates."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Template",
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
                ("folder", models.CharField(blank=True, max_length=100, verbose_name="Folder")),
                ("to", models.TextField(blank=True, verbose_name="To")),
                ("cc", models.TextField(blank=True, verbose_name="Cc")),
                ("bcc", models.TextField(blank=True, verbose_name="Bcc")),
                ("subject", models.CharField(blank=True, max_length=900, verbose_name="Subject")),
                ("body", models.TextField(blank=True, verbose_name="Text")),
                ("used_count", models.PositiveIntegerField(default=0, editable=False)),
                ("last_used_at", models.DateTimeField(editable=False, null=True)),
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
                "indexes": [
                    models.Index(fields=["folder", "name_key", "id"], name="template_in_order")
                ],
            },
        ),
    ]
