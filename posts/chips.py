"""A post as a chip of the calendar, drawn once however many squares of a page show it.

A month of a busy library has hundreds; a template for each would be most of the page's time. What many chips share
(icon, word and marks of channels) comes from a template all the same, once for each kind.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import time_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from posts.calendar import Entry, stamp

_TELLING = '<span class="calendar-warning">{}<span>{}</span></span>'
_MARK = '<span class="calendar-mark">{}<span class="visually-hidden">{}</span></span>'
_LINK = (
    '<a class="calendar-post" href="{}" data-stop><span class="calendar-time">{}{}</span> '
    '<span class="calendar-title" dir="auto">{}</span> {}{}</a>'
)
_MOVE = '<a class="calendar-move" href="{}" data-move data-stop>{}<span class="visually-hidden">{}</span></a>'
_CHIP = '<div class="calendar-entry tone-{}{}" data-entry="{}" data-wall="{}" data-at="{}"{}>{}{}</div>'


class Pen:
    """Draws the chips of one page. `back` is the page's own address: where a moved post leads back to.

    `quiet`: what is odd about a time is a mark alone, where the day says it in words.
    """

    def __init__(self, back: str, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self.back = quote(back, safe="")
        self.detail, self.move = reverse("posts:detail", args=[0]), reverse("posts:move", args=[0])
        self.kinds: dict[tuple[str, tuple[int, ...]], tuple[str, SafeString]] = {}
        self.icons = {name: self._part("icon", {"name": name}) for name in ("triangle-alert", "calendar-arrow-up")}
        self.untitled = _("Untitled post")

    def draw(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            entry.html = self._chip(entry)

    def _chip(self, entry: Entry) -> SafeString:
        post = entry.row.post
        tone, state = self._kind(entry)
        mark, told = self._told(entry)
        clock = f"{time_format(entry.wall, 'TIME_FORMAT')} {entry.clock}".strip()
        title = post.title or self.untitled
        link = format_html(_LINK, self.detail.replace("/0/", f"/{post.pk}/"), clock, mark, title, state, told)
        crowded = " calendar-told" if entry.told else ""
        wall = entry.wall.strftime("%Y-%m-%dT%H:%M")
        return format_html(
            _CHIP, tone, crowded, post.pk, wall, stamp(entry.at), self._held(entry), link, self._mover(entry, title)
        )

    def _told(self, entry: Entry) -> tuple[SafeString, SafeString]:
        """A mark beside the time, or sentences below."""
        nothing, sign = mark_safe(""), self.icons["triangle-alert"]
        if not entry.told:
            return nothing, nothing
        if self.quiet:
            return format_html(_MARK, sign, "; ".join(odd.text for odd in entry.told)), nothing
        return nothing, format_html_join("", _TELLING, ((sign, odd.text) for odd in entry.told))

    def _held(self, entry: Entry) -> SafeString:
        """What script needs to move it; nothing where the person may not."""
        if not entry.movable or entry.row.post.current is None:
            return mark_safe("")
        approved = mark_safe(" data-approved") if entry.approved else ""
        return format_html(' data-version="{}"{}', entry.row.post.current.version, approved)

    def _mover(self, entry: Entry, title: str) -> SafeString:
        if not entry.movable:
            return mark_safe("")
        where = f"{self.move.replace('/0/', f'/{entry.row.post.pk}/')}?back={self.back}"
        return format_html(_MOVE, where, self.icons["calendar-arrow-up"], _("Move “%(title)s” to…") % {"title": title})

    def _kind(self, entry: Entry) -> tuple[str, SafeString]:
        """The tone of the state, and icon, word and marks: the same for all posts of a state on the same channels."""
        key = (entry.row.shown, tuple(target.channel_id for target in entry.targets))
        if key not in self.kinds:
            context = {"shown": entry.row.shown, "targets": entry.targets}
            self.kinds[key] = (self._part("tone", context), self._part("state", context))
        return self.kinds[key]

    @staticmethod
    def _part(name: str, context: dict[str, object]) -> SafeString:
        return mark_safe(render_to_string(f"posts/_chip_{name}.html", context).strip())  # noqa: S308  a template's own
