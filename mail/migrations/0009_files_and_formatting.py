import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import mail.models.draft_file


class Migration(migrations.Migration):
    dependencies = [
        ("mail", "0008_born_of_templates"),
    ]

    operations = [
        migrations.AddField(
            model_name="draft",
            name="files",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="draft",
            name="html",
            field=models.TextField(blank=True, default=""),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name="DraftFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("filename", models.TextField()),
                ("content_type", models.CharField(max_length=255)),
                ("size", models.PositiveIntegerField()),
                ("file", models.FileField(max_length=255, upload_to=mail.models.draft_file.place)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "draft",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="uploads",
                        to="mail.draft",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
            },
        ),
    ]
