"""What a draft was given by a template: see mail.actions.fill."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("mail", "0007_search_near"),
    ]

    operations = [
        migrations.AddField(
            model_name="draft",
            name="born",
            field=models.JSONField(default=dict),
        ),
    ]
