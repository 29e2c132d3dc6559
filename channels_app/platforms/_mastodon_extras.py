"""What a post of the Mastodon interface may be besides words and pictures: a poll, or words about another post.

Offered only where the server says that it has them; the options as declared, and as they travel.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext_lazy

from channels_app.capabilities import MediaRules, Option, Shape, TextLimit
from channels_app.check import lines_of

_TIMES = (
    (300, gettext_lazy("5 minutes")),
    (1800, gettext_lazy("30 minutes")),
    (3600, gettext_lazy("1 hour")),
    (21600, gettext_lazy("6 hours")),
    (86400, gettext_lazy("1 day")),
    (3 * 86400, gettext_lazy("3 days")),
    (7 * 86400, gettext_lazy("7 days")),
    (14 * 86400, gettext_lazy("14 days")),
    (30 * 86400, gettext_lazy("30 days")),
)
_USUAL = 86400
_POLL, _QUOTE = ("kind", ("poll",)), ("kind", ("quote",))


@dataclass(frozen=True)
class Polls:
    """What a server takes: most answers, most characters of each, seconds it may be open. Mastodon's own numbers."""

    answers: int = 4
    characters: int = 50
    shortest: int = 300
    longest: int = 2_629_746

    def times(self) -> list[tuple[str, Any]]:
        return [(str(seconds), label) for seconds, label in _TIMES if self.shortest <= seconds <= self.longest]


def options(polls: Polls | None, quotes: bool) -> tuple[Option, ...]:
    """The options for a server with such polls, and with or without quotations."""
    kinds = [("post", gettext_lazy("A post"))]
    kinds += [("poll", gettext_lazy("A poll"))] if polls else []
    kinds += [("quote", gettext_lazy("A quotation of another post"))] if quotes else []
    if len(kinds) == 1:
        return ()
    kind = Option(
        "kind", gettext_lazy("What it is"), "choice", default="post", choices=tuple(kinds),
        help=gettext_lazy("A poll and a quotation have words, but no pictures."),
    )  # fmt: skip
    return (kind, *(_poll(polls) if polls else ()), *(_quote() if quotes else ()))


def _poll(polls: Polls) -> tuple[Option, ...]:
    times = polls.times()
    usual = str(_USUAL) if str(_USUAL) in dict(times) else times[-1][0]
    return (
        Option(
            "poll",
            gettext_lazy("Answers of the poll"),
            "lines",
            help=gettext_lazy("One answer a line. The question is the text of the post (of its first part)."),
            only=_POLL,
            required=True,
            limit=polls.characters,
            least=2,
            most=polls.answers,
        ),
        Option(
            "poll_time",
            gettext_lazy("How long the poll is open"),
            "choice",
            default=usual,
            choices=tuple(times),
            only=_POLL,
        ),
        Option("poll_multiple", gettext_lazy("Readers may choose several answers"), "flag", default=False, only=_POLL),
        Option(
            "poll_hidden", gettext_lazy("Show the result only when the poll has ended"), "flag", default=False,
            only=_POLL,
        ),
    )  # fmt: skip


def _quote() -> tuple[Option, ...]:
    return (
        Option(
            "quote",
            gettext_lazy("Address of the post to quote"),
            "url",
            help=gettext_lazy("Of a public post on any server. Its author may have to allow it, and is told."),
            only=_QUOTE,
            required=True,
        ),
        Option(
            "quote_policy",
            gettext_lazy("Who may quote this post"),
            "choice",
            choices=(
                ("", gettext_lazy("As set in the account")),
                ("public", gettext_lazy("Everyone")),
                ("followers", gettext_lazy("Followers")),
                ("nobody", gettext_lazy("Nobody")),
            ),
        ),
    )


def shapes(text: TextLimit) -> tuple[Shape, ...]:
    """A poll asks something, and neither has media beside it: Mastodon shows one or the other."""
    asked = {"media": MediaRules(), "text": replace(text, required=True)}
    return (Shape("kind", "poll", asked), Shape("kind", "quote", {"media": MediaRules()}))


def said_of(options: dict[str, Any], index: int) -> dict[str, Any]:
    """The fields of a status these options add. A poll stands in the first part of a thread."""
    said: dict[str, Any] = {}
    if options.get("kind") == "poll" and index == 0:
        said["poll"] = {
            "options": lines_of(options.get("poll", "")),
            "expires_in": int(str(options.get("poll_time") or _USUAL)),
            "multiple": bool(options.get("poll_multiple")),
            "hide_totals": bool(options.get("poll_hidden")),
        }
    if options.get("quote_policy"):
        said["quote_approval_policy"] = str(options["quote_policy"])
    return said


def quote_of(options: dict[str, Any], index: int) -> str:
    """The address of the post this part quotes, '' where it quotes none."""
    return str(options.get("quote") or "") if options.get("kind") == "quote" and index == 0 else ""
