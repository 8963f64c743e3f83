"""`manage.py create_admin NAME`: the first administrator of a new installation."""

from __future__ import annotations

import getpass
import sys
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from permissions.models import User
from permissions.roles import ensure_built_in_roles


class Command(BaseCommand):
    help = "Make an administrator; the password is asked for (or read from standard input)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", default="", help="as colleagues see it")

    def handle(self, *args: Any, **options: Any) -> None:
        username = options["username"]
        if User.objects.filter(username=username).exists():
            raise CommandError(f"There is a user {username!r} already.")
        terminal = sys.stdin.isatty()
        password = getpass.getpass("Password: ") if terminal else sys.stdin.readline().rstrip("\n")
        user = User(username=username, name=options["name"] or username)
        try:
            user.clean_fields(exclude=["password", "role"])
            validate_password(password, user)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        role = ensure_built_in_roles()["admin"]
        User.objects.create_user(username, password, name=user.name, role=role)
        self.stdout.write(f"{username} can log in as an administrator.")
