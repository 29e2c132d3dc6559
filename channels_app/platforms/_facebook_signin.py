"""From a person's sign-in at Facebook to the keys of their Pages, which have no end of their own.

Order matters: a Page's key taken with the short key of a sign-in dies within the hour, so that is traded for a long one
first. What ends all the same is Facebook's permission to read data, ninety days after the last sign-in (`ends_at`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from django.utils.translation import gettext as _

from channels_app import errors
from channels_app.connect import Context, FieldProblem
from channels_app.platforms import _graph, _oauth
from channels_app.platforms._facebook_facts import NEEDED, SCOPES
from channels_app.platforms._facebook_graph import NAME, Graph, good, id_of, unreadable
from channels_app.platforms._oauth import Tokens
from channels_app.platforms._wire import Answer, number_of
from channels_app.platforms.base import Account, Choice, Connected

_PAGE = "id,name,username,link,picture{url},access_token,tasks"
ACCOUNT = "id,name,username,link,picture{url}"
_PAGES, _BUSINESSES = 10, 2  # of a hundred each
_SDK_SIGN_IN = "https://www.facebook.com"


class Place(Protocol):
    """What of the adapter is needed here."""

    @property
    def version(self) -> str: ...
    def host(self, name: str) -> str: ...


@dataclass(frozen=True)
class Held:
    """What Facebook says of a key: whose it is, what it may, until when. kind: USER, PAGE, SYSTEM_USER."""

    kind: str
    person: str
    scopes: frozenset[str]
    ends_at: datetime | None
    expires_at: datetime | None


def graph_of(place: Place, context: Context, token: str = "", secrets: Iterable[str] = ()) -> Graph:
    return Graph(context.http(), place.host("api"), place.version, context.app, token, secrets)


def dialog(place: Place, context: Context, redirect_uri: str, state: str) -> str:
    """Where the person signs in. A configuration of the application stands for the list of rights."""
    config = context.app.get("config_id", "")
    asked = {"config_id": config} if config else {}
    if context.reconnecting and not config:
        asked["auth_type"] = "rerequest"  # asks again for what was unticked last time
    url = graph_of(place, context).get_auth_url(
        context.app["client_id"],
        redirect_uri,
        None if config else list(SCOPES),
        state=state,
        response_type="code",
        **asked,
    )
    return place.host("sign_in") + str(url).removeprefix(_SDK_SIGN_IN)


# --- keys -----------------------------------------------------------------
def by_code(place: Place, context: Context, code: str, redirect_uri: str) -> Connected | Choice:
    """The Pages of the person who came back with this code. Raises FieldProblem, Temporary."""
    graph = graph_of(place, context, secrets=(code,))
    short = _traded(graph, context, {"redirect_uri": redirect_uri, "code": code})
    return _of_person(place, context, _lasting(place, context, short.access))


def by_token(place: Place, context: Context, fields: Mapping[str, str]) -> Connected | Choice:
    """From a key made elsewhere: a Page's own, a person's, or that of a system user of a business portfolio."""
    token, wanted = fields.get("token", "").strip(), fields.get("page_id", "").strip()
    if not token:
        raise FieldProblem("token", _("The token is missing."))
    held = _looked_up(place, context, token)
    if held.kind != "PAGE":
        token = _lasting(place, context, token) if held.kind == "USER" else token
        return _picked(_of_person(place, context, token), wanted)
    _need(held)
    page = graph_of(place, context, token).read("me", fields=ACCOUNT)
    connected = Connected(account_of(page.fields, held.person), {"token": token}, held.expires_at, held.ends_at)
    return _picked(connected, wanted)


def _traded(graph: Graph, context: Context, form: Mapping[str, str]) -> Tokens:
    keys = {name: context.app[name] for name in ("client_id", "client_secret")}
    answer = graph.request(f"{graph.version}/oauth/access_token", post_args={**keys, **form})
    _raise_sign_in(answer)
    return _oauth.read(answer, NAME)


def _raise_sign_in(answer: Answer) -> None:
    """A code that is used up, keys of another application: a sentence for who is looking."""
    refusal = _graph.refusal_of(answer)
    meaning = _graph.meaning_of(refusal) if refusal else None
    if refusal and answer.status < 500 and (meaning is None or meaning.kind not in ("limit", "later")):
        raise FieldProblem(
            "",
            _("%(platform)s did not accept the sign-in. It may have taken too long; try again. (%(words)s)")
            % {"platform": NAME, "words": answer.words},
        )
    good(answer)


def _lasting(place: Place, context: Context, token: str) -> str:
    """The key of about sixty days for one of an hour."""
    graph = graph_of(place, context, secrets=(token,))
    return _traded(graph, context, {"grant_type": "fb_exchange_token", "fb_exchange_token": token}).access


def _looked_up(place: Place, context: Context, token: str) -> Held:
    """What Facebook says of this key. Raises FieldProblem where it is dead or another application's."""
    app = context.app
    graph = graph_of(place, context, secrets=(token,))
    answer = good(graph.debug_access_token(token, app["client_id"], app["client_secret"]))
    told = answer.fields.get("data")
    if not isinstance(told, dict):
        raise unreadable(answer)
    if told.get("is_valid") is not True:
        raise FieldProblem("", _("Facebook says that this key opens nothing. Sign in again."))
    if str(told.get("app_id")) != app["client_id"]:
        raise FieldProblem("", _("This key belongs to another application than the one whose keys are entered here."))
    scopes = told.get("scopes")
    return Held(
        kind=str(told.get("type") or "").upper(),
        person=id_of(told.get("user_id")),
        scopes=frozenset(map(str, scopes)) if isinstance(scopes, list) else frozenset(),
        ends_at=_moment(told.get("data_access_expires_at")),
        expires_at=_moment(told.get("expires_at")),
    )


def _moment(epoch: Any) -> datetime | None:
    """Seconds since 1970; 0 stands for never."""
    seconds = number_of(epoch, most=4_000_000_000)
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def _need(held: Held) -> None:
    _oauth.need(Tokens("", scopes=held.scopes), NEEDED, NAME)


# --- Pages ----------------------------------------------------------------
def _of_person(place: Place, context: Context, token: str) -> Connected | Choice:
    held = _looked_up(place, context, token)
    _need(held)
    graph = graph_of(place, context, token)
    pages = graph.listed("me/accounts", _PAGES, fields=_PAGE)
    if not pages and "business_management" in held.scopes:
        pages = _of_businesses(graph)
    usable = [page for page in pages if _may_publish(page) and page.get("access_token")]
    if not usable:
        raise FieldProblem("", _none(bool(pages)))
    return _chosen([_connected(page, token, held) for page in usable], context.reconnecting)


def _of_businesses(graph: Graph) -> list[dict[str, Any]]:
    """Pages that belong to a business portfolio are not among a person's own."""
    found: dict[str, dict[str, Any]] = {}
    for business in graph.listed("me/businesses", _BUSINESSES, fields="id,name"):
        for edge in ("owned_pages", "client_pages"):
            pages = graph.listed(f"{id_of(business.get('id'))}/{edge}", _BUSINESSES, fields=_PAGE)
            found |= {str(page.get("id")): page for page in pages}
    return list(found.values())


def _may_publish(page: Mapping[str, Any]) -> bool:
    tasks = page.get("tasks")
    return not isinstance(tasks, list) or bool({"CREATE_CONTENT", "MANAGE"} & set(map(str, tasks)))


def _none(seen: bool) -> str:
    if seen:
        return _("You may see these Pages, but not publish on them. Ask for the task “Content” on the Page.")
    return _(
        "Facebook opened no Page. Sign in again and tick the Pages LibSocial may use. A Page of a business portfolio "
        "shows up only when your application may ask for business_management."
    )


def _connected(page: Mapping[str, Any], token: str, held: Held) -> Connected:
    secret = {"token": str(page["access_token"]), "person": token}
    return Connected(account_of(page, held.person), secret, None, held.ends_at)


def account_of(page: Mapping[str, Any], person: str) -> Account:
    """A Page as a person knows it. `person` (Facebook's number of who connected it) tells which Pages end together."""
    number, name = id_of(page.get("id")), page.get("name")
    if not number or not isinstance(name, str):
        raise errors.Temporary(_("The answer of %s cannot be read.") % NAME)
    username, link, picture = page.get("username"), page.get("link"), page.get("picture")
    short = username if isinstance(username, str) and username else number
    data = picture.get("data") if isinstance(picture, dict) else None
    avatar = data.get("url") if isinstance(data, dict) else ""
    return Account(
        remote_id=number,
        name=name,
        handle=f"@{short}",
        url=link if isinstance(link, str) and link.startswith("https://") else f"https://www.facebook.com/{short}",
        avatar_url=avatar if isinstance(avatar, str) else "",
        facts={"person": person} if person else {},
    )


def _chosen(pages: list[Connected], reconnecting: str) -> Connected | Choice:
    """The Page that is reconnected where it is among them, the only one, or a question to the person."""
    same = [page for page in pages if page.account.remote_id == reconnecting]
    if same or len(pages) == 1:
        return (same or pages)[0]
    return Choice(tuple(pages))


def _picked(found: Connected | Choice, wanted: str) -> Connected | Choice:
    pages = found.accounts if isinstance(found, Choice) else (found,)
    if not wanted:
        return found
    for page in pages:
        if page.account.remote_id == wanted:
            return page
    raise FieldProblem("page_id", _("This key does not open the Page %s.") % wanted)
