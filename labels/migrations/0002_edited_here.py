import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Now


def _write_keys(apps, schema_editor):
    from labels.models import name_key

    label_table = apps.get_model("labels", "Label")
    labels = list(label_table.objects.only("pk", "name"))
    for label in labels:
        label.name_key = name_key(label.name)
    label_table.objects.bulk_update(labels, ["name_key"], batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [
        ("labels", "0001_initial"),
        ("mailboxes", "0005_label_changes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="label",
            name="name_key",
            field=models.CharField(db_collation="C", default="", editable=False, max_length=400),
        ),
        migrations.AddField(
            model_name="label",
            name="state",
            field=models.CharField(
                choices=[
                    ("live", "Live"),
                    ("making", "Making"),
                    ("going", "Going"),
                    ("unmade", "Unmade"),
                ],
                default="live",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="label",
            name="version",
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="label",
            name="updated_at",
            field=models.DateTimeField(db_default=Now(), editable=False),
        ),
        migrations.AddField(
            model_name="label",
            name="updated_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="label",
            name="refused",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.RunPython(_write_keys, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="label",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["live", "making", "going", "unmade"])),
                name="label_state_known",
            ),
        ),
        migrations.AddIndex(
            model_name="label",
            index=models.Index(fields=["mailbox", "name_key", "id"], name="label_in_tree"),
        ),
        migrations.CreateModel(
            name="LabelReading",
            fields=[
                (
                    "mailbox",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="label_reading",
                        serialize=False,
                        to="mailboxes.mailbox",
                    ),
                ),
                ("asked_at", models.DateTimeField(null=True)),
                ("read_at", models.DateTimeField(null=True)),
                ("partial", models.BooleanField(default=False)),
                ("added", models.PositiveIntegerField(default=0)),
                ("changed", models.PositiveIntegerField(default=0)),
                ("removed", models.PositiveIntegerField(default=0)),
                ("trouble", models.CharField(blank=True, max_length=40)),
                ("tried_at", models.DateTimeField(db_default=Now())),
            ],
        ),
    ]
