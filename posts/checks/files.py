"""Rules about pictures and films: their descriptions, captions, flashing, and facts that only a picture tells."""

from __future__ import annotations

import regex

from posts.checks import letters
from posts.checks.base import Context, Finding, Findings, MediaFact, Said

IMAGE_OF = regex.compile(
    r"^\s*(?:an? |the |una |la |une |l['’])?"
    r"(?:image|picture|photo|photograph|graphic|imagen|foto|fotografía|photographie)"
    r" (?:of |showing |de |del |d['’]|montrant )(?:an? |the )?",
    regex.IGNORECASE,
)
SHORTEST = 8  # characters
_WORDS = regex.compile(r"[\p{L}\p{N}]")
MAX_FLASHES = 3  # in any second: WCAG 2.3.1


def look(said: Said, context: Context) -> list[Finding]:
    """Every finding about the media."""
    found: list[Finding] = []
    for media in said.media:
        found += [*_described(media, said), *_card(media, said), *_heard(media, said), *_flashing(media)]
    return found


def _about(rule: str, media: MediaFact, field: str = "alt", **more: object) -> Finding:
    return Finding(rule, field, media.part, picture=media.picture, **more)  # type: ignore[arg-type]


def _text_of(said: Said, part: int) -> str:
    return " ".join(piece.text for piece in said.pieces if piece.field in {"text", "comment"} and piece.part == part)


def _described(media: MediaFact, said: Said) -> Findings:
    """A2. File names are named by the platform's check already."""
    alt = media.alt.strip()
    if media.decorative or not alt or media.kind == "document":
        return
    params = {"picture": media.picture}
    if not _WORDS.search(alt):
        says = "emoji" if letters.EMOJI.search(alt) else "short"
        yield _about("A2", media, says=says, params=params, raw=alt)
    elif IMAGE_OF.match(alt):
        yield _about("A2", media, says="image_of", fix="trim_image_of", params=params, raw=alt)
    elif len(alt) < SHORTEST:
        yield _about("A2", media, says="short", params=params, raw=alt)
    elif alt == _text_of(said, media.part).strip():
        yield _about("A2", media, says="caption", params=params, raw=alt)


def _card(media: MediaFact, said: Said) -> Findings:
    """A3: what stands on a text card stands in the text or in the description as well."""
    fields = media.facts.get("card_fields")
    if not isinstance(fields, dict):
        return
    heard = _flat(f"{_text_of(said, media.part)} {media.alt}")
    missing = [str(value) for value in fields.values() if value and _flat(str(value)) not in heard]
    if missing:
        params = {"picture": media.picture, "missing": " · ".join(missing)}
        yield _about("A3", media, fix="insert_fields", params=params, raw="|".join(missing))


def _flat(text: str) -> str:
    return " ".join(text.casefold().split())


_ELSEWHERE = regex.compile(r"transcri|audio ?descri|audiodescri", regex.IGNORECASE)


def _heard(media: MediaFact, said: Said) -> Findings:
    """A4, A5: a film that speaks."""
    if media.kind != "video" or not media.facts.get("audio"):
        return
    params = {"picture": media.picture}
    if not media.captions:
        yield _about("A4", media, "media", params=params)
    for name, at in media.faults.items():
        yield _about("A4", media, "media", says=name, most="warn", params={**params, "at": _clock(at)}, raw=name)
    if not _ELSEWHERE.search(_text_of(said, media.part)):
        yield _about("A5", media, "media", params=params)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02}"


def _flashing(media: MediaFact) -> Findings:
    """A15."""
    flashes = media.facts.get("flashes", 0)
    if isinstance(flashes, int | float) and flashes > MAX_FLASHES:
        says = "film" if media.kind == "video" else ""
        yield _about("A15", media, "media", says=says, params={"picture": media.picture, "count": round(flashes)})
