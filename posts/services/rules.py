"""What a unit lets be checked, and how gravely."""

from __future__ import annotations

from collections.abc import Mapping

from libsocial.accounts.models import Unit, User
from libsocial.accounts.services import units
from posts.checks import LEVELS
from posts.checks.rules import SET_BY_UNITS


def choose(*, by: User, unit: Unit, levels: Mapping[str, str]) -> Unit:
    """Sets the level of each rule; '' follows the unit above. Words nobody knows are left out. Raises NotAllowed."""
    chosen = {rule.id: level for rule in SET_BY_UNITS if (level := levels.get(rule.id, "")) in LEVELS}
    return units.change(by=by, unit=unit, rules=chosen)
