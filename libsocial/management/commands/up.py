"""``python3 manage.py up``: everything a library needs, in one process."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connections

from libsocial import datafolder, embedded, statics, upgrade
from libsocial.core.logging import log_to_files
from libsocial.firstcode import set_up_code
from libsocial.troubles import said_plainly

log = logging.getLogger("libsocial.access")  # to the file; the terminal has the address line

EVERYWHERE = {"0.0.0.0", "::", ""}  # noqa: S104  the person chose it with --host


class Command(BaseCommand):
    help = "Run LibSocial on this machine: pages, workers and clock in one process."
    requires_system_checks: list[str] = []  # the data folder is made first, and checked in our own words

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=port, default=8000, help="port to listen on (8000)")
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1: this machine only)")
        # Taken by manage.py before settings load; listed here so that --help shows it.
        parser.add_argument("--data", metavar="DIR", help="folder of this library's data (data/ beside manage.py)")

    def handle(self, *args: Any, **options: Any) -> None:
        os.umask(0o027)  # what patrons and staff write is for this account alone
        with said_plainly():
            self._run(options["host"], options["port"])

    def _run(self, host: str, port: int) -> None:
        datafolder.make(settings.DATA_DIR)
        lock = datafolder.Lock(settings.DATA_DIR)
        lock.take()
        listener = embedded.bind(host, port)
        log_to_files(settings.DATA_DIR / "logs")
        settings.LOGGING_CONFIG = None  # the pages and the workers each set Django up again; logs stay as they are
        address = adopt_address(host, listener)
        lock.note(address)
        prepare(self.stdout.write)
        self._serve(listener, address)
        lock.release()
        leave()

    def _serve(self, listener: socket.socket, address: str) -> None:
        from libsocial.celery import app

        embedded.Embedded(app, listener).run(on_ready=lambda: self._greet(address))
        log.info("stopped")
        self.stdout.write("Stopped. Nothing was lost; the next start goes on where this one ended.")

    def _greet(self, address: str) -> None:
        log.info("started", extra={"address": address})
        self.stdout.write(f"LibSocial is running at {address}/ (Ctrl-C stops it)")
        code = set_up_code()
        if code:
            self.stdout.write(f"Set-up code: {code} (asked for once, when you open the address)")
        self.stdout.flush()


def port(text: str) -> int:
    """A port number; 0 lets the system choose one."""
    number = int(text) if text.isascii() and text.isdigit() else -1
    if not 0 <= number < 65536:
        raise ArgumentTypeError(f"'{text}' is no port. Write a number from 1 to 65535, such as 8000.")
    return number


def prepare(say: Any) -> None:
    """Bring tables and static things up to date; on a second start that is a look and no more."""
    font = statics.start_font()
    if font:
        say("Preparing the database and the pages; this happens once …")
    upgrade.migrate()
    statics.prepare(font)
    connections.close_all()


def adopt_address(host: str, listener: socket.socket) -> str:
    """Find the address people will type and make settings agree, unless the environment names one."""
    if os.environ.get("LIBSOCIAL_BASE_URL") or os.environ.get("LIBSOCIAL_BASE_URL_FILE"):
        return str(settings.BASE_URL)
    if host in EVERYWHERE:
        settings.ALLOWED_HOSTS += own_names()
    name = socket.gethostname() if host in EVERYWHERE else host
    settings.BASE_URL = f"http://{in_address(name)}:{listener.getsockname()[1]}"
    settings.ALLOWED_HOSTS += [in_address(name)]
    settings.CSRF_TRUSTED_ORIGINS = [settings.BASE_URL]
    return str(settings.BASE_URL)


def own_names() -> list[str]:
    """The names and addresses under which this machine is known to itself."""
    name = socket.gethostname()
    found = {name, socket.getfqdn()}
    try:
        found |= {str(info[4][0]) for info in socket.getaddrinfo(name, None)}
    except OSError:
        log.warning("this machine's own name %s has no address", name)
    return sorted(in_address(one) for one in found)


def in_address(name: str) -> str:
    """A host as addresses of pages write it: an IPv6 address in brackets, without the name of a network card."""
    return f"[{name.partition('%')[0]}]" if ":" in name else name


def leave() -> None:
    """End now: a task that outlived our patience must not hold the process; its row tells the truth."""
    sys.stdout.flush()
    sys.stderr.flush()
    logging.shutdown()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os._exit(0)
