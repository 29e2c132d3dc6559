"""The product as a library runs it: ``manage.py up`` in a process of its own, on a data folder of its own."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.infrastructure import PATIENCE

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "correct horse battery"


def clean_environment() -> dict[str, str]:
    """What a person's shell has: nothing of this test run."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("LIBSOCIAL_", "DJANGO_"))}


class Product:
    """One library's installation in a folder. `environment` are settings a person would export."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.environment = {
            **clean_environment(),
            "LIBSOCIAL_DATA": str(folder / "data"),
            "LIBSOCIAL_STATIC": str(folder / "static"),
            **environment,
        }
        self.process: subprocess.Popen[str] | None = None
        self.said: list[str] = []
        self.address = self.code = ""

    def run(self, script: str) -> str:
        """Python inside the product, before it is started: who works here, which channels there are."""
        command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", script]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=PATIENCE)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def migrate(self) -> None:
        command = [sys.executable, "manage.py", "migrate", "-v0"]
        subprocess.run(command, cwd=ROOT, env=self.environment, check=True, timeout=PATIENCE * 2)

    def start(self, *, fresh: bool = False) -> None:
        """Until the address is printed; with `fresh`, until the code of the first run is."""
        command = [sys.executable, "manage.py", "up", "--port", "0"]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.address = self._read(r"running at (http://\S+)/ ")
        if fresh:
            self.code = self._read(r"Set-up code: (\S+)")

    def _read(self, pattern: str) -> str:
        assert self.process is not None
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            if found := re.search(pattern, line):
                return found[1]
        raise AssertionError(f"it ended with {self.process.wait()} and said:\n{''.join(self.said)}")

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """What the database file says, read beside the running product."""
        connection = sqlite3.connect(f"file:{self.folder / 'data' / 'libsocial.sqlite3'}?mode=ro", uri=True, timeout=10)
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()


# The library of the journeys: Alice writes, Sam decides, Ada runs it; two Practice channels.
SEED = f"""
from libsocial.accounts.models import Membership, Role, Unit, User
from libsocial.accounts.services import house
from channels_app.practice.services import ensure_practice
ada = house.open_library(library="Town Library", zone="Europe/London", language="en", name="Ada Administrator",
                         email="ada@library.example", password="{PASSWORD}")
root = Unit.objects.get(parent=None)
north = Unit.objects.plant(name="North Branch", parent=root)
cast = (("Alice Author", Role.CONTRIBUTOR), ("Sam Supervisor", Role.SUPERVISOR), ("Erin Editor", Role.EDITOR))
for name, role in cast:
    email = name.split()[0].lower() + "@library.example"
    person = User.objects.create_person(email, "{PASSWORD}", name=name)
    Membership.objects.create(user=person, unit=north, role=role)
from channels_app.models import Channel, Credential
from channels_app.practice import network
ensure_practice(north, by=ada)
account, token = network.open_account("teens", "North Teens")
teens = Channel.objects.create(unit=north, platform="practice", name="North Teens", handle="@teens",
                               remote_id=str(account.pk), url="", connected_by=ada)
Credential.objects.create(channel=teens, secret={{"token": token}})
"""

# Words for the scripts below: Alice writes for the branch's own channel, Sam says yes.
WRITE = """
import uuid
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo
from channels_app.models import Channel
from libsocial.accounts.models import Unit, User
from posts.drafting import Draft
from posts.models import Post
from posts.services import drafts, review
alice, sam = (User.objects.get(email=f"{name}@library.example") for name in ("alice", "sam"))
north = Unit.objects.get(name="North Branch")
channel = Channel.objects.get(unit=north, name="North Branch")
def written(text, at=""):
    draft = {"parts": [{"text": text}], "language": "en", "zone": "Europe/London", "at": at,
             "targets": [{"channel": channel.pk}]}
    return drafts.create(by=alice, unit=north, token=uuid.uuid4(), draft=Draft.from_json(draft))
def submitted(text, at=""):
    post = written(text, at)
    review.submit(post=post, by=alice)
    return Post.objects.select_related("unit", "author", "current").get(pk=post.pk)
def approved(text, at=""):
    post = submitted(text, at)
    review.approve(post=post, by=sam, digest=post.current.digest)
    return post
"""
