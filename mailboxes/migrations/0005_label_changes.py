from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("mailboxes", "0004_changes_in_order"),
    ]

    operations = [
        migrations.AlterField(
            model_name="change",
            name="kind",
            field=models.CharField(
                choices=[
                    ("mail.modify", "Modify"),
                    ("mail.trash", "Trash"),
                    ("mail.untrash", "Untrash"),
                    ("label.make", "Label Make"),
                    ("label.patch", "Label Patch"),
                    ("label.delete", "Label Delete"),
                ],
                max_length=20,
            ),
        ),
    ]
