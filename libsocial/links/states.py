"""A link works, or somebody switched it off."""

from __future__ import annotations

from libsocial.core.states import Machine

MACHINE = Machine("link", "active", {"active": {"switch_off": "off"}, "off": {"switch_on": "active"}})
