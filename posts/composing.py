"""From the composer's form to a draft in its JSON form, and the other helpers of that page.

Names of the form: `channel` (ids), `base-<n>-text`, `base-<n>-media` (asset ids in order),
`base-<n>-alt-<asset>`, `base-<n>-decorative-<asset>`, of a film `base-<n>-captions-<asset>` (ids) and
`base-<n>-poster-<asset>` (asset id), `base-<n>-card` (address), `-card-title`,
`-card-description`, `-card-thumb`; the same with `v<channel>` for a channel's own version when
`v<channel>-own` is set; `v<channel>-option-<name>`, `v<channel>-flag-<name>`, `v<channel>-date`,
`v<channel>-time`.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils import timezone

from libsocial.accounts.models import Unit
from libsocial.core import asked, localtime
from posts import observances, panels
from posts.drafting import Draft

_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$")
_CLOCK = re.compile(r"^\d{2}:\d{2}$")


def draft_of(form: QueryDict, zone: str) -> dict[str, Any]:
    """The JSON form of posts.drafting.Draft. Nothing is cut; wrong values stay for the checks to name."""
    data: dict[str, Any] = {
        "zone": zone,
        "note": form.get("note", ""),
        "parts": parts_of(form, "base"),
        "language": form.get("language", "").strip(),
        "content_warning": form.get("content_warning", ""),
        "at": "" if form.get("when") in ("asap", "queue") else wall_time(form.get("date", ""), form.get("time", "")),
        "targets": [_target(form, pk) for pk in dict.fromkeys(asked.numbers(form.getlist("channel")))],
    }
    for panel in panels.every():
        panel.read(form, data)
    return data


def wall_time(day: str, clock: str) -> str:
    """'2026-11-24T10:00' from two fields; half a time is kept as typed, for the check to name."""
    return f"{day.strip()[:10]}T{clock.strip()[:5]}"


def parts_of(form: QueryDict, scope: str) -> list[dict[str, Any]]:
    pattern = re.compile(rf"^{re.escape(scope)}-(\d{{1,3}})-text$")
    numbers = sorted(int(found.group(1)) for name in form if (found := pattern.match(name)))
    return [_part(form, f"{scope}-{number}") for number in numbers] or [_part(form, f"{scope}-0")]


def _part(form: QueryDict, name: str) -> dict[str, Any]:
    return {
        # Browsers send CRLF; platforms count it as two.
        "text": form.get(f"{name}-text", "").replace("\r\n", "\n"),
        "media": [_media(form, name, pk) for pk in dict.fromkeys(form.getlist(f"{name}-media")) if asked.number(pk)],
        "card": _card(form, name),
    }


def _media(form: QueryDict, name: str, pk: str) -> dict[str, Any]:
    return {
        "asset": int(pk),
        "alt": form.get(f"{name}-alt-{pk}", "").replace("\r\n", "\n"),
        "decorative": f"{name}-decorative-{pk}" in form,
        "captions": asked.numbers(form.getlist(f"{name}-captions-{pk}")),
        "poster": asked.number(form.get(f"{name}-poster-{pk}", "")),
        "edits": _json(form.get(f"{name}-edits-{pk}", "")),
    }


def _json(typed: str) -> Any:
    try:
        return json.loads(typed) if 0 < len(typed) < 1000 else None
    except (ValueError, RecursionError):
        return None


def _card(form: QueryDict, name: str) -> dict[str, Any] | None:
    url = form.get(f"{name}-card", "").strip()
    if not url:
        return None
    thumb = form.get(f"{name}-card-thumb", "")
    return {
        "url": url,
        "title": form.get(f"{name}-card-title", ""),
        "description": form.get(f"{name}-card-description", ""),
        "thumb": asked.number(thumb),
    }


def _target(form: QueryDict, pk: int) -> dict[str, Any]:
    scope = f"v{pk}"
    variant = None
    if f"{scope}-own" in form:
        variant = {"parts": parts_of(form, scope)}
    return {
        "channel": pk,
        "variant": variant,
        "options": _options(form, scope),
        "at": _own_time(form, scope),
    }


def _options(form: QueryDict, scope: str) -> dict[str, str | bool]:
    """Choices and words by name; a flag is named in `v<channel>-flags` so that an unticked box is a no."""
    prefix = f"{scope}-option-"
    chosen: dict[str, str | bool] = {
        name.removeprefix(prefix): form.get(name, "") for name in form if name.startswith(prefix)
    }
    return chosen | {name: f"{scope}-flag-{name}" in form for name in form.getlist(f"{scope}-flags")}


def _own_time(form: QueryDict, scope: str) -> str:
    """A channel's own time; '' follows the post's."""
    day, clock = form.get(f"{scope}-date", ""), form.get(f"{scope}-time", "")
    return wall_time(day, clock) if day or clock else ""


def proposal(unit: Unit, query: QueryDict, channels: list[int]) -> Draft:
    """The draft a new composer starts with; the address may propose a day, a time, a channel and a day that is kept."""
    day, clock, kept = query.get("on", ""), query.get("at", ""), observances.named(query.get("about", ""))
    at = f"{day}T10:00" if _DAY.match(day) else ""
    if at and _CLOCK.match(clock):
        at = _in_zone(f"{day}T{clock}", unit.zone)
    chosen = asked.numbers(query.getlist("channel")[:1]) or channels
    shared = (query.get(name, "").strip() for name in ("title", "text", "url"))  # from a phone
    said = "\n\n".join(filter(None, (str(kept.name) if kept else "", *shared))) + ("\n\n" if kept else "")
    return Draft.from_json(
        {
            "zone": unit.zone,
            "language": unit.language,
            "at": at,
            "parts": [{"text": said}],
            "targets": [{"channel": pk} for pk in chosen],
        }
    )


def _in_zone(wall: str, zone: str) -> str:
    """A time on the person's clock as the unit's clock shows it; '' for what is no time."""
    try:
        moment = localtime.resolve(datetime.fromisoformat(wall), timezone.get_current_timezone_name())
    except (ValueError, OverflowError):
        return ""
    return localtime.wall_of(moment.utc, zone).strftime("%Y-%m-%dT%H:%M")


def after(data: dict[str, Any], do: str, rest: str) -> dict[str, Any]:
    """What a button without script changes in the draft: parts and pictures added or taken away."""
    scope, number = _place(rest)
    parts = _scope_parts(data, scope)
    if parts is None:
        return data
    if do == "add-part":
        parts.append({"text": "", "media": [], "card": None})
    elif do == "remove-part" and len(parts) > 1 and number < len(parts):
        parts.pop(number)
    elif do == "remove-card" and number < len(parts):
        parts[number]["card"] = None
    elif do == "remove-media" and number < len(parts):
        gone = rest.rpartition(":")[2]
        parts[number]["media"] = [item for item in parts[number]["media"] if str(item["asset"]) != gone]
    elif do in {"remove-captions", "own-poster"} and number < len(parts):
        _name, asset, caption = [*rest.split(":"), "", ""][:3]
        for item in parts[number]["media"]:
            if str(item["asset"]) == asset and do == "own-poster":
                item["poster"] = None
            elif str(item["asset"]) == asset:
                item["captions"] = [pk for pk in item["captions"] if str(pk) != caption]
    return data


def _place(rest: str) -> tuple[str, int]:
    """'base-2' and 'base-2:17' are part 2 of the base; 'v5' is the version of channel 5."""
    scope, _dash, number = rest.partition(":")[0].partition("-")
    return scope, asked.number(number) or 0


def _scope_parts(data: dict[str, Any], scope: str) -> list[dict[str, Any]] | None:
    if scope == "base":
        return data["parts"]
    found = [target for target in data["targets"] if f"v{target['channel']}" == scope and target["variant"]]
    return found[0]["variant"]["parts"] if found else None
