"""What each network allows, as rows: for the page staff read, and for the table in the README (`manage.py networks`).

Everything here is read from the capabilities; nothing is known of any platform by name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from channels_app import platforms
from channels_app.capabilities import ApiVersion, Capabilities, Source, TextUnit
from channels_app.facts import size_shown
from channels_app.messages import unit_name
from channels_app.models import Channel
from channels_app.platforms.base import Adapter

WARN = timedelta(days=60)
YES = "✓"
NO = "–"


@dataclass(frozen=True)
class Fact:
    """One thing a network allows, in words, with where it was read and when."""

    name: str | Promise
    said: str
    source: str
    checked: date | None


@dataclass(frozen=True)
class Network:
    """One platform on the page."""

    adapter: Adapter
    facts: tuple[Fact, ...]
    version: ApiVersion | None
    ends: date | None  # the day its version stops working
    notes: tuple[str, ...]

    @property
    def checked(self) -> date | None:
        """The oldest of its facts."""
        return min((fact.checked for fact in self.facts if fact.checked), default=None)

    @property
    def version_ended(self) -> bool:
        return self.ends is not None and self.ends <= timezone.localdate()


@dataclass(frozen=True)
class Column:
    """An ability: its heading, the key of its source, and how it reads in one cell."""

    name: str | Promise
    source: str
    cell: Callable[[Capabilities], str]


def every() -> tuple[Network, ...]:
    """All platforms in the order they are offered."""
    return tuple(_network(adapter) for adapter in platforms.ALL)


def ending(today: date) -> tuple[Network, ...]:
    """Platforms with a living channel whose version ends within two months, or has ended. One query, mostly none."""
    soon = [one for one in every() if one.ends and one.ends <= today + WARN]
    if not soon:
        return ()
    used = set(Channel.objects.living().values_list("platform", flat=True).distinct().order_by("platform"))
    return tuple(one for one in soon if one.adapter.key in used)


def _network(adapter: Adapter) -> Network:
    can = adapter.capabilities
    return Network(
        adapter=adapter,
        facts=tuple(_fact(column, can) for column in COLUMNS),
        version=can.version,
        ends=parse_date(can.version.ends) if can.version and can.version.ends else None,
        notes=tuple(str(note) for note in can.notes),
    )


def _fact(column: Column, can: Capabilities) -> Fact:
    source: Source | None = can.sources.get(column.source)
    checked = parse_date(source.checked) if source else None
    return Fact(column.name, column.cell(can), source.text if source else "", checked)


# --- the cells --------------------------------------------------------------
def _text(can: Capabilities) -> str:
    if not can.text.limit:
        return NO
    unit = "" if can.text.unit in _PLAIN else f" {unit_name(can.text.unit)}"
    return f"{number_format(can.text.limit)}{unit}"


_PLAIN = (TextUnit.GRAPHEMES, TextUnit.CODEPOINTS, TextUnit.UTF16, TextUnit.MASTODON, TextUnit.WEIGHTED)


def _pictures(can: Capabilities) -> str:
    return number_format(can.media.max_images) if can.media.max_images else NO


def _films(can: Capabilities) -> str:
    rules = can.media.video
    if rules is None:
        return NO
    length = _length(rules.max_seconds)
    return f"{length}, {size_shown(rules.max_bytes)}"


def _length(seconds: float) -> str:
    """The longest film in the unit a person would use."""
    if seconds < 120:
        return ngettext("%d second", "%d seconds", int(seconds)) % int(seconds)
    if seconds < 7200:
        return _("%d min") % round(seconds / 60)
    return _("%d h") % round(seconds / 3600)


def _documents(can: Capabilities) -> str:
    return "PDF" if can.media.document else NO


def _alt(can: Capabilities) -> str:
    if can.alt_text.field:
        return number_format(can.alt_text.limit) if can.alt_text.limit else YES
    return _("in the text")


def _captions(can: Capabilities) -> str:
    formats = can.media.video.captions if can.media.video else ()
    return ", ".join(one.upper() for one in formats) or NO


def _thread(can: Capabilities) -> str:
    return number_format(can.threads) if can.threads > 1 else NO


def _figures(can: Capabilities) -> str:
    return number_format(len(can.metrics)) if can.metrics else NO


def _flag(yes: bool) -> str:
    return YES if yes else NO


COLUMNS: tuple[Column, ...] = (
    Column(gettext_lazy("Characters"), "text", _text),
    Column(gettext_lazy("Pictures"), "media", _pictures),
    Column(gettext_lazy("Film"), "media", _films),
    Column(gettext_lazy("Document"), "media", _documents),
    Column(gettext_lazy("Description of a picture"), "alt_text", _alt),
    Column(gettext_lazy("Captions"), "media", _captions),
    Column(gettext_lazy("Parts of a thread"), "threads", _thread),
    Column(gettext_lazy("First comment"), "text", lambda can: _flag(can.comment is not None)),
    Column(gettext_lazy("Content warning"), "content_warning", lambda can: _flag(can.content_warning is not None)),
    Column(gettext_lazy("Figures"), "metrics", _figures),
    Column(gettext_lazy("Can be deleted from here"), "text", lambda can: _flag("delete" in can.features)),
    Column(gettext_lazy("A lost answer is cleared up"), "text", lambda can: _flag("find" in can.features)),
)


def markdown() -> str:
    """The table of the README: platforms by abilities."""
    head = [_("Platform"), *(str(column.name) for column in COLUMNS)]
    lines = [_line(head), _line(["---"] * len(head))]
    lines += [_line([str(one.name), *(column.cell(one.capabilities) for column in COLUMNS)]) for one in platforms.ALL]
    return "\n".join(lines)


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def settings_markdown() -> str:
    """The table of docs/channels.md: every host that can be set and every key that can be given, by platform."""
    lines = [_line(["Platform", "Hosts", "Keys of your application", "In a token file"]), _line(["---"] * 4)]
    for one in platforms.ALL:
        hosts = [f"`LIBSOCIAL_HOST_{one.key}_{name}`".upper() + f" ({url})" for name, url in one.hosts.items()]
        keys = [f"`LIBSOCIAL_APP_{one.app_key or one.key}_{field.name}`".upper() for field in one.app_fields]
        file = ", ".join(f"`{name}`" for name in one.token_fields)
        if hosts or keys or file:
            lines.append(_line([str(one.name), "<br>".join(hosts), "<br>".join(keys), file]))
    return "\n".join(lines)
