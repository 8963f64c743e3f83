import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    dependencies = [
        ("mail", "0009_files_and_formatting"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BulkRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "verb",
                    models.CharField(
                        choices=[
                            ("status", "Status"),
                            ("assign", "Assignee"),
                            ("label", "Labels"),
                            ("read", "Mark as read"),
                            ("unread", "Mark as unread"),
                            ("star", "Give a star"),
                            ("unstar", "Take the star away"),
                            ("trash", "Move to the trash"),
                            ("restore", "Restore"),
                            ("spam", "Report as spam"),
                            ("not_spam", "Not spam"),
                            ("undo", "Undo"),
                        ],
                        max_length=10,
                    ),
                ),
                ("arguments", models.JSONField(default=dict)),
                ("query", models.TextField(blank=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("gathering", "Gathering"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("stopped", "Stopped"),
                        ],
                        max_length=10,
                    ),
                ),
                ("place", models.CharField(blank=True, max_length=40)),
                ("total", models.PositiveIntegerField(default=0)),
                ("changed", models.PositiveIntegerField(default=0)),
                ("same", models.PositiveIntegerField(default=0)),
                ("refused", models.PositiveIntegerField(default=0)),
                ("claimed_until", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(db_default=Now())),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "undoes",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="undone_by",
                        to="mail.bulkrun",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["gathering", "running"])),
                        fields=["id"],
                        name="bulk_open",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "verb__in",
                                [
                                    "status",
                                    "assign",
                                    "label",
                                    "read",
                                    "unread",
                                    "star",
                                    "unstar",
                                    "trash",
                                    "restore",
                                    "spam",
                                    "not_spam",
                                    "undo",
                                ],
                            )
                        ),
                        name="bulk_verb_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["gathering", "running", "done", "stopped"])
                        ),
                        name="bulk_state_known",
                    ),
                    models.UniqueConstraint(fields=("undoes",), name="bulk_undone_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="BulkItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("changed", "Changed"),
                            ("same", "Same"),
                            ("refused", "Refused"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("why", models.TextField(blank=True)),
                ("before", models.JSONField(default=dict)),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="mail.message",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="mail.bulkrun",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["run", "outcome", "id"], name="bulk_item_by_outcome")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("run", "message"), name="bulk_item_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outcome__in", ["waiting", "changed", "same", "refused"])
                        ),
                        name="bulk_outcome_known",
                    ),
                ],
            },
        ),
    ]
