"""Template tags and filters of the design system; loaded everywhere (settings, ``builtins``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

import lucide
from django import template
from django.core.paginator import Page
from django.http import QueryDict
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from channels_app import platforms
from channels_app.views import colours
from libsocial.notices import catalogue
from libsocial.notices.catalogue import Rendered
from libsocial.notices.models import Notice
from libsocial.shell import looks
from libsocial.shell.addresses import address

register = template.Library()


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    """A Lucide icon, hidden from screen readers: the word stands beside it, or the button has a label."""
    return _icon(str(name), str(classes))


_drawn: dict[tuple[str, str], SafeString] = {}


def _icon(name: str, classes: str) -> SafeString:
    known = _drawn.get((name, classes))
    if known is None:
        attrs = {"class": f"icon {classes}".strip(), "aria_hidden": "true", "focusable": "false"}
        known = mark_safe(lucide._render_icon(name, None, **attrs))  # noqa: S308  from the package, not from people
        if len(_drawn) < 1000:
            _drawn[name, classes] = known
    return known


@register.filter
def attributes(attrs: Mapping[str, Any]) -> SafeString:
    """Attributes that fall through a component onto its element.

    Cotton writes them as they come; here quotes and angle brackets are always escaped, so a
    value bound with ``:name`` cannot break out of its attribute.
    """
    shown = attrs.attrs_dict() if hasattr(attrs, "attrs_dict") else attrs
    kept = {name: value for name, value in shown.items() if value is not False}
    parts = (name if value is True else f'{name}="{_quoted(value)}"' for name, value in kept.items())
    return mark_safe(" ".join(parts))  # noqa: S308  every value went through _quoted


def _quoted(value: object) -> str:
    # Ampersands stay: a template's own attribute may hold entities, and a bare one breaks nothing.
    return str(value).replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")


@register.filter
def look(state: str) -> looks.Look:
    """Icon, tone and word of a state."""
    return looks.of_state(str(state))


@register.filter
def level(name: str) -> looks.Look:
    """Icon, tone and word of a notice's level."""
    return looks.LEVELS.get(str(name), looks.LEVELS["info"])


@register.filter
def toast_icon(tag: str) -> str:
    """The icon of a message by its Django level."""
    return looks.TOASTS.get(str(tag), "info")


@register.filter
def undo_url(extra_tags: str | None) -> str:
    """The address that undoes what a message tells of, or nothing."""
    for part in (extra_tags or "").split():
        if part.startswith("undo:"):
            return part.removeprefix("undo:")
    return ""


@register.filter
def platform_mark(key: str) -> str:
    """The letter on a platform's badge."""
    return platforms.mark_of(key)


@register.filter
def platform_name(key: str) -> str:
    """A platform's name as people write it."""
    return platforms.name_of(key)


@register.filter
def initials(name: str) -> str:
    """One or two letters for a round picture: 'Ada Lovelace' gives 'AL'."""
    words = [word for word in str(name).replace("@", " ").split() if word[0].isalnum()]
    chosen = words[:1] if len(words) < 2 else [words[0], words[-1]]
    return "".join(word[0] for word in chosen).upper() or "?"


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: object) -> str:
    """The present address's query with some names changed; ``None`` or '' takes a name away.

    Used by filters, sorting and paging so that nothing a person chose is lost.
    """
    request = context.get("request")
    params = request.GET.copy() if request else QueryDict(mutable=True)
    for name, value in changes.items():
        if value in (None, ""):
            params.pop(name, None)
        else:
            params[name] = str(value)
    return f"?{params.urlencode()}" if params else "?"


@register.simple_tag(takes_context=True)
def query_page(context: Context, name: str, number: int) -> str:
    """The present address at another page of the list called ``name``."""
    return query(context, **{name: number})


@register.filter
def elided(page: Page) -> Iterator[int | str]:
    """Page numbers with gaps: 1 2 … 7 8 9 … 20."""
    return page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)


@register.filter
def as_query(values: Mapping[str, object]) -> str:
    """A mapping as the query part of an address."""
    return urlencode({key: value for key, value in values.items() if value not in (None, "")})


@register.filter
def concat(value: object, more: object) -> str:
    """Two values one after the other as text; ``add`` would add numbers and swallow mixtures."""
    return f"{value}{more}"


@register.filter
def notice_text(notice: Notice) -> Rendered:
    """Heading, body and severity of a notice, in the language of the page."""
    return catalogue.render(notice.message, notice.params)


@register.simple_tag
def joined(*parts: object) -> SafeString:
    """Class names joined, the empty ones left out."""
    return format_html("{}", " ".join(str(part) for part in parts if part))


@register.simple_tag
def platform_colours() -> str:
    """The address of the style sheet with the platforms' colours, which changes with them; '' where there is none."""
    sheet = address("channels:colours")
    return f"{sheet}?{colours.version()}" if sheet else ""
