"""The life of a channel."""

from __future__ import annotations

from libsocial.core.states import Machine

MACHINE = Machine(
    "channel",
    "active",
    {
        "active": {"pause": "paused", "lose": "needs_reconnect", "disconnect": "disconnected", "reconnect": "active"},
        "paused": {
            "resume": "active",
            "lose": "needs_reconnect",
            "disconnect": "disconnected",
            "reconnect": "paused",
        },
        "needs_reconnect": {"reconnect": "active", "disconnect": "disconnected"},
        "disconnected": {"reconnect": "active"},
    },
)
