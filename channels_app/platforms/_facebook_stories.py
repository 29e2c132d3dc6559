"""Stories of a Page: one picture or film without words, for a day.

A picture is uploaded unseen and then made a story by one request; a film goes the way of a reel. What is up can be
read in a list of its own, which names the picture or film each story shows.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from channels_app.errors import PlatformError, Unclear
from channels_app.platforms import _facebook_find as find_rules
from channels_app.platforms import _facebook_posts as posts
from channels_app.platforms._facebook_graph import NAME, ON_THE_PAGE, Graph, has_more, id_of, items_of
from channels_app.platforms._wire import moment_of, number_of
from channels_app.platforms.base import Found, Receipt, Session

_FIELDS = "post_id,status,creation_time,media_type,media_id,url"


def create(graph: Graph, session: Session, picture: str) -> Receipt:
    """The one creating request of a story with a picture."""
    page = session.remote_id
    answer = graph.post(f"{page}/photo_stories", {"photo_id": picture}, creating=True, meanings=ON_THE_PAGE)
    number = id_of(answer.fields.get("post_id"))
    if answer.fields.get("success") is not True or not number:
        raise Unclear(_("The answer of %s cannot be read.") % NAME, detail=answer.words)
    return _receipt(session, number, _address(graph, session, number))


def _address(graph: Graph, session: Session, number: str) -> str:
    """It is up already: nothing that goes wrong here may say otherwise."""
    try:
        listed = _listed(graph, session)[0]
    except PlatformError:
        return ""
    same = [one for one in listed if _short(one.get("post_id")) == _short(number)]
    return posts.absolute(str(same[0].get("url"))) if same else ""


def _short(number: Any) -> str:
    return id_of(number).rpartition("_")[2]


def _receipt(session: Session, number: str, url: str) -> Receipt:
    whole = posts.whole(session.remote_id, number)
    return Receipt(whole, url or session.url or f"{posts.HOME}/{whole}", data={"story": True})


def find(graph: Graph, session: Session, picture: str, since: datetime, settled: bool) -> Found | None:
    """By the picture it shows. A story made since then that may be ours forbids saying that ours is not up."""
    listed, more = _listed(graph, session)
    for one in listed:
        if id_of(one.get("media_id")) == picture and id_of(one.get("post_id")):
            return Found.present(_receipt(session, id_of(one["post_id"]), posts.absolute(str(one.get("url")))))
    moments = [_moment(one.get("creation_time")) for one in listed]
    fresh = [made for made in moments if made is None or made > since - find_rules.SLACK]
    return Found.absent() if settled and not fresh and not more else None


def _listed(graph: Graph, session: Session) -> tuple[list[dict[str, Any]], bool]:
    answer = graph.read(f"{session.remote_id}/stories", fields=_FIELDS, status='["PUBLISHED"]')
    return items_of(answer), has_more(answer)


def _moment(told: Any) -> datetime | None:
    """Seconds since 1970 or a date: the reference shows both."""
    seconds = number_of(told, most=4_000_000_000)
    return datetime.fromtimestamp(seconds, UTC) if seconds else moment_of(told)
