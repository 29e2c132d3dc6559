"""`manage.py demo`: a whole library to look around in."""

from __future__ import annotations

import logging
import secrets
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from libsocial import demo, upgrade
from libsocial.accounts.errors import Refused
from libsocial.accounts.models import User
from libsocial.troubles import said_plainly

ELSEWHERE = (
    "The demo wants a folder of its own, so that it never mixes with your library. Nothing was changed. Type:\n"
    "  python3 manage.py demo --data demo-data\n"
    "  python3 manage.py up --data demo-data"
)


class Command(BaseCommand):
    help = "Fills an empty data folder with a library: branches, people of every role, a month of posts and figures."
    requires_system_checks: list[str] = []  # the data folder is made first

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--password", default="", help="password of everybody in the demo; made up when not given")
        # Taken by manage.py before settings load; listed here so that --help shows it.
        parser.add_argument("--data", metavar="DIR", help="folder of the demo's data (data/ beside manage.py)")

    def handle(self, *args: Any, **options: Any) -> None:
        password = options["password"] or f"demo-{secrets.token_urlsafe(9)}"
        with said_plainly():
            upgrade.first_of_all()
            self._fill(password)
        self._say_who(password)

    def _fill(self, password: str) -> None:
        self.stdout.write("Writing a month of posts …")
        logging.disable(logging.WARNING)  # its failures are meant, and told on the pages
        try:
            demo.fill(password)
        except Refused as error:
            raise CommandError(f"{error}\n{ELSEWHERE}") from error
        finally:
            logging.disable(logging.NOTSET)

    def _say_who(self, password: str) -> None:
        self.stdout.write("The demo is ready. Everybody signs in with the same password:\n")
        for person in User.objects.order_by("pk"):
            roles = ", ".join(f"{m.get_role_display()} of {m.unit}" for m in person.memberships.select_related("unit"))
            self.stdout.write(f"  {person.email:28} {roles}")
        self.stdout.write(f"\n  Password: {password}\n\nStart it:\n  python3 manage.py up{_data_option()}")


def _data_option() -> str:
    """What `up` needs to find the same folder."""
    usual = settings.BASE_DIR / "data"
    return "" if usual.resolve() == settings.DATA_DIR else f" --data {settings.DATA_DIR}"
