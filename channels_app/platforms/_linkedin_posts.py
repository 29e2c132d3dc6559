"""Posts and comments as LinkedIn has them: the creating request's body, its receipt, and the author's own list.

Source: learn.microsoft.com, LinkedIn, Posts API and Social Actions API.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import regex
from django.utils import timezone
from django.utils.translation import gettext as _

from channels_app.check import lines_of
from channels_app.content import Content, Media, Part
from channels_app.errors import Rejected, Unclear
from channels_app.platforms import _linkedin_text as little
from channels_app.platforms._linkedin_api import Line, quoted
from channels_app.platforms._linkedin_media import Upload, media_of
from channels_app.platforms._wire import Answer, number_of
from channels_app.platforms.base import Prepared, Receipt, Session

PAGE = 20
SETTLED = timedelta(seconds=60)  # until a new post is in its author's list
_SKEW = timedelta(minutes=2)  # between their clock and ours
_URN = regex.compile(r"urn:li:(?:share|ugcPost):\d{1,19}")
_IN_ADDRESS = regex.compile(r"(?:urn:li:)?(?P<kind>share|ugcPost|activity)[:-](?P<number>\d{1,19})(?=[/?#-]|$)")
_COMMENT = regex.compile(r"urn:li:comment:\((?P<post>urn:li:\w+:\d+),(?P<number>\d+)\)")
_EXTENSION = regex.compile(r"\.(pdf|docx?|pptx?|mp4|mov)$", regex.IGNORECASE)


def readable(session: Session) -> bool:
    """May this sign-in read the account's own posts? Members' are closed to nearly every app."""
    told = session.facts.get("scopes")
    granted = told if isinstance(told, list) else []
    return "r_organization_social" in granted or not granted if is_page(session) else "r_member_social" in granted


def is_page(session: Session) -> bool:
    return session.remote_id.startswith("urn:li:organization:")


def page_of(session: Session) -> str:
    """Where a person finds the account's posts."""
    home = (session.url or "https://www.linkedin.com/in/me").rstrip("/")
    return f"{home}/posts/?feedView=all" if is_page(session) else f"{home}/recent-activity/all/"


# --- the creating request -------------------------------------------------
def body_of(line: Line, content: Content, uploads: list[Upload]) -> dict[str, Any]:
    """The body of `POST /rest/posts`."""
    part, options = content.parts[0], content.options
    body: dict[str, Any] = {
        "author": line.me,
        "commentary": little.escaped(part.text),
        "visibility": str(options.get("visibility") or "PUBLIC"),
        "distribution": {
            "feedDistribution": str(options.get("feed") or "MAIN_FEED"),
            "targetEntities": [],
            "thirdPartyDistributionChannels": [],
        },
        "lifecycleState": "PUBLISHED",
        "isReshareDisabledByAuthor": bool(options.get("no_reposts")),
    }
    if shape := _shape(part, content.options, uploads):
        body["content"] = shape
    return body


def _shape(part: Part, options: dict[str, Any], uploads: list[Upload]) -> dict[str, Any]:
    """`content` of the body; empty for text alone."""
    if options.get("kind") == "poll":
        return {"poll": _poll(options)}
    sent = [_described(media_of(part, one), one) for one in uploads if one["role"] == "media"]
    if len(sent) > 1:
        return {"multiImage": {"images": sent}}
    if sent:
        return {"media": sent[0]}
    return {"article": _article(part, uploads)} if part.card else {}


def _poll(options: dict[str, Any]) -> dict[str, Any]:
    return {
        "question": str(options.get("poll_question", "")).strip(),
        "options": [{"text": answer} for answer in lines_of(options.get("poll_answers", ""))],
        "settings": {"duration": str(options.get("poll_days") or "THREE_DAYS"), "voteSelectionType": "SINGLE_VOTE"},
    }


def _described(media: Media, upload: Upload) -> dict[str, Any]:
    """A picture with its description; a film or document with its name as the title, which a document must have."""
    said = {"id": upload["urn"]}
    if media.kind == "image":
        return {**said, "altText": media.alt} if media.alt and not media.decorative else said
    title = _EXTENSION.sub("", media.name.strip())
    if media.kind == "document":
        title = title or _("Document")
    return {**said, "title": title} if title else said


def _article(part: Part, uploads: list[Upload]) -> dict[str, Any]:
    """The card of a link. LinkedIn reads no page itself: what is not sent is not shown."""
    card = part.card
    if card is None:
        return {}
    said: dict[str, Any] = {"source": card.url, "title": card.title or (urlsplit(card.url).hostname or card.url)}
    if card.description:
        said["description"] = card.description
    if thumb := next((one for one in uploads if one["role"] == "thumb"), None):
        said["thumbnail"] = thumb["urn"]
        if card.thumb and card.thumb.alt:
            said["thumbnailAltText"] = card.thumb.alt
    return said


def comment_of(line: Line, text: str, post: str) -> dict[str, Any]:
    """The body of a first comment, which is plain text."""
    return {"actor": line.me, "object": post, "message": {"text": little.plain(text)}}


# --- receipts -------------------------------------------------------------
def receipt(urn: str, alt: str = "none", *, processing: bool = False) -> Receipt:
    return Receipt(urn, f"https://www.linkedin.com/feed/update/{urn}/", alt, processing=processing)


def created(answer: Answer) -> str:
    """The URN of a new post, which stands in a header and not in the (empty) body. Raises Unclear without one."""
    urn = str(answer.headers.get("x-restli-id") or answer.headers.get("x-linkedin-id") or "")
    if not answer.ok or not _URN.fullmatch(urn):
        raise Unclear(
            _("LinkedIn’s answer cannot be read; what became of the post must be looked up."), detail=answer.words
        )
    return urn


def comment_receipt(post: str, number: str) -> Receipt:
    urn = f"urn:li:comment:({post},{number})"
    url = f"https://www.linkedin.com/feed/update/{post}/?commentUrn={quoted(urn)}"
    return Receipt(urn, url, data={"post": post, "comment": number})


def comment_created(answer: Answer, post: str) -> Receipt:
    """Raises Unclear when the answer names no comment."""
    told = answer.headers.get("x-restli-id") or answer.fields.get("id")
    number = str(told) if isinstance(told, str | int) and not isinstance(told, bool) else ""
    match = _COMMENT.fullmatch(number)
    number = match["number"] if match else number
    if not answer.ok or not number.isdigit():
        raise Unclear(
            _("LinkedIn’s answer cannot be read; what became of the comment must be looked up."), detail=answer.words
        )
    return comment_receipt(post, number)


def comment_at(remote_id: str) -> tuple[str, str] | None:
    """(URN of the post, number of the comment) where this is a comment's id."""
    match = _COMMENT.fullmatch(remote_id)
    return (match["post"], match["number"]) if match else None


def urn_in(url: str) -> str:
    """The URN of a post in an address of LinkedIn's as a person copies it, '' where there is none."""
    parts = urlsplit(url)
    if not (parts.hostname or "").endswith("linkedin.com"):
        return ""
    match = _IN_ADDRESS.search(parts.path)
    return f"urn:li:{match['kind']}:{match['number']}" if match else ""


# --- the author's own list ------------------------------------------------
def own_list(line: Line) -> list[dict[str, Any]]:
    """The account's newest posts, the newest first."""
    path = f"/rest/posts?author={quoted(line.me)}&q=author&count={PAGE}&sortBy=CREATED"
    return line.elements(path, restli="FINDER")


def moment(post: dict[str, Any]) -> datetime | None:
    """When it was made."""
    told = (number_of(post.get(name), most=10**14) for name in ("createdAt", "publishedAt"))
    milliseconds = next(filter(None, told), None)
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC) if milliseconds else None
    except (ValueError, OverflowError, OSError):
        return None


def media_in(post: dict[str, Any]) -> set[str]:
    """The URNs of what is attached."""
    content = post.get("content")
    if not isinstance(content, dict):
        return set()
    several = content.get("multiImage")
    listed = several.get("images") if isinstance(several, dict) else None
    found = [content.get("media"), *(listed if isinstance(listed, list) else [])]
    return {str(one["id"]) for one in found if isinstance(one, dict) and one.get("id")}


def is_ours(post: dict[str, Any], content: Content, prepared: Prepared) -> bool:
    """Whether it is the post of this delivery: our own upload is certain proof; words and shape must agree else."""
    sent = {one["urn"] for one in prepared.data["uploads"] if one["role"] == "media"}
    if sent:
        return bool(sent & media_in(post))
    said = post.get("commentary")
    if media_in(post) or not isinstance(said, str) or not little.same(content.parts[0].text, said):
        return False
    card, shape = content.parts[0].card, post.get("content")
    wanted = ("article", "source", card.url) if card else ("poll", "question", content.options.get("poll_question"))
    told = shape.get(wanted[0]) if isinstance(shape, dict) else None
    return not isinstance(told, dict) or not told.get(wanted[1]) or told[wanted[1]] == wanted[2]


def may_be_ours(post: dict[str, Any]) -> bool:
    """Whether a new post of the account could be ours although nothing proves it: it cannot be read."""
    return not isinstance(post.get("commentary"), str)


def newcomers(posts: list[dict[str, Any]], prepared: Prepared) -> list[dict[str, Any]]:
    """Posts that were not there when this one was prepared, and were not made before that."""
    since = datetime.fromisoformat(prepared.data["at"]) - _SKEW
    seen = prepared.data["seen"] or []
    fresh = [one for one in posts if str(one.get("id")) not in seen]
    return [one for one in fresh if (made := moment(one)) is None or made >= since]


def reaches_back(posts: list[dict[str, Any]], prepared: Prepared, since: datetime) -> bool:
    """Whether the list goes back to before our request: something known or older is in it, or it is all there is."""
    if len(posts) < PAGE or any(str(one.get("id")) in prepared.data["seen"] for one in posts):
        return True
    made = [found for one in posts if (found := moment(one))]
    return bool(made) and min(made) < since - _SKEW


# --- a duplicate ----------------------------------------------------------
def settle_duplicate(line: Line, urn: str, content: Content, prepared: Prepared, words: str) -> str:
    """LinkedIn took our post for a repetition of this one, and made nothing. Its URN when it is an earlier attempt of
    this delivery. Raises Rejected when it is another post or one that was deleted; Unclear when nobody can tell.

    For a day or two LinkedIn also remembers deleted posts, and names ids of posts that are nowhere: an id alone is
    no proof.
    """
    if not readable(line.session):
        _raise_unreadable_duplicate(urn, prepared, words)
    answer = line.call("GET", f"/rest/posts/{quoted(urn)}")
    if answer.status == 404:
        reason = _(
            "LinkedIn still remembers a deleted post with the same words and takes nothing like it for a day or two. "
            "Say it differently, or wait."
        )
        raise Rejected(reason, field="text", detail=words)
    if not answer.ok or not answer.fields:
        raise _looked_up(urn, words)
    if newcomers([answer.fields], prepared) and is_ours(answer.fields, content, prepared):
        return urn
    raise _repeated(urn, words)


def _raise_unreadable_duplicate(urn: str, prepared: Prepared, words: str) -> None:
    """Without the right to read, only a post plainly older than this delivery is known to be another."""
    made = datetime.fromtimestamp((int(urn.rpartition(":")[2]) >> 22) / 1000, UTC)  # its id begins with its moment
    prepared_at = datetime.fromisoformat(prepared.data["at"])
    if datetime(2015, 1, 1, tzinfo=UTC) < made < prepared_at - _SKEW:
        raise _repeated(urn, words)
    raise _looked_up(urn, words)


def _looked_up(urn: str, words: str) -> Unclear:
    reason = _("LinkedIn says that these words stand there already; it must be looked up: %(url)s") % {
        "url": receipt(urn).url
    }
    return Unclear(reason, detail=words)


def _repeated(urn: str, words: str) -> Rejected:
    reason = _("These words were posted on LinkedIn not long ago, and it takes no repetition: %(url)s") % {
        "url": receipt(urn).url
    }
    return Rejected(reason, field="text", detail=words)


# --- comments -------------------------------------------------------------
def find_comment(line: Line, content: Content, index: int, since: datetime) -> tuple[str, Receipt | None]:
    """('present', receipt), ('absent', None) or ('unknown', None) for a first comment of ours."""
    text = content.parts[0].text
    posts = [one for one in own_list(line) if isinstance(one.get("commentary"), str)]
    post = next(
        (one for one in posts if _URN.fullmatch(str(one.get("id"))) and little.same(text, one["commentary"])), None
    )
    if post is None:
        return "unknown", None
    urn = str(post["id"])
    comments = line.elements(f"/rest/socialActions/{quoted(urn)}/comments?start=0&count=50")
    ours = little.plain(content.parts[index].text).strip()
    for comment in comments:
        message = comment.get("message")
        said = message.get("text") if isinstance(message, dict) else None
        number = comment.get("id")
        if comment.get("actor") == line.me and isinstance(said, str) and said.strip() == ours and number:
            return "present", comment_receipt(urn, str(number))
    settled = len(comments) < 50 and timezone.now() - since >= SETTLED
    return ("absent" if settled else "unknown"), None
