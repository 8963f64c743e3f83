"""The operations of 顧客, and the built-in roles that are there already get theirs."""

from typing import Any

from django.db import migrations, models

CHOICES = [
    ("mail.view", "Read mail"),
    ("mail.compose", "Write new mail"),
    ("mail.reply", "Reply"),
    ("mail.forward", "Forward"),
    ("mail.status", "Change the status"),
    ("mail.label", "Change labels"),
    ("mail.comment", "Comment"),
    ("mail.comment_others", "Edit others' comments"),
    ("mail.assign", "Change the assignee"),
    ("mail.trash", "Trash and restore"),
    ("mail.delete_draft", "Delete drafts"),
    ("mail.download", "Download attachments"),
    ("mail.bulk", "Bulk actions"),
    ("mail.force", "Force update"),
    ("mail.share_search", "Share saved searches"),
    ("templates.view", "See templates"),
    ("templates.add", "Add templates"),
    ("templates.change", "Change templates"),
    ("templates.delete", "Delete templates"),
    ("templates.transfer", "Import and export templates"),
    ("signatures.view", "See signatures"),
    ("signatures.add", "Add signatures"),
    ("signatures.change", "Change signatures"),
    ("signatures.delete", "Delete signatures"),
    ("signatures.transfer", "Import and export signatures"),
    ("labels.view", "See the list of labels"),
    ("labels.add", "Add labels"),
    ("labels.change", "Edit labels"),
    ("labels.delete", "Delete labels"),
    ("labels.transfer", "Import and export labels"),
    ("addresses.view", "See the address book"),
    ("addresses.add", "Add addresses"),
    ("addresses.change", "Change addresses"),
    ("addresses.delete", "Delete addresses"),
    ("addresses.transfer", "Import and export addresses"),
    ("customers.view", "See customers"),
    ("customers.add", "Add customers"),
    ("customers.change", "Change customers"),
    ("customers.delete", "Delete customers"),
    ("admin.mailboxes", "Authentication settings"),
    ("admin.users", "Users and permissions"),
    ("admin.log", "Operation log"),
]
AGENT = ["customers.view", "customers.add", "customers.change"]
ALL = [*AGENT, "customers.delete"]


def grant(apps: Any, schema_editor: Any) -> None:
    Role = apps.get_model("permissions", "Role")
    RoleGrant = apps.get_model("permissions", "RoleGrant")
    for key, operations in {"agent": AGENT, "leader": ALL, "admin": ALL}.items():
        for role in Role.objects.filter(key=key):
            RoleGrant.objects.bulk_create(
                [RoleGrant(role=role, operation=operation) for operation in operations],
                ignore_conflicts=True,
            )


def take_back(apps: Any, schema_editor: Any) -> None:
    for name in ("RoleGrant", "UserGrant"):
        apps.get_model("permissions", name).objects.filter(operation__in=ALL).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("permissions", "0004_shared_searches"),
    ]

    operations = [
        migrations.AlterField(
            model_name="rolegrant",
            name="operation",
            field=models.CharField(choices=CHOICES, max_length=40),
        ),
        migrations.AlterField(
            model_name="usergrant",
            name="operation",
            field=models.CharField(choices=CHOICES, max_length=40),
        ),
        migrations.RunPython(grant, take_back),
    ]
