"""The index of a customer's mail, built while everybody goes on working."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("mail", "0014_customers"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="message",
            index=models.Index(
                fields=["customer", "-internal_date", "-id"],
                name="message_by_customer",
                condition=models.Q(("customer__isnull", False)),
            ),
        ),
    ]
