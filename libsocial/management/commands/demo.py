"""`manage.py demo`: a whole library to look around in."""

from __future__ import annotations

import secrets
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from libsocial import upgrade
from libsocial.accounts.errors import Refused
from libsocial.accounts.models import User
from libsocial.demo import cast
from libsocial.demo.story import Story
from libsocial.troubles import said_plainly


class Command(BaseCommand):
    help = "Fills an empty data folder with a library: branches, people of every role, a month of posts and figures."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--password", default="", help="Password of everybody in the demo; made up when not given.")

    def handle(self, *args: Any, **options: Any) -> None:
        with said_plainly():
            upgrade.first_of_all()
        password = options["password"] or f"demo-{secrets.token_urlsafe(9)}"
        try:
            house = cast.build(password)
        except Refused as error:
            raise CommandError(
                f"{error} The demo wants a folder of its own: python3 manage.py demo --data demo-data, "
                "then python3 manage.py up --data demo-data"
            ) from error
        self.stdout.write("Writing a month of posts …")
        Story(house).tell()
        self.stdout.write("The demo is ready. Everybody signs in with the same password:\n")
        for person in User.objects.order_by("pk"):
            roles = ", ".join(f"{m.get_role_display()} of {m.unit}" for m in person.memberships.select_related("unit"))
            self.stdout.write(f"  {person.email:32} {roles}")
        self.stdout.write(f"\n  Password: {password}")
