"""Health of one container, for the compose file: ``python docker/healthy.py web|worker|clock``; exit code 0 or 1."""

from __future__ import annotations

import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

WORKER_MAY_BE_SILENT = 60  # seconds


def web() -> bool:
    """The server answers at all. Whether the product can work is asked at /health/ready."""
    request = urllib.request.Request("http://127.0.0.1:8000/health/live", headers={"Host": "127.0.0.1"})
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310  our own address
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def worker() -> bool:
    """The worker's loop turns: it touches a file every two seconds (libsocial/celery.py)."""
    sign = Path(tempfile.gettempdir(), "libsocial-worker-alive")
    try:
        return time.time() - sign.stat().st_mtime < WORKER_MAY_BE_SILENT
    except OSError:
        return False


def ticks() -> bool:
    """The clock's ticks arrive: the dispatcher's sign of life in the database is fresh."""
    import django

    django.setup()
    from libsocial import clock

    return clock.check().ok


if __name__ == "__main__":
    sys.exit(0 if {"web": web, "worker": worker, "clock": ticks}[sys.argv[1]]() else 1)
