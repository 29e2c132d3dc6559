from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

from libsocial.accounts import agents

register = template.Library()


@register.filter
def browser(user_agent: str) -> str:
    """'Firefox on Windows' instead of the whole string."""
    name, system = agents.read(user_agent)
    if not name:
        return _("Unknown browser")
    return _("%(browser)s on %(system)s") % {"browser": name, "system": system} if system else name
