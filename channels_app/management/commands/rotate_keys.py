"""`manage.py rotate_keys`: after a new key was put in front, every stored secret is written anew under it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from channels_app import rotation

NAMES = {
    "channels_app_credential": "keys of channels",
    "channels_app_appregistration": "registrations at servers",
    "channels_app_appkeys": "keys of applications",
    "channels_app_connectattempt": "sign-ins under way",
    "notices_letter": "mails that wait",
    "notices_hook": "secrets of addresses notices are sent to",
    "mfa_authenticator": "second factors of people",
}


class Command(BaseCommand):
    help = "Encrypts every stored secret anew with the first of the field keys. Then the old keys can be removed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")

    def handle(self, *args: Any, **options: Any) -> None:
        dry = options["dry_run"]
        outcomes = rotation.rotate(write=not dry)
        for outcome in outcomes:
            verb = "would be encrypted anew" if dry else "encrypted anew"
            self.stdout.write(f"{NAMES[outcome.table]}: {outcome.rewritten} {verb}")
        lost = [f"{NAMES[outcome.table]} {outcome.lost}" for outcome in outcomes if outcome.lost]
        if lost:
            raise CommandError(
                f"No present key opens: {'; '.join(lost)}. Put the old key back behind the new one and run this "
                "again, or reconnect these channels and remove these factors. Do not remove any key before that."
            )
        if not dry:
            self.stdout.write("Done. The old keys can be removed from LIBSOCIAL_FIELD_KEYS or keys/field.keys now.")
