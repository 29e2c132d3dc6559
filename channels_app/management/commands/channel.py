"""`manage.py channel add`: connects a channel from a token in a file, for scripted installations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from channels_app import platforms, services
from channels_app.connect import FieldProblem
from channels_app.models import Channel
from libsocial.accounts import policies
from libsocial.accounts.models import Unit, User
from libsocial.accounts.services import units

_LONGEST = 100_000  # bytes of a file with a token


class Command(BaseCommand):
    help = (
        "Connects a channel from a token in a file: channel add mastodon --token-file token.json --by ada@lib.example"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["add"])
        parser.add_argument("platform", choices=[one.key for one in platforms.ALL])
        parser.add_argument(
            "--token-file", required=True, type=Path,
            help='JSON such as {"token": "…"} with the fields of the platform (docs/channels.md), or the token alone. '
            "It is read, never copied; delete it afterwards.",
        )  # fmt: skip
        parser.add_argument("--by", required=True, help="e-mail address of the administrator who answers for it")
        parser.add_argument("--unit", default="", help="name or id of the unit it belongs to (default: the library)")
        parser.add_argument("--account", default="", help="id of the account, where the token opens several")

    def handle(self, *args: Any, **options: Any) -> None:
        person = User.objects.filter(email__iexact=options["by"], is_active=True).first()
        if person is None:
            raise CommandError(f"--by: nobody here has the address {options['by']}.")
        channel = self._connected(person, options)
        self.stdout.write(f"{channel.name} ({channel.handle}) is connected as channel {channel.pk} of {channel.unit}.")

    def _connected(self, person: User, options: dict[str, Any]) -> Channel:
        try:
            return services.connect_with_token(
                by=person,
                unit=_unit(options["unit"]),
                platform=options["platform"],
                fields=_fields(options["token_file"]),
                picked=options["account"],
            )
        except FieldProblem as problem:
            raise CommandError(f"{problem.field}: {problem.sentence}" if problem.field else problem.sentence) from None
        except policies.NotAllowed:
            raise CommandError(f"--by: {options['by']} may not connect channels for this unit.") from None


def _unit(named: str) -> Unit:
    if not named:
        return units.root()
    found = Unit.objects.filter(archived_at=None)
    chosen = list(found.filter(pk=int(named)) if named.isdigit() else found.filter(name=named))
    if len(chosen) != 1:
        raise CommandError(f"--unit: {len(chosen)} units are called {named}. Give its id.")
    return chosen[0]


def _fields(path: Path) -> dict[str, str]:
    """The flat object in the file; a file that is no JSON is the token itself."""
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(_LONGEST + 1).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"--token-file: {path} cannot be read ({type(error).__name__}).") from None
    if not text or len(text) > _LONGEST:
        raise CommandError(f"--token-file: {path} holds no token.")
    try:
        told = json.loads(text)
    except ValueError:
        return {"token": text}
    if not isinstance(told, dict):
        raise CommandError('--token-file: write one JSON object, such as {"token": "…"}.')
    return {str(name): str(value) for name, value in told.items()}
