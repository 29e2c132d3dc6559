"""A post as WordPress keeps it: title and address, text as blocks of clean HTML, pictures and files of its library."""

from __future__ import annotations

import hashlib
import html
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from channels_app import measure
from channels_app.check import lines_of
from channels_app.content import Captions, Content, LinkCard, Media
from channels_app.errors import Temporary, Unclear
from channels_app.platforms._wire import Answer
from channels_app.platforms._wordpress_site import Line, plain, raise_for, unreadable
from channels_app.platforms.base import Session

FIRST_LINE = 120  # characters: a longer first line is no title, only its beginning is
SHORTENED = 80
TRIES_AT_SIZES = 5  # of a large picture, whose smaller sizes are made in the request
FILM_SECONDS = 1800.0  # for the upload of a film
_ENDINGS = {"image/jpeg": "jpg", "video/mp4": "mp4", "application/pdf": "pdf", "video/quicktime": "mov"}


# --- title and address ---------------------------------------------------------
def title_and_text(content: Content) -> tuple[str, str]:
    """The title a person gave, else the first line, which then does not stand in the text again.

    A long first line is no title: its beginning is taken, at a word's end, and the text stays whole.
    """
    text = measure.plain_newlines(content.parts[0].text).strip("\n")
    given = str(content.options.get("title") or "").strip()
    if given:
        return given, text
    first, _line, rest = text.partition("\n")
    first = first.strip()
    if len(first) <= FIRST_LINE:
        return first, rest.strip("\n")
    beginning = first[:SHORTENED]
    return (beginning.rpartition(" ")[0].rstrip(" ,;:–-") or beginning) + "…", text


def slug_of(content: Content, key: str) -> str:
    """The last part of the post's address: its title, and a mark of our own by which we find it again."""
    mark = hashlib.sha256(key.encode()).hexdigest()[:10]
    words = slugify(title_and_text(content)[0])[:60].strip("-_")
    return f"{words or 'post'}-{mark}"


# --- text ----------------------------------------------------------------------
def body_of(content: Content, media: list[dict[str, Any]]) -> str:
    """The text as blocks, then what of the media stands in it, then the card's link where the text has it not."""
    part, text = content.parts[0], title_and_text(content)[1]
    paragraphs = [one for one in text.split("\n\n") if one.strip()]
    blocks = [_block("paragraph", f"<p>{_inline(one.strip(chr(10)))}</p>") for one in paragraphs]
    header = header_picture(content)
    blocks += [_media_block(one, there) for one, there in zip(part.media, media, strict=True) if one is not header]
    if part.card and part.card.url not in text:
        blocks.append(_card_block(part.card))
    return "\n\n".join(blocks)


def _block(name: str, inner: str, attributes: str = "") -> str:
    return f"<!-- wp:{name} {attributes}{' ' if attributes else ''}-->\n{inner}\n<!-- /wp:{name} -->"


def _inline(text: str) -> str:
    """Escaped, with links to open and line ends kept."""
    pieces, at = [], 0
    for span in measure.links(text):
        shown = html.escape(text[span.start : span.end])
        pieces += [_plain(text[at : span.start]), f'<a href="{html.escape(span.value)}">{shown}</a>']
        at = span.end
    return "".join([*pieces, _plain(text[at:])])


def _plain(text: str) -> str:
    """A square bracket may begin a shortcode, which a site would carry out."""
    return html.escape(text, quote=False).replace("[", "&#91;").replace("\n", "<br>")


def _attribute(text: str) -> str:
    return html.escape(text).replace("[", "&#91;").replace("\n", " ")


def _card_block(card: LinkCard) -> str:
    more = f"<br>{_plain(card.description)}" if card.description else ""
    return _block("paragraph", f'<p><a href="{_attribute(card.url)}">{_plain(card.title or card.url)}</a>{more}</p>')


# --- pictures, films and files ---------------------------------------------------
def header_picture(content: Content) -> Media | None:
    """The picture that stands above the post, and not in it."""
    images = content.parts[0].kind("image")
    return images[0] if images and content.options.get("header", True) else None


def _media_block(media: Media, there: dict[str, Any]) -> str:
    src, number = _attribute(there["src"]), there["id"]
    if media.kind == "image":
        inner = f'<img src="{src}" alt="{_attribute(media.alt)}" class="wp-image-{number}"/>'
        figure = f'<figure class="wp-block-image size-full">{inner}</figure>'
        return _block("image", figure, f'{{"id":{number},"sizeSlug":"full","linkDestination":"none"}}')
    if media.kind == "video":
        spoken = f' aria-label="{_attribute(media.alt)}"' if media.alt else ""
        poster = f' poster="{_attribute(there["poster"])}"' if there.get("poster") else ""
        tracks = "".join(_track(one, src) for one, src in zip(media.captions, there.get("captions", []), strict=False))
        inner = f'<video controls src="{src}"{poster}{spoken}>{tracks}</video>'
        return _block("video", f'<figure class="wp-block-video">{inner}</figure>', f'{{"id":{number}}}')
    name = html.escape(media.name or _("Document"))
    inner = f'<div class="wp-block-file"><a href="{src}">{name}</a></div>'
    return _block("file", inner, f'{{"id":{number},"href":"{src}"}}')


def _track(captions: Captions, src: str) -> str:
    language = _attribute(captions.language or "und")
    return f'<track kind="captions" src="{_attribute(src)}" srclang="{language}" label="{language}">'


def upload(session: Session, line: Line, media: Media) -> dict[str, Any]:
    """`{"id", "src"}` of a file in the site's library, with its description; a film with its captions and picture."""
    there = _file(session, line, media, f"{media.kind}-{media.sha256[:12]}.{_ending(media.mime)}", media.mime)
    if media.captions:
        there["captions"] = [
            _file(session, line, one, f"captions-{one.sha256[:12]}.vtt", "text/vtt")["src"] for one in media.captions
        ]
    if media.poster:
        there["poster"] = upload(session, line, media.poster)["src"]
    # The library takes whatever looks like a tag out of a description, but leaves it when it is escaped.
    texts = {"alt_text": media.alt.replace("<", "&lt;")} if media.alt else {}
    texts |= {"title": media.name} if media.name else {}
    if texts:
        raise_for(line.call("POST", f"wp/v2/media/{there['id']}", json=texts))
    return there


def _ending(mime: str) -> str:
    return _ENDINGS.get(mime) or mime.rpartition("/")[2]


def _file(session: Session, line: Line, file: Media | Captions, name: str, mime: str) -> dict[str, Any]:
    """The raw bytes, read in pieces."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Type": mime}
    with session.open(file) as data:
        answer = line.call("POST", "wp/v2/media", data=data, headers=headers, http=session.http(total=FILM_SECONDS))
    started = str(answer.headers.get("X-WP-Upload-Attachment-ID", ""))
    if answer.status >= 500 and started.isdigit():
        answer = _sizes(line, started)
    raise_for(answer)
    number, src = answer.fields.get("id"), answer.text("source_url")
    if not isinstance(number, int) or isinstance(number, bool) or not src.startswith(("https://", "http://")):
        raise unreadable(answer)
    return {"id": number, "src": src}


def _sizes(line: Line, number: str) -> Answer:
    """The file is there, but the server gave up over its smaller sizes: asked to go on, else it is removed again."""
    for _try in range(TRIES_AT_SIZES):
        body = {"action": "create-image-subsizes"}
        answer = line.call("POST", f"wp/v2/media/{number}/post-process", json=body)
        if answer.status < 500:
            return answer
    line.call("DELETE", f"wp/v2/media/{number}", params={"force": "true"})
    raise Temporary(_("The site could not work on a picture. It may be too large for its server."), detail=answer.words)


# --- tags ------------------------------------------------------------------------
def tags_of(line: Line, content: Content) -> list[int]:
    """The ids of the tags; one the site has not yet is made."""
    return [_tag(line, name) for name in lines_of(content.options.get("tags", ""))]


def _tag(line: Line, name: str) -> int:
    known = {text.casefold(): int(number) for number, text in _found(line, name)}
    if name.casefold() in known:
        return known[name.casefold()]
    answer = line.call("POST", "wp/v2/tags", json={"name": name})
    if answer.text("code") == "term_exists":  # in another way of writing
        data = answer.fields.get("data")
        number = data.get("term_id") if isinstance(data, dict) else None
    else:
        raise_for(answer)
        number = answer.fields.get("id")
    if not isinstance(number, int):
        raise unreadable(answer)
    return number


def _found(line: Line, name: str) -> list[tuple[str, str]]:
    terms = line.listed("wp/v2/tags", search=name, per_page=100, _fields="id,name")
    return [
        (str(one["id"]), plain(one["name"]))
        for one in terms
        if isinstance(one.get("id"), int) and isinstance(one.get("name"), str)
    ]


# --- the post ----------------------------------------------------------------------
def draft_of(content: Content, data: dict[str, Any]) -> dict[str, Any]:
    """Everything but the word that makes it public."""
    options, media = content.options, data["media"]
    body: dict[str, Any] = {
        "status": "draft",
        "slug": data["slug"],
        "title": html.escape(title_and_text(content)[0], quote=False),
        "content": body_of(content, media),
    }
    if excerpt := str(options.get("excerpt") or "").strip():
        body["excerpt"] = html.escape(excerpt, quote=False)
    if category := str(options.get("category") or ""):
        body["categories"] = [int(category)]
    if data.get("tags"):
        body["tags"] = data["tags"]
    header = header_picture(content)
    if header is not None:
        body["featured_media"] = media[content.parts[0].media.index(header)]["id"]
    if options.get("comments") in ("open", "closed"):
        body["comment_status"] = options["comments"]
    return body


def identity(post: dict[str, Any]) -> tuple[str, str] | None:
    """(id, address) in a post as the site gives it; None when it is none."""
    number, link = post.get("id"), post.get("link")
    if not isinstance(number, int) or isinstance(number, bool) or number <= 0:
        return None
    if not isinstance(link, str) or not link.startswith(("https://", "http://")):
        return None
    return str(number), link


def published(answer: Answer) -> tuple[str, str]:
    """The same of the answer to the publishing request. Raises Unclear when it says nothing."""
    found = identity(answer.fields)
    if found is None:
        raise Unclear(_("The site’s answer cannot be read; what became of the post must be looked up."))
    return found
