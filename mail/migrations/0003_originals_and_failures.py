"""Raw mail in the store instead of in a column; reports of mail that did not arrive."""

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("mail", "0002_sync_reconciles"),
        ("mailboxes", "0003_changes"),
    ]

    operations = [
        migrations.CreateModel(
            name="DeliveryFailure",
            fields=[
                (
                    "report",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="delivery_failure",
                        serialize=False,
                        to="mail.message",
                    ),
                ),
                ("recipients", models.JSONField(default=list)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name="RawMail",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("gmail_id", models.CharField(max_length=64)),
                ("file", models.FileField(blank=True, max_length=255, upload_to="")),
                ("size", models.PositiveIntegerField(default=0)),
                ("trouble", models.CharField(blank=True, max_length=40)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "not_before",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
        ),
        migrations.RemoveField(
            model_name="messagebody",
            name="raw",
        ),
        migrations.AddField(
            model_name="message",
            name="undelivered",
            field=models.BooleanField(default=False),
        ),
        migrations.AddIndex(
            model_name="messagebody",
            index=models.Index(
                condition=models.Q(("needs_raw", True)), fields=["message"], name="body_needs_raw"
            ),
        ),
        migrations.AddIndex(
            model_name="messagebody",
            index=django.contrib.postgres.indexes.HashIndex(
                fields=["rfc822_id"], name="body_by_rfc822_id"
            ),
        ),
        migrations.AddField(
            model_name="deliveryfailure",
            name="answered",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="failures_of_answers",
                to="mail.message",
            ),
        ),
        migrations.AddField(
            model_name="deliveryfailure",
            name="outgoing",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="mail.outgoing",
            ),
        ),
        migrations.AddField(
            model_name="deliveryfailure",
            name="sent",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="mail.message",
            ),
        ),
        migrations.AddField(
            model_name="rawmail",
            name="mailbox",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="mailboxes.mailbox",
            ),
        ),
        migrations.AddConstraint(
            model_name="rawmail",
            constraint=models.UniqueConstraint(
                fields=("mailbox", "gmail_id"), name="one_raw_a_gmail_id"
            ),
        ),
    ]
