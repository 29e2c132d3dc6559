"""``python3 manage.py configuration``: every setting, what it means, and whether it is set."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from libsocial import configuration


class Command(BaseCommand):
    help = "List every setting read from the environment, with its meaning and whether it is set here."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--markdown", action="store_true", help="as the table in docs/configuration.md")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(configuration.markdown() if options["markdown"] else "\n".join(configuration.lines()))
