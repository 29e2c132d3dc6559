"""A WordPress site: finding its interface, speaking to it, what its refusals mean, what it says about itself.

The interface stands wherever the site says (its header `Link`), which may be under a path, or behind
`?rest_route=` where the site has plain addresses; so addresses are always built from the root it names.
"""

from __future__ import annotations

import html
from typing import Any
from urllib.parse import urlsplit

import regex
import requests
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_app.connect import FieldProblem
from channels_app.errors import NeedsReconnect, Rejected, Temporary
from channels_app.platforms import _wire
from channels_app.platforms._wire import Answer, Wire
from channels_app.platforms.base import Session

NAME = gettext_lazy("The site")
MOST_TERMS = 100  # categories and tags that are read: one page of a list
# Plugins that send every new post to networks by themselves, by the first word of their namespace.
_SPREADERS = {
    "jetpack": "Jetpack",
    "activitypub": "ActivityPub",
    "atmosphere": "Atmosphere",
    "autoblue": "Autoblue",
    "blog2social": "Blog2Social",
}
_LINK = regex.compile(r"<([^<>]{1,2000})>\s*;[^,]*?rel=\"?https://api\.w\.org/\"?", regex.IGNORECASE)
# The names of what is sent, and the field of ours they belong to (`data.params` of rest_invalid_param).
_FIELDS = {
    "title": "options.title",
    "excerpt": "options.excerpt",
    "categories": "options.category",
    "tags": "options.tags",
    "featured_media": "media",
    "status": "options.status",
}
_NO_RIGHT = regex.compile(r"rest_cannot_|rest_forbidden|rest_not_logged_in|rest_user_cannot")
_DEAD = {
    "incorrect_password",
    "invalid_username",
    "invalid_email",
    "rest_not_logged_in",
    "application_passwords_disabled",
    "application_passwords_disabled_for_user",
}
EVERY_STATE = "publish,future,draft,pending,private,trash"
_LOCKED_OUT = gettext_lazy(
    "The site no longer lets us in. Either the application password was deleted, or the web server keeps the password "
    "from WordPress (the header Authorization); its administrator can tell."
)
_SWITCHED_OFF = {"rest_no_route", "rest_disabled", "rest_api_disabled", "rest_login_required"}


class Line:
    """Calls to one site with the application password."""

    def __init__(self, http: requests.Session, root: str, secret: dict[str, Any]) -> None:
        self.http, self.root, self.secret = http, root, secret

    @classmethod
    def of(cls, session: Session) -> Line:
        root = session.facts.get("root")
        return cls(session.http(), str(root or f"{session.server}/wp-json/"), session.secret)

    def call(
        self, method: str, path: str, *, creating: bool = False, http: requests.Session | None = None, **how: Any
    ) -> Answer:
        """The answer, which may be a refusal; see `raise_for`. Secrets are blotted out, the packed form of them too."""
        auth = requests.auth.HTTPBasicAuth(self.secret["user"].encode(), self.secret["password"].encode())
        packed = requests.auth._basic_auth_str(auth.username, auth.password).removeprefix("Basic ")
        wire = Wire(http or self.http, (self.secret["password"], packed))
        return wire.ask(method, address(self.root, path), creating=creating, auth=auth, **how)

    def get(self, path: str, **params: Any) -> Answer:
        """A good answer with JSON in it; raises what `raise_for` raises."""
        answer = self.call("GET", path, params=params)
        raise_for(answer)
        if answer.data is None:
            raise unreadable(answer)
        return answer

    def listed(self, path: str, **params: Any) -> list[dict[str, Any]]:
        answer = self.get(path, **params)
        if not isinstance(answer.data, list):
            raise unreadable(answer)
        return answer.items

    def in_every_state(self, **params: Any) -> list[dict[str, Any]]:
        """Posts, drafts and what is in the trash. To whom it does not know, the site says that `status` is wrong."""
        asked = {**params, "status": EVERY_STATE, "context": "edit", "per_page": 20}
        answer = self.call("GET", "wp/v2/posts", params=asked)
        if answer.status == 400 and _field(answer) == "options.status":
            raise NeedsReconnect(str(_LOCKED_OUT), detail=answer.words)
        raise_for(answer)
        if not isinstance(answer.data, list):
            raise unreadable(answer)
        return answer.items


def address(root: str, path: str) -> str:
    """The address of a route below the root the site names: `…/wp-json/` or `…/?rest_route=/`."""
    return f"{root.rstrip('/')}/{path}"


def unreadable(answer: Answer) -> Temporary:
    return Temporary(_("The site’s answer cannot be read."), detail=answer.words)


# --- refusals -----------------------------------------------------------------
def raise_for(answer: Answer, *, creating: bool = False) -> None:
    """Translates a refusal, by the site's own code first; returns when the answer is good."""
    if answer.ok:
        return
    code, words = answer.text("code"), answer.words
    _raise_dead(answer, code)
    if code in ("db_update_error", "db_insert_error"):  # its database refused: nothing was changed
        raise Temporary(_("The database of the site is out of order at the moment."), detail=words)
    if code.startswith("rest_upload_"):  # told with 500, whatever is wrong with the file
        raise Rejected(_("The site does not take a file: %(words)s") % {"words": words}, field="media", detail=words)
    _wire.raise_common(answer, str(NAME), creating=creating)
    if code in ("rest_post_invalid_id", "rest_already_trashed"):  # deleted there before it was published
        raise Temporary(_("The draft of this post was deleted on the site."), detail=words)
    if answer.status in (404, 405, 410) and not answer.fields:
        raise Temporary(_("The site does not answer as WordPress at the moment."), detail=words)
    raise Rejected(_("The site refused the post: %(words)s") % {"words": words}, field=_field(answer), detail=words)


def _raise_dead(answer: Answer, code: str) -> None:
    words = answer.words
    if code in _SWITCHED_OFF:
        raise NeedsReconnect(_("The site has switched its interface (REST API) off, or moved it."), detail=words)
    if answer.status == 401 or code in _DEAD:
        raise NeedsReconnect(str(_LOCKED_OUT), detail=words)
    if _NO_RIGHT.match(code):
        raise NeedsReconnect(
            _("This user of the site lacks a right for this: it must be author or editor."), detail=words
        )
    if answer.status == 403:
        raise NeedsReconnect(
            _("A security plugin or firewall of the site keeps us out. Its administrator can let us in."), detail=words
        )


def _field(answer: Answer) -> str:
    code = answer.text("code")
    if answer.status == 413 or code.startswith(("rest_upload_", "rest_image_")):
        return "media"
    data = answer.fields.get("data")
    params = data.get("params") if isinstance(data, dict) else None
    named = [_FIELDS[name] for name in params if name in _FIELDS] if isinstance(params, dict | list) else []
    return named[0] if named else "text"


# --- finding ------------------------------------------------------------------
def find_site(http: requests.Session, typed: str) -> tuple[str, dict[str, Any]]:
    """(root, its index) of the site at a typed address, of any page of it. Raises FieldProblem."""
    if not typed.strip():
        raise FieldProblem("server", _("What is the address of the site?"))
    server, path = _wire.server_url(typed, "server"), _path(typed)
    for root in _roots(Wire(http), server, path):
        if not _wire.may_carry_secrets(root):
            raise FieldProblem("server", _("This site does not use https, so a password would travel in the open."))
        index = _index(Wire(http), root)
        if index is not None:
            return index
    raise FieldProblem(
        "server",
        _("There is no WordPress that answers at this address, or its interface (REST API) is switched off."),
    )


def _path(typed: str) -> str:
    text = _wire.typed(typed)
    path = urlsplit(text if "://" in text else f"https://{text}").path
    return path.removesuffix("wp-admin/").removesuffix("/wp-login.php").rstrip("/")


def _roots(wire: Wire, server: str, path: str) -> list[str]:
    """Where the interface may be: where the page says, else where it usually is, under the path first."""
    named = []
    for page in dict.fromkeys((path + "/", "/")):
        try:
            answer = wire.ask("HEAD", server + page)
        except Temporary:
            continue
        match = _LINK.search(str(answer.headers.get("Link", "")))
        if match and urlsplit(match[1]).scheme in ("http", "https"):
            named.append(match[1])
    places = dict.fromkeys((server + path, server))
    return list(dict.fromkeys([*named, *(f"{one}/{end}" for one in places for end in ("wp-json/", "?rest_route=/"))]))


def _index(wire: Wire, root: str) -> tuple[str, dict[str, Any]] | None:
    """The root as it was reached in the end (a redirect would lose the password) and what it says of itself."""
    try:
        answer = wire.ask("GET", root)
    except Temporary:
        return None
    spaces = answer.fields.get("namespaces")
    if not answer.ok or not isinstance(spaces, list) or "wp/v2" not in spaces:
        return None
    return answer.url or root, answer.fields


def place_of(root: str) -> str:
    """The address of the site whose interface this is."""
    return root.partition("?")[0].removesuffix("index.php").rstrip("/").removesuffix("/wp-json")


def consent_page(index: dict[str, Any]) -> str:
    """The page of the site where a person lets an application in, '' where that is switched off."""
    value: Any = index
    for name in ("authentication", "application-passwords", "endpoints", "authorization"):
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, str) and urlsplit(value).scheme in ("http", "https") else ""


# --- what it says of itself -----------------------------------------------------
def facts_of(line: Line, index: dict[str, Any]) -> dict[str, Any]:
    """Name, categories, tags and the plugins that spread posts, as far as the site tells."""
    spaces = index.get("namespaces")
    first = {str(space).partition("/")[0] for space in spaces} if isinstance(spaces, list) else set()
    return {
        "root": line.root,
        "site": plain(str(index.get("name") or ""))[:200],
        "home": str(index.get("home") or index.get("url") or ""),
        "categories": _terms(line, "categories"),
        "tags": _terms(line, "tags"),
        "spreads": sorted(_SPREADERS[name] for name in first & set(_SPREADERS)),
    }


def _terms(line: Line, kind: str) -> list[list[str]]:
    """[[id, name]…], the most used first; nothing where the site does not tell."""
    params = {"per_page": MOST_TERMS, "orderby": "count", "order": "desc", "_fields": "id,name,count"}
    answer = line.call("GET", f"wp/v2/{kind}", params=params)
    return [[str(one["id"]), plain(one["name"])[:100]] for one in answer.items if _is_term(one)] if answer.ok else []


def _is_term(term: dict[str, Any]) -> bool:
    return isinstance(term.get("id"), int) and isinstance(term.get("name"), str) and bool(term["name"])


def plain(text: str) -> str:
    """Names come escaped for HTML."""
    return html.unescape(text)
