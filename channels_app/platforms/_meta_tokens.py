"""Keys as Instagram and Threads give them: one of an hour for the code, one of 60 days for that, and its renewal."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from channels_app.connect import FieldProblem
from channels_app.errors import NeedsReconnect, Temporary
from channels_app.platforms import _graph, _oauth
from channels_app.platforms._oauth import Tokens
from channels_app.platforms._wire import Wire, raise_common

_REFUSED = (400, 401, 403)


def short(wire: Wire, url: str, name: str, form: Mapping[str, str]) -> Tokens:
    """The key of an hour; `form` has the code. Raises FieldProblem with a sentence for the person, Temporary.

    It comes in two forms, and its errors in a third.
    """
    answer = wire.ask("POST", url, data={**form, "code": form["code"].removesuffix("#_")})
    if answer.status in _REFUSED:
        said = answer.text("error_message") or answer.text("error", "message") or answer.words
        raise FieldProblem("", _refusal(name, wire.clean(said)))
    raise_common(answer, name)
    listed = answer.fields.get("data")
    inner = listed[0] if isinstance(listed, list) and listed and isinstance(listed[0], dict) else answer.fields
    token, granted = inner.get("access_token"), inner.get("permissions")
    if not isinstance(token, str) or not token:
        raise Temporary(_("The answer of %s cannot be read.") % name, detail=answer.words)
    words = ",".join(map(str, granted)) if isinstance(granted, list) else str(granted or "")
    return Tokens(token, scopes=frozenset(words.replace(",", " ").split()))


def long(wire: Wire, url: str, name: str, query: Mapping[str, str]) -> Tokens:
    """The key of 60 days for that of an hour. Raises FieldProblem, Temporary."""
    answer = wire.ask("GET", url, params=dict(query))
    if answer.status in _REFUSED:
        raise FieldProblem("", _refusal(name, _graph.told(wire, answer).words))
    raise_common(answer, name)
    return _oauth.read(answer, name)


def renewed(wire: Wire, url: str, name: str, query: Mapping[str, str]) -> Tokens:
    """A further 60 days. Raises NeedsReconnect when the key has ended, RateLimited, Temporary."""
    answer = _graph.told(wire, wire.ask("GET", url, params=dict(query)))
    refusal = _graph.refusal_of(answer)
    if refusal is None and answer.status in (401, 403):
        raise NeedsReconnect(_("%s gives us no new key. Sign in again.") % name, detail=answer.words)
    _graph.raise_for(answer, name)
    return _oauth.read(answer, name)


def _refusal(name: str, words: str) -> str:
    said = {"platform": name, "words": words}
    return _("%(platform)s did not accept the sign-in. It may have taken too long; try again. (%(words)s)") % said
