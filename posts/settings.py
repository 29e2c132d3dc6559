"""What the public meets and no preview can show: a platform's settings and the language, in words."""

from __future__ import annotations

from typing import Any

from django.conf.locale import LANG_INFO
from django.utils.translation import gettext as _

from channels_app.capabilities import Option
from channels_app.content import Content
from channels_app.models import Channel
from channels_app.selectors import capabilities_of
from libsocial.accounts.models import Unit


def said(content: Content, channel: Channel, unit: Unit) -> list[tuple[str, str]]:
    """(setting, value) wherever it is not the usual one: of the platform, and the unit's own language."""
    chosen = [
        (str(option.label), _word(option, value))
        for option in capabilities_of(channel).options
        if (value := content.options.get(option.name, option.default)) != option.default
    ]
    other = content.language and content.language != unit.language
    return [(_("Language"), language_name(content.language)), *chosen] if other else chosen


def language_name(code: str) -> str:
    """The language as its speakers call it; the code itself where nobody here knows it."""
    return str(LANG_INFO.get(code, {}).get("name_local", code))


def _word(option: Option, value: Any) -> str:
    if option.kind == "flag":
        return _("yes") if value else _("no")
    return str(dict(option.choices).get(value, value))
