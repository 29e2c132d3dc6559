"""A platform's own choices as fields of the composer: their order, what a fold hides, what belongs together. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from channels_app.capabilities import Capabilities, Option
from posts.resolve import FIRST_COMMENT

FEW = 4  # so many are shown as they are; of more only those that matter first


def of(can: Capabilities, values: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """{"shown", "folded"}: every option with the value it has now, in the order of the platform.

    Of many options those stay in sight that must be filled in, that were set, on which others hang, or that hang on
    one in sight.
    """
    fields = [_field(option, values) for option in can.options]
    if len(fields) <= FEW:
        return {"shown": fields, "folded": []}
    parents = {option.only[0] for option in can.options if option.only}
    seen = {
        option.name
        for option in can.options
        if option.required or option.name in parents or values.get(option.name, option.default) != option.default
    }
    seen |= {option.name for option in can.options if option.only and option.only[0] in seen}
    return {
        "shown": [field for field in fields if field["name"] in seen],
        "folded": [field for field in fields if field["name"] not in seen],
    }


def comment(can: Capabilities, values: Mapping[str, Any]) -> dict[str, Any] | None:
    """The field of our own first comment; None where the platform takes none, and none was typed before."""
    value = values.get(FIRST_COMMENT, "")
    if can.comment is None and not value:
        return None
    return {"name": FIRST_COMMENT, "value": value, "limit": can.comment.limit if can.comment else 0}


def shapes(can: Capabilities) -> list[dict[str, Any]]:
    """What the counters of a page need of the shapes: another text limit while an option has a value."""
    defaults = {option.name: option.default for option in can.options}
    return [
        {
            "option": shape.option,
            "value": shape.value,
            "usual": defaults.get(shape.option, ""),
            "limit": shape.changes["text"].limit,
            "caption": shape.changes["text"].caption,
            "unit": str(shape.changes["text"].unit),
            "link_length": shape.changes["text"].link_length,
        }
        for shape in can.shapes
        if "text" in shape.changes
    ]


def _field(option: Option, values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": option.name,
        "label": option.label,
        "kind": option.kind,
        "choices": option.choices,
        "help": option.help,
        "hint": _hint(option),
        "required": option.required,
        "only": option.only[0] if option.only else "",
        "only_values": ",".join(option.only[1]) if option.only else "",
        "value": values.get(option.name, option.default),
    }


def _hint(option: Option) -> str | Promise:
    """What the kind and the limits ask for, in words."""
    said = []
    if option.kind == "lines":
        said.append(_("One on each line."))
        if option.most:
            said.append(_("Between %(least)s and %(most)s.") % {"least": option.least, "most": option.most})
    if option.limit:
        said.append(
            ngettext("At most %(n)s character.", "At most %(n)s characters.", option.limit) % {"n": option.limit}
        )
    return " ".join(said)
