from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("mailboxes", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="mailbox",
            name="grant_ends_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="mailbox",
            name="refreshed_at",
            field=models.DateTimeField(null=True),
        ),
    ]
