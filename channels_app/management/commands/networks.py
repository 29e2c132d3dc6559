from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from channels_app import networks


class Command(BaseCommand):
    help = "The table of platforms and what they can do, as in the README."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--hosts", action="store_true", help="hosts and keys instead, as in docs/channels.md")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(networks.settings_markdown() if options["hosts"] else networks.markdown())
