"""Everything that changes a channel. Pages, tasks and the engine call these and nothing below them."""

from __future__ import annotations

from channels_app.services.connecting import Chooser, connect_begin, connect_choose, connect_finish, connect_with_token
from channels_app.services.ending import disconnect
from channels_app.services.keys import enter_keys, remove_keys
from channels_app.services.lending import lend, unlend
from channels_app.services.lifecycle import describe, mark_lost, mark_unpaid, pause, resume, speak
from channels_app.services.overriding import override, remove_override
from channels_app.services.probing import probe_now, record_probe

__all__ = [
    "Chooser",
    "connect_begin",
    "connect_choose",
    "connect_finish",
    "connect_with_token",
    "describe",
    "disconnect",
    "enter_keys",
    "lend",
    "mark_lost",
    "mark_unpaid",
    "override",
    "pause",
    "probe_now",
    "record_probe",
    "remove_keys",
    "remove_override",
    "resume",
    "speak",
    "unlend",
]
