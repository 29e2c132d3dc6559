"""What is sent to a Telegram channel: which method, with which fields and files. Pure.

Words go as they are, without a parse mode: nothing in them is markup, so nothing can be misread, and addresses,
hashtags and mentions become links by themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from channels_app import measure
from channels_app.check import lines_of
from channels_app.content import Content, Media, Part

Ref = dict[str, str]  # what preparing made of one medium: {"file_id", "as", "cover"}, or {} where it travels along


@dataclass
class Call:
    """One creating request. `files` are parts of the form by name."""

    method: str
    body: dict[str, Any] = field(default_factory=dict)
    files: dict[str, Media] = field(default_factory=dict)


def kind_of(media: Media) -> str:
    """The name under which Telegram takes and returns it."""
    if media.kind == "image":
        return "animation" if media.mime == "image/gif" and media.seconds else "photo"
    return media.kind


def method_of(kind: str) -> str:
    return f"send{kind.capitalize()}"


def call_for(content: Content, index: int, refs: list[Ref], reply_to: str) -> Call:
    """The creating request of a part, without the chat."""
    part, options = content.parts[index], content.options
    call = _message(part, options, refs, first=index == 0)
    for name, option in (("disable_notification", "silent"), ("protect_content", "protect")):
        if options.get(option) is True:
            call.body[name] = True
    if reply_to:
        call.body["reply_parameters"] = {"message_id": int(reply_to)}
    return call


def _message(part: Part, options: dict[str, Any], refs: list[Ref], *, first: bool) -> Call:
    text = measure.plain_newlines(part.text)
    if first and options.get("kind") == "poll":
        return Call("sendPoll", _poll(text, options))
    if not part.media:
        return Call("sendMessage", {"text": text, **_preview(part, options)})
    if len(part.media) == 1:
        return _single(part.media[0], text, options, refs[0] if refs else {})
    return _album(part, text, options, refs)


def _poll(question: str, options: dict[str, Any]) -> dict[str, Any]:
    answers = [{"text": line} for line in lines_of(options.get("poll", ""))]
    several = options.get("poll_several") is True
    return {"question": question, "options": answers, "is_anonymous": True, "allows_multiple_answers": several}


def _preview(part: Part, options: dict[str, Any]) -> dict[str, Any]:
    chosen = options.get("preview", "")
    told: dict[str, Any] = {"url": part.card.url} if part.card else {}
    match chosen:
        case "none":
            told = {"is_disabled": True}
        case "large" | "small":
            told[f"prefer_{chosen}_media"] = True
        case "above":
            told |= {"show_above_text": True, "prefer_large_media": True}
    return {"link_preview_options": told} if told else {}


def _single(media: Media, text: str, options: dict[str, Any], ref: Ref) -> Call:
    kind = ref.get("as") or kind_of(media)
    call = Call(method_of(kind), _facts_of(media, kind, options))
    if text:
        call.body["caption"] = text
    if kind != "document" and options.get("caption_above") is True:
        call.body["show_caption_above_media"] = True
    _place(call, kind, media, ref, call.body)
    if kind not in call.body:
        call.files[kind] = call.files.pop("file0")
    return call


def _album(part: Part, text: str, options: dict[str, Any], refs: list[Ref]) -> Call:
    """One call, all or nothing; the words belong to its first item."""
    call, items = Call("sendMediaGroup"), []
    for number, media in enumerate(part.media):
        kind = kind_of(media)
        item: dict[str, Any] = {"type": kind, **_facts_of(media, kind, options)}
        if number == 0 and text:
            item["caption"] = text
        if options.get("caption_above") is True:
            item["show_caption_above_media"] = True
        _place(call, "media", media, refs[number] if number < len(refs) else {}, item, number)
        item.setdefault("media", f"attach://file{number}")
        items.append(item)
    call.body["media"] = items
    return call


def _place(call: Call, name: str, media: Media, ref: Ref, fields: dict[str, Any], number: int = 0) -> None:
    """The file by what Telegram calls it already, or as a part of the form; and the picture that stands for a film."""
    if ref.get("file_id"):
        fields[name] = ref["file_id"]
    else:
        call.files[f"file{number}"] = media
    if fields.get("type", name) != "video" or media.poster is None:
        return
    if ref.get("cover"):
        fields["cover"] = ref["cover"]
    else:
        call.files[f"cover{number}"] = media.poster
        fields["cover"] = f"attach://cover{number}"


def _facts_of(media: Media, kind: str, options: dict[str, Any]) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    if kind == "video":
        facts = {"supports_streaming": True, "width": media.width, "height": media.height}
        facts["duration"] = round(media.seconds)
    if kind != "document" and options.get("spoiler") is True:
        facts["has_spoiler"] = True
    return facts


def file_id_of(message: Any, kind: str) -> str:
    """What Telegram calls the file of this message, '' where it made something else of it (a film without sound)."""
    told = message.get(kind) if isinstance(message, dict) else None
    if isinstance(told, list):  # a photo in several sizes, the largest last
        told = told[-1] if told else None
    file_id = told.get("file_id") if isinstance(told, dict) else None
    return file_id if isinstance(file_id, str) else ""
