"""The customer of a mail. The column holds nothing yet, so that neither it nor its foreign key has
any row to look at: the table is locked for a moment only, however much mail there is."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0001_customers"),
        ("mail", "0013_drafts_begun_in_gmail"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="customer",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="crm.customer",
            ),
        ),
    ]
