"""Everything that changes a channel. Pages, tasks and the engine call these and nothing below them."""

from __future__ import annotations

from channels_app.services.connecting import connect_begin, connect_finish
from channels_app.services.ending import disconnect
from channels_app.services.lending import lend, unlend
from channels_app.services.lifecycle import describe, mark_lost, pause, resume
from channels_app.services.overriding import override, remove_override
from channels_app.services.probing import probe_now, record_probe

__all__ = [
    "connect_begin",
    "connect_finish",
    "describe",
    "disconnect",
    "lend",
    "mark_lost",
    "override",
    "pause",
    "probe_now",
    "record_probe",
    "remove_override",
    "resume",
    "unlend",
]
