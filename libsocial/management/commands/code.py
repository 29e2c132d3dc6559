"""``python3 manage.py code``: the set-up code, for an installation without a terminal of its own."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from libsocial import upgrade
from libsocial.firstcode import set_up_code
from libsocial.troubles import said_plainly


class Command(BaseCommand):
    help = "Print the set-up code that the first visitor is asked for, while there is no administrator."

    def handle(self, *args: Any, **options: Any) -> None:
        with said_plainly():
            upgrade.first_of_all()
            self.stdout.write(set_up_code() or "This library has an administrator already; no code is asked for.")
