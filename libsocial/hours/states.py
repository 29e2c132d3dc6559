"""The life of a closure."""

from __future__ import annotations

from libsocial.core.states import Machine

CLOSURE = Machine(
    "closure",
    "proposed",
    {
        "proposed": {"accept": "in_force", "dismiss": "dismissed"},
        "in_force": {"lift": "lifted"},
        "lifted": {},
        "dismissed": {},
    },
)
