"""For whom a post is: languages, places and ages, in the words of a librarian and the numbers of Meta.

Meta counts languages and places by numbers of its own, of which it publishes no list; names are looked up, and what
is not one thing is refused with the choice there is. Nothing is guessed: a post for the wrong people is not seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import regex
from django.utils.translation import gettext as _

from channels_app.errors import Rejected
from channels_app.platforms import _graph
from channels_app.platforms._facebook_graph import Graph, good, items_of

_COUNTRY = regex.compile(r"[A-Z]{2}")
_KEYED = regex.compile(r"(?i)(city|region)\s*:\s*(\d{1,20})")
_PLURAL = {"city": "cities", "region": "regions"}
_TOLD = 6  # of several places of one name
_FIELDS = {"only": "targeting", "prefer": "feed_targeting"}


def audience(graph: Graph, options: Mapping[str, Any]) -> dict[str, Any]:
    """The field of a post that says for whom it is, or nothing. Raises Rejected naming the option."""
    field = _FIELDS.get(str(options.get("audience", "")))
    if field is None:
        return {}
    wanted: dict[str, Any] = {}
    if languages := _words(options, "audience_languages"):
        wanted["locales"] = [_language(graph, word) for word in languages]
    if places := _places(graph, _words(options, "audience_places")):
        wanted["geo_locations"] = places
    if least := str(options.get("audience_age", "")):
        wanted["age_min"] = int(least)
    if (most := str(options.get("audience_age_most", ""))) and field == "feed_targeting":
        wanted["age_max"] = int(most)
        if wanted.get("age_min", 0) > wanted["age_max"]:
            raise Rejected(_("Nobody is so young and so old at once."), field="options.audience_age")
    if not wanted:
        raise Rejected(_("Say for whom the post is, or choose everyone."), field="options.audience")
    return {field: wanted}


def _words(options: Mapping[str, Any], name: str) -> list[str]:
    return [word.strip() for word in str(options.get(name, "")).split(",") if word.strip()]


def _language(graph: Graph, word: str) -> int:
    """A name in English, "English (UK)" or all of a language, or the number itself."""
    if word.isascii() and word.isdigit() and len(word) < 10:
        return int(word)
    known = _looked_up(graph, "options.audience_languages", word, type="adlocale")
    named = {str(one.get("name")).casefold(): one.get("key") for one in known}
    key = named.get(word.casefold(), named.get(f"{word} (all)".casefold()))
    if isinstance(key, str) and key.isascii() and key.isdigit():
        key = int(key)
    if not isinstance(key, int):
        raise Rejected(_several(word, (one.get("name") for one in known)), field="options.audience_languages")
    return key


def _places(graph: Graph, words: Iterable[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for word in words:
        if _COUNTRY.fullmatch(word):
            found.setdefault("countries", []).append(word)
            continue
        match = _KEYED.fullmatch(word)
        kind, key = (match[1].lower(), match[2]) if match else _place(graph, word)
        found.setdefault(_PLURAL[kind], []).append({"key": key})
    return found


def _place(graph: Graph, word: str) -> tuple[str, str]:
    """The one city or region of this name."""
    field = "options.audience_places"
    known = _looked_up(graph, field, word, type="adgeolocation", location_types='["city","region"]')
    same = [one for one in known if str(one.get("name")).casefold() == word.casefold() and one.get("type") in _PLURAL]
    if len(same) != 1:
        shown = (f"{one.get('name')}, {one.get('region', '')} = {one.get('type')}:{one.get('key')}" for one in same)
        raise Rejected(_several(word, shown), field=field)
    return str(same[0]["type"]), str(same[0].get("key"))


def _looked_up(graph: Graph, field: str, word: str, **how: str) -> list[dict[str, Any]]:
    """What Meta knows by this name. Where our key may not ask, the number must be given; the key itself is fine."""
    answer = graph.request(f"{graph.version}/search", {"q": word, **how})
    refusal = _graph.refusal_of(answer)
    meaning = _graph.meaning_of(refusal) if refusal else None
    if meaning and meaning.kind in ("person", "refused", "missing") and not _graph.is_dead(answer):
        reason = _("Facebook does not let us look up “%(word)s”. Give its number instead of its name.")
        raise Rejected(reason % {"word": word}, field=field, detail=answer.words)
    return items_of(good(answer))


def _several(word: str, known: Iterable[Any]) -> str:
    names = "; ".join(str(name) for name in list(known)[:_TOLD])
    if not names:
        return _("Facebook knows nothing by the name “%(word)s”. Write it in English, or give its number.") % {
            "word": word
        }
    return _("“%(word)s” is not one thing at Facebook. Choose one of these: %(names)s") % {"word": word, "names": names}
