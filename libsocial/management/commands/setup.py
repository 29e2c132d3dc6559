"""`manage.py setup`: what the first run asks, without questions, so that an installation can be scripted."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from libsocial import upgrade
from libsocial.accounts import firstrun
from libsocial.accounts.errors import Refused
from libsocial.accounts.forms import FirstRunForm
from libsocial.accounts.services import house
from libsocial.troubles import said_plainly

OPTIONS = {
    "library": "--library",
    "zone": "--zone",
    "language": "--language",
    "name": "--admin-name",
    "email": "--admin-email",
    "password": "--password-file",
}


class Command(BaseCommand):
    help = "Opens the library without questions: name, zone, language and the first administrator."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--library", required=True, help="name of the library")
        parser.add_argument("--zone", required=True, help="time zone, such as Europe/London")
        parser.add_argument("--language", default="en", help="language of the posts, such as en or es (default: en)")
        parser.add_argument("--admin-name", required=True, help="name of the first administrator")
        parser.add_argument("--admin-email", required=True, help="e-mail address of the first administrator")
        parser.add_argument(
            "--password-file", required=True, metavar="FILE", help="file with the password; - reads standard input"
        )
        parser.add_argument("--if-needed", action="store_true", help="succeed quietly when the library is open already")

    def handle(self, **options: Any) -> None:
        with said_plainly():
            upgrade.first_of_all()
        if not firstrun.is_needed():
            self._already_open(options["if_needed"])
            return
        password = _read_password(options["password_file"])
        form = FirstRunForm(
            {
                "code": "typed in the terminal itself",
                "library": options["library"],
                "zone": options["zone"],
                "language": options["language"],
                "name": options["admin_name"],
                "email": options["admin_email"],
                "password": password,
            }
        )
        if not form.is_valid():
            raise CommandError(_in_words(form))
        values = {name: form.cleaned_data[name] for name in OPTIONS}
        try:
            person = house.open_library(**values)
        except Refused as refusal:
            if refusal.sentence == firstrun.ALREADY_OPEN:
                self._already_open(options["if_needed"])
                return
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{values['library']} is open. {person.name} signs in with {person.email}.")

    def _already_open(self, is_fine: bool) -> None:
        sentence = "This library is set up already; nothing was changed."
        if not is_fine:
            raise CommandError(f"{sentence} (With --if-needed this is not an error.)")
        self.stdout.write(sentence)


def _read_password(source: str) -> str:
    """The first line; raises CommandError in words when it cannot be read."""
    if source == "-":
        return sys.stdin.readline().rstrip("\r\n")
    try:
        lines = Path(source).read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise CommandError(f"--password-file: {source} cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise CommandError(f"--password-file: {source} is not a text file.") from error
    return lines[0] if lines else ""


def _in_words(form: FirstRunForm) -> str:
    sentences = [
        f"{OPTIONS.get(field, field)}: {message}" for field, messages in form.errors.items() for message in messages
    ]
    return "\n".join([*sentences, "Nothing was changed."])
