"""The whole product in one process: web pages in the main thread, workers and clock in threads.

The broker is memory and dies with the process. That is allowed, because the database is the queue:
whatever was on its way is found again by the sweep after the next start.
"""

from __future__ import annotations

import errno
import logging
import os
import signal
import socket
import threading
import time
import warnings
from collections.abc import Callable
from types import FrameType

from celery import Celery
from celery.beat import Service
from celery.platforms import SecurityWarning
from celery.worker import state as worker_state
from django.conf import settings
from waitress.server import create_server

from libsocial.beat import Clock
from libsocial.datafolder import CannotStart
from libsocial.lanes import QUEUES, LanePool

log = logging.getLogger(__name__)

WEB_THREADS = 8
PATIENCE = 8.0  # seconds that work in hand gets to end after a stop; the sweep takes care of the rest


def bind(host: str, port: int) -> socket.socket:
    """Open the port before anything else is started; raises :class:`CannotStart`."""
    try:
        family = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0][0]
        both = host == "::" and socket.has_dualstack_ipv6()  # "everywhere" means the older addresses too
        return socket.create_server((host, port), family=family, backlog=128, dualstack_ipv6=both)
    except OSError as error:
        raise CannotStart(_why_not(host, port, error)) from error


def _why_not(host: str, port: int, error: OSError) -> str:
    """One clear sentence for a port or host we cannot have."""
    if error.errno == errno.EADDRINUSE:
        other = port + 1 if port < 65535 else 8000
        return f"Port {port} is already in use. Choose another one: python3 manage.py up --port {other}"
    if error.errno == errno.EACCES:
        return f"Port {port} needs the administrator's rights. Choose one above 1023: python3 manage.py up --port 8000"
    return (
        f"LibSocial cannot listen at {host}, port {port} ({error.strerror or error}). Choose another --host or --port."
    )


class Part:
    """A piece of the product in a thread of its own, started again whenever it falls over."""

    def __init__(self, name: str, run: Callable[[], None]) -> None:
        self.name = name
        self._run = run
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._loop, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def ask_to_stop(self) -> None:
        self._stopping.set()

    def join(self, seconds: float) -> bool:
        """Wait; whether it has ended."""
        self._thread.join(max(seconds, 0))
        return not self._thread.is_alive()

    def _loop(self) -> None:
        pause = 1.0
        while not self._stopping.is_set():
            began = time.monotonic()
            self._run_once()
            pause = 1.0 if time.monotonic() - began > 60 else min(pause * 2, 30.0)
            self._stopping.wait(pause)

    def _run_once(self) -> None:
        try:
            self._run()
        except BaseException:  # whatever ended it, it has to be started again
            log.exception("%s fell over", self.name)
        if not self._stopping.is_set():
            log.error("%s stopped by itself and is started again", self.name)


class Embedded:
    """Workers, clock and web server of one process, started and stopped together."""

    def __init__(self, app: Celery, listener: socket.socket) -> None:
        self.app = app
        self.listener = listener
        self.clock: Service | None = None
        self.parts = [Part("worker", self._run_worker), Part("clock", self._run_clock)]

    def run(self, on_ready: Callable[[], None]) -> None:
        """Serve until SIGINT or SIGTERM; then end what is in hand and return."""
        from libsocial.wsgi import application

        load_tasks(self.app)
        server = create_server(application, sockets=[self.listener], **web_options())
        for part in self.parts:
            part.start()
        # Explicit handlers: a shell that starts us in the background has SIGINT ignored for us.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._leave)
        try:
            on_ready()
            server.run()  # itself catches the SystemExit of a signal, and lets its threads end
        except SystemExit:
            log.debug("asked to stop before the first request")
        finally:
            server.close()
            self.stop()

    def stop(self) -> None:
        """Ask every part to end and give them :data:`PATIENCE` seconds together."""
        for part in self.parts:
            part.ask_to_stop()
        worker_state.should_stop = os.EX_OK
        if self.clock:
            self.clock.stop()
        deadline = time.monotonic() + PATIENCE
        late = [part.name for part in self.parts if not part.join(deadline - time.monotonic())]
        if late:
            log.warning("still busy after %s s, left to the next start: %s", PATIENCE, ", ".join(late))

    def _leave(self, number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the stop is under way; a second Ctrl-C changes nothing
        raise SystemExit(0)

    def _run_worker(self) -> None:
        # About unpickling as root; we accept JSON only, and a container's root is its own matter.
        warnings.simplefilter("ignore", SecurityWarning)
        self.app.Worker(
            hostname=f"embedded@{socket.gethostname()}",
            queues=QUEUES,
            pool=LanePool,
            prefetch_multiplier=0,  # take everything at once: every lane has a line of its own
            redirect_stdouts=False,  # it would swallow what commands and pages print
            quiet=True,
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
        ).start()

    def _run_clock(self) -> None:
        # It sleeps until the next tick, a second at most, so that a stop is noticed.
        self.clock = Service(self.app, max_interval=1, scheduler_cls=Clock)
        self.clock.start()


def load_tasks(app: Celery) -> None:
    """Import every app's tasks before the clock can send one that the worker does not know yet."""
    app.loader.import_default_modules()
    app.finalize()


def web_options() -> dict[str, object]:
    """How waitress serves: forwarded headers count only behind a declared proxy."""
    trusted: dict[str, object] = {"clear_untrusted_proxy_headers": True}
    if settings.SECURE_PROXY_SSL_HEADER:
        trusted = {
            "trusted_proxy": "*",
            "trusted_proxy_headers": {"x-forwarded-proto", "x-forwarded-for", "x-forwarded-host"},
        }
    return {
        **trusted,
        "threads": WEB_THREADS,
        "ident": None,
        "asyncore_use_poll": True,
        "channel_timeout": 60,
        "max_request_body_size": max(
            4 * settings.UPLOAD_MAX_BYTES, settings.UPLOAD_VIDEO_BYTES + 2**20, settings.UPLOAD_DOCUMENT_BYTES + 2**20
        ),
    }
