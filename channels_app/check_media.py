"""Pictures, films and documents of one part against what a platform takes. Pure; part of channels_app.check.

Renditions shrink, convert and pad pictures and re-encode films, so only what no rendition can help is named here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import regex

from channels_app import measure
from channels_app.capabilities import Capabilities, DocumentRules, TextLimit, TextUnit, VideoRules
from channels_app.content import Media, Part
from channels_app.findings import VISIBLE, Problem, Rules, over

NARROWEST = 1 / 20  # a picture with sides further apart than this is a thread when it is made to fit
_FILE_NAME = regex.compile(r"\S+\.(jpe?g|png|webp|gif|heic|avif|tiff?|mp4|mov|pdf)", regex.IGNORECASE)


def problems(part: Part, index: int, can: Capabilities, policy: Rules) -> Iterator[Problem]:
    """Everything about the media of part `index`."""
    yield from _numbers(part, index, can)
    for number, media in enumerate(part.media, start=1):
        if media.size <= 0 or (media.kind != "document" and min(media.width, media.height) <= 0):
            yield Problem("media", index, "block", "check.media_broken", {"picture": number})
            continue
        match media.kind:
            case "image":
                yield from _picture(media, number, index, can)
            case "video" if can.media.video:
                yield from _film(media, number, index, can.media.video)
            case "document" if can.media.document:
                yield from _document(media, number, index, can.media.document)
            case _:  # named above: none of its kind here
                continue
        yield from _alt(part, media, number, index, can, policy)


# --- how many of what -----------------------------------------------------
def _numbers(part: Part, index: int, can: Capabilities) -> Iterator[Problem]:
    rules = can.media
    images, films, documents = (len(part.kind(kind)) for kind in ("image", "video", "document"))
    if part.media and not (rules.max_images or rules.video or rules.document):
        yield Problem("media", index, "block", "check.no_media", fix="remove_media")
        return
    if images and not rules.max_images:
        yield Problem("media", index, "block", "check.no_pictures")
    if films and not rules.video:
        yield Problem("media", index, "block", "check.no_films")
    if documents and not rules.document:
        yield Problem("media", index, "block", "check.no_documents")
    if sum(map(bool, (images, films, documents))) > 1 and not (rules.mixed and not documents):
        yield Problem("media", index, "block", "check.media_mixed")
    if rules.animated_alone and len(part.media) > 1 and any(one.seconds for one in part.kind("image")):
        yield Problem("media", index, "block", "check.moving_alone")
    yield from _too_many(index, images, films, documents, can)
    if rules.required and index == 0 and not part.media:
        yield Problem("media", index, "block", "check.media_required" if rules.max_images else "check.film_required")
    if images and images + (films if rules.mixed else 0) < rules.min_images:
        yield Problem("media", index, "block", "check.too_few_media", {"have": images, "least": rules.min_images})


def _too_many(index: int, images: int, films: int, documents: int, can: Capabilities) -> Iterator[Problem]:
    rules = can.media
    together = images + films if rules.mixed else images
    most_films = rules.video.max_count if rules.video else 0
    most_documents = rules.document.max_count if rules.document else 0
    for have, most, message in (
        (together, rules.max_images, "check.too_many_media"),
        (films, most_films, "check.too_many_films"),
        (documents, most_documents, "check.too_many_documents"),
    ):
        if most and have > most:
            yield Problem("media", index, "block", message, {"have": have, "most": most})


# --- one of each kind -----------------------------------------------------
def _picture(media: Media, number: int, index: int, can: Capabilities) -> Iterator[Problem]:
    params: dict[str, Any] = {"picture": number}
    if min(media.width, media.height) / max(media.width, media.height) < NARROWEST:
        yield Problem("media", index, "warn", "check.media_narrow", params)
    if min(media.width, media.height) < can.media.min_side:
        yield Problem("media", index, "block", "check.media_small", {**params, "least": can.media.min_side})
    if media.seconds and not can.media.animated:
        yield Problem("media", index, "warn", "check.media_stands_still", params)
    if can.media.ratio and not _inside(media, can.media.ratio):
        yield Problem("media", index, "warn", "check.media_padded", params)


def _film(media: Media, number: int, index: int, rules: VideoRules) -> Iterator[Problem]:
    params: dict[str, Any] = {"picture": number}
    length = {**params, "seconds": round(media.seconds)}
    if media.seconds > rules.max_seconds:
        yield Problem("media", index, "block", "check.film_long", {**length, "most": round(rules.max_seconds)})
    if media.seconds < rules.min_seconds:
        yield Problem("media", index, "block", "check.film_short", {**length, "least": round(rules.min_seconds)})
    if rules.ratio and not _inside(media, rules.ratio):
        yield Problem("media", index, "block", "check.film_ratio", params)
    if media.captions and not rules.captions:
        yield Problem("media", index, "warn", "check.captions_nowhere", params)
    elif len(media.captions) > rules.caption_files and rules.captions:
        counted = {**params, "have": len(media.captions), "most": rules.caption_files}
        yield Problem("media", index, "block", "check.captions_many", counted)


def _document(media: Media, number: int, index: int, rules: DocumentRules) -> Iterator[Problem]:
    params: dict[str, Any] = {"picture": number}
    if media.mime not in rules.mime_types:
        yield Problem("media", index, "block", "check.media_type", {**params, "type": media.mime[:40]})
    if media.size > rules.max_bytes:
        yield Problem("media", index, "block", "check.document_heavy", {**params, "most": rules.max_bytes // 1_000_000})
    if rules.max_pages and media.pages > rules.max_pages:
        yield Problem("media", index, "block", "check.document_long", {**params, "most": rules.max_pages})


def _inside(media: Media, ratio: tuple[float, float]) -> bool:
    """Between the narrowest and the widest shape, give or take a pixel's rounding."""
    shape = media.width / media.height
    return ratio[0] * 0.99 <= shape <= ratio[1] * 1.01


# --- what it shows, in words ----------------------------------------------
def _alt(part: Part, media: Media, number: int, index: int, can: Capabilities, policy: Rules) -> Iterator[Problem]:
    params = {"picture": number}
    if media.decorative or media.kind == "document":
        return
    taken = can.alt_text.field if media.kind == "image" else can.alt_text.video
    if not VISIBLE.search(media.alt):
        if policy.alt_text_rule != "off" and taken:
            missing = "check.alt_missing" if media.kind == "image" else "check.film_undescribed"
            yield Problem("alt", index, policy.alt_text_rule, missing, params, "mark_decorative")
        return
    if not taken:
        if media.alt not in part.text:
            yield Problem("alt", index, "warn", "check.alt_nowhere", params, "alt_in_text")
        return
    used = measure.count(media.alt, TextLimit(can.alt_text.limit, TextUnit.GRAPHEMES))
    if can.alt_text.limit and used > can.alt_text.limit:
        too_much = over(used, can.alt_text.limit, TextUnit.GRAPHEMES)
        yield Problem("alt", index, "block", "check.alt_long", {**params, **too_much}, "shorten_alt")
    if _FILE_NAME.fullmatch(media.alt.strip()):
        yield Problem("alt", index, "warn", "check.alt_file_name", params)
