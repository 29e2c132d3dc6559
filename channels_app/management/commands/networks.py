from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from channels_app import networks


class Command(BaseCommand):
    help = "The table of platforms and what they can do, as in the README."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(networks.markdown())
