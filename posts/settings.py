"""What the public meets and no preview can show: a platform's settings and the language, in words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.conf.locale import LANG_INFO
from django.utils import formats
from django.utils.translation import gettext as _

from channels_app.capabilities import Option, Preview
from channels_app.content import Content
from channels_app.models import Channel
from channels_app.selectors import capabilities_of
from libsocial.accounts.models import Unit


def said(content: Content, channel: Channel, unit: Unit) -> list[tuple[str, str]]:
    """(setting, value) wherever it is not the usual one: of the platform, and the unit's own language."""
    chosen = of_platform(content, channel)
    other = content.language and content.language != unit.language
    return [(_("Language"), language_name(content.language)), *chosen] if other else chosen


def of_platform(content: Content, channel: Channel) -> list[tuple[str, str]]:
    """The same of the platform alone; only what has a meaning beside the other settings, and no preview draws."""
    can = capabilities_of(channel)
    return [
        (str(option.label), _word(option, value))
        for option in can.asked(content.options)
        if (value := content.options.get(option.name, option.default)) not in (option.default, "")
        and not is_drawn(option, can.preview)
    ]


def is_drawn(option: Option, preview: Preview) -> bool:
    """Do the previews show it where readers will see it: a poll, and a title except where posts have none?"""
    return option.kind == "lines" or (option.name == "title" and preview.layout != "microblog")


def language_name(code: str) -> str:
    """The language as its speakers call it; the code itself where nobody here knows it."""
    return str(LANG_INFO.get(code, {}).get("name_local", code))


def language_choices(*first: str) -> list[tuple[str, str]]:
    """Languages to choose from, by name; those in use first, unknown ones kept as they are."""
    named = {code: str(name) for code, name in settings.LANGUAGES}
    for code, info in LANG_INFO.items():
        if "name_local" in info:
            named.setdefault(code, info["name_local"])
    head = [code for code in dict.fromkeys(first) if code]
    rest = sorted((code for code in named if code not in head), key=lambda code: named[code].casefold())
    return [(code, named.get(code, code)) for code in [*head, *rest]]


def _word(option: Option, value: Any) -> str:
    if option.kind == "flag":
        return _("yes") if value else _("no")
    if option.kind == "moment":
        return _moment(str(value))
    return str(dict(option.choices).get(value, value))


def _moment(typed: str) -> str:
    try:
        return formats.date_format(datetime.fromisoformat(typed), "DATETIME_FORMAT")
    except ValueError:
        return typed
