"""Who is working: a name for every thread of every process, never used twice."""

from __future__ import annotations

import os
import secrets
import socket
import threading

_HOST = socket.gethostname()[:30]
_local = threading.local()


def identity() -> str:
    """Host, process and thread, and a word of chance: containers reuse process numbers."""
    if getattr(_local, "pid", None) != os.getpid():
        _local.pid = os.getpid()
        _local.name = f"{_HOST}:{_local.pid}:{threading.get_native_id()}:{secrets.token_hex(4)}"
    return _local.name
