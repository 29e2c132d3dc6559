"""Health of one container, for the compose file: ``python docker/healthy.py web|worker|clock``; exit code 0 or 1."""

from __future__ import annotations

import os
import sys
import urllib.error
import urllib.request


def web() -> bool:
    """The server answers at all. Whether the product can work is asked at /health/ready."""
    request = urllib.request.Request("http://127.0.0.1:8000/health/live", headers={"Host": "127.0.0.1"})
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310  our own address
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def worker() -> bool:
    """A worker of this container answers on the broker."""
    from libsocial.celery import app

    own = f"@{os.uname().nodename}"
    replies = app.control.inspect(timeout=5).ping() or {}
    return any(name.endswith(own) for name in replies)


def ticks() -> bool:
    """The clock's ticks arrive: the dispatcher's sign of life in the database is fresh."""
    import django

    django.setup()
    from libsocial import clock

    return clock.check().ok


if __name__ == "__main__":
    sys.exit(0 if {"web": web, "worker": worker, "clock": ticks}[sys.argv[1]]() else 1)
