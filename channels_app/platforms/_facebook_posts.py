"""Text, links, pictures and comments on a Page: the requests themselves.

Pictures are uploaded without being shown, one by one, and then hung on one post in the feed. Only that last request
makes anything public, and the pictures' own numbers are the best proof afterwards that a post is ours.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from channels_app import measure
from channels_app.content import Media, Part
from channels_app.errors import PlatformError, Rejected, Unclear
from channels_app.platforms import _graph
from channels_app.platforms._facebook_graph import NAME, ON_THE_PAGE, Graph, form_of, good, id_of, unreadable
from channels_app.platforms._wire import Answer
from channels_app.platforms.base import Session

HOME = "https://www.facebook.com"
PICTURES_LAST = timedelta(hours=20)  # what no post took is removed after about a day
_OWN_HOSTS = ("facebook.com", "fb.com", "fb.me", "fb.watch")  # Facebook makes no card of its own pages


def upload(graph: Graph, session: Session, media: Media, *, described: bool = True) -> str:
    """The number of a picture nobody sees yet."""
    fields = {"published": False, "alt_text_custom": "" if media.decorative or not described else media.alt}
    name = "picture" + (".png" if media.mime == "image/png" else ".jpg")
    files = {"source": (name, session.read(media), media.mime)}
    answer = graph.post(f"{session.remote_id}/photos", fields, files=files, meanings=ON_THE_PAGE)
    if _graph.refusal_of(answer) or not (number := id_of(answer.fields.get("id"))):
        raise unreadable(answer)
    return number


def link_of(part: Part) -> str:
    """What gets a card: the one that was chosen, else the first link of the text. Beside media there is none."""
    links = [part.card.url] if part.card else [span.value for span in measure.links(part.text)]
    if part.media or not links:
        return ""
    host = (urlsplit(links[0]).hostname or "").lower()
    return "" if any(host == own or host.endswith(f".{own}") for own in _OWN_HOSTS) else links[0]


def create(graph: Graph, page: str, part: Part, pictures: list[str], audience: dict[str, Any]) -> str:
    """The one creating request of a post; its number."""
    fields = {
        "message": measure.plain_newlines(part.text),
        "link": link_of(part),
        "attached_media": [{"media_fbid": number} for number in pictures] or None,
        **audience,
    }
    return number_in(graph.post(f"{page}/feed", fields, creating=True, meanings=ON_THE_PAGE))


def comment(graph: Graph, post: str, text: str) -> str:
    """The one creating request of a comment of ours. A right that is missing for this is no reason to stop the Page."""
    form = form_of({"message": measure.plain_newlines(text)})
    answer = graph.request(f"{graph.version}/{post}/comments", post_args=form, creating=True)
    refusal = _graph.refusal_of(answer)
    if refusal and (refusal.code == 10 or 200 <= refusal.code <= 299):
        raise Rejected(
            _("Our key may not comment on this Page. Sign in again and allow pages_manage_engagement."),
            field="comment",
            detail=answer.words,
        )
    return number_in(good(answer, creating=True))


def number_in(answer: Answer) -> str:
    """The number of what was created; without one nobody knows."""
    if number := id_of(answer.fields.get("id")):
        return number
    raise Unclear(_("The answer of %s cannot be read.") % NAME, detail=answer.words)


def whole(page: str, number: str) -> str:
    """A post's number with its Page's before it, as later calls want it."""
    return number if "_" in number else f"{page}_{number}"


def address(graph: Graph, number: str) -> str:
    """Where it can be seen. It is there already: nothing that goes wrong here may say otherwise."""
    try:
        return absolute(graph.read(number, fields="permalink_url").text("permalink_url")) or f"{HOME}/{number}"
    except PlatformError:
        return f"{HOME}/{number}"


def absolute(link: str) -> str:
    """Facebook writes some addresses without its host."""
    if link.startswith("/"):
        return HOME + link
    return link if link.startswith("https://") else ""


def is_gone(graph: Graph, page: str, number: str) -> bool:
    """Is it not there, while the Page it was on is? Missing rights look the same as missing posts."""
    answer = graph.get_object(number, fields="id")
    if not _graph.is_missing(answer):
        good(answer)
        return False
    if id_of(graph.read(page, fields="id").fields.get("id")) != page:
        raise unreadable(answer)
    return True


def delete(graph: Graph, page: str, number: str) -> None:
    answer = graph.delete_object(number)
    if _graph.is_missing(answer) and is_gone(graph, page, number):
        return
    good(answer)
    if answer.data is not True and answer.fields.get("success") is not True:
        raise unreadable(answer)
