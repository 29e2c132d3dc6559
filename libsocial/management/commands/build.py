"""``python3 manage.py build``: the static things an image or a server needs, without starting anything."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from libsocial import statics
from libsocial.troubles import said_plainly


class Command(BaseCommand):
    help = "Make the typeface, compile translations and collect static files, as far as they are not there yet."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        with said_plainly():
            statics.prepare()
        self.stdout.write("Static files are ready.")
