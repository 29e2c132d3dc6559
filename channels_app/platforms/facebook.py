"""Facebook Pages, by the Graph interface.

There is no key of ours that would make a request count once, so everything breakable comes before: pictures and films
are uploaded unseen (see _facebook_posts and _facebook_films), one request publishes, and what became of it is read in
the Page's own list (see _facebook_find) or off the film itself. facebook-sdk is the client (see _facebook_graph).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import regex
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_app.connect import Context
from channels_app.content import Content
from channels_app.errors import Rejected, Unsupported
from channels_app.models import Channel
from channels_app.platforms import _facebook_facts as facts
from channels_app.platforms import _facebook_figures as figures
from channels_app.platforms import _facebook_films as films
from channels_app.platforms import _facebook_find as find_rules
from channels_app.platforms import _facebook_posts as posts
from channels_app.platforms import _facebook_signin as signin
from channels_app.platforms import _facebook_stories as stories
from channels_app.platforms import _graph, _oauth
from channels_app.platforms._facebook_audience import audience
from channels_app.platforms._facebook_graph import HOSTS, NAME, Graph, good, has_more, id_of, items_of, unreadable
from channels_app.platforms.base import (
    Account,
    Adapter,
    Choice,
    Connected,
    Figures,
    Found,
    Prepared,
    Receipt,
    Redirect,
    Session,
    alt_of,
)

_LAST_NUMBER = regex.compile(r"(?:^|[/_:])(\d{5,})/?$")
_OLDER = 4  # pages of a hundred posts that are looked through for an address a person pasted


class Facebook(Adapter):
    key = "facebook"
    name = NAME
    colour = "#0b5fcc"
    mark = "F"
    needs = gettext_lazy(
        "A Page on which you may publish, and an application of your own at Meta: free, but reviewed by Meta."
    )
    connect_kind = "redirect"
    token_fields = ("token", "page_id")
    app_fields = facts.APP_FIELDS
    scopes = facts.SCOPES
    guide = facts.GUIDE
    hosts = HOSTS
    capabilities = facts.CAPABILITIES
    by_hand = gettext_lazy(
        "The person who connected the Page opens Facebook, Settings, Business integrations, and removes LibSocial’s "
        "application there. That ends our access to all Pages this person connected."
    )

    def _graph(self, session: Session, **limits: float) -> Graph:
        secret = session.secret
        return Graph(
            session.http(**limits),
            self.host("api"),
            self.version,
            session.app,
            secret["token"],
            (secret.get("person", ""),),
        )

    # --- connecting -------------------------------------------------------
    def begin(self, fields: dict[str, str], *, redirect_uri: str, state: str, context: Context) -> Redirect:
        return Redirect(signin.dialog(self, context, redirect_uri, state), {})

    def finish(
        self, keep: dict[str, Any], answer: dict[str, str], *, redirect_uri: str, context: Context
    ) -> Connected | Choice:
        return signin.by_code(self, context, _oauth.code_of(answer), redirect_uri)

    def from_token(self, fields: dict[str, str], *, context: Context) -> Connected | Choice:
        """`token`: of a Page, a person or a system user; `page_id`: which of several Pages."""
        return signin.by_token(self, context, fields)

    def probe(self, session: Session) -> Account:
        answer = self._graph(session).read(session.remote_id, fields=signin.ACCOUNT)
        if id_of(answer.fields.get("id")) != session.remote_id:
            raise unreadable(answer)
        return signin.account_of(answer.fields, str(session.facts.get("person") or ""))

    def revoke(self, session: Session) -> None:
        """Facebook only ends all of a person's Pages together, so this waits for the last one. Raises Unsupported."""
        secret, person = session.secret, str(session.facts.get("person") or "")
        if not secret.get("person") or not person:
            raise Unsupported(_("This key was made at Facebook by hand and can only be ended there."))
        others = Channel.objects.living().filter(facts__person=person)
        if others.exclude(platform=self.key, remote_id=session.remote_id).exists():
            raise Unsupported(
                _("The same person connected further channels here, and Facebook ends all of their keys together.")
            )
        graph = Graph(session.http(), self.host("api"), self.version, session.app, secret["person"], (secret["token"],))
        answer = graph.delete_object(f"{person}/permissions")
        if _graph.is_dead(answer):
            # The person's key ends after some weeks, that of the Page does not.
            page = self._graph(session).get_object(session.remote_id, fields="id")
            if _graph.is_dead(page):
                return
            good(page)
            raise Unsupported(_("What Facebook wants to see for this has expired; the key must be ended there."))
        good(answer)
        if answer.data is not True and answer.fields.get("success") is not True:
            raise unreadable(answer)

    # --- publishing -------------------------------------------------------
    def prepare(self, session: Session, content: Content, index: int, key: str, at: datetime) -> Prepared:
        """Looks up for whom the post is and which own posts were there before; uploads are further steps."""
        graph, part = self._graph(session), content.parts[index]
        now = timezone.now().isoformat()
        data: dict[str, Any] = {"began": now, "at": now}
        if part.role == "comment":
            recent = _recent(graph, session, find_rules.WITH_COMMENTS)[0]
            own = [one for post in recent for one in find_rules.comments_of(post)]
            return Prepared(key, data | {"seen": _numbers(own)})
        kind = str(content.options.get("kind") or "post")
        data["audience"] = {} if kind == "story" else audience(graph, content.options)
        data["seen"] = _numbers(_recent(graph, session, "id,created_time")[0])
        if part.kind("video"):
            data["film"] = {"kind": kind}
        else:
            data["pictures"] = []
        return Prepared(key, data)

    def ready(self, session: Session, content: Content, index: int, prepared: Prepared) -> Prepared:
        """One picture, or one piece of a film, further. Pictures that waited too long are uploaded again."""
        part, data = content.parts[index], prepared.data
        if film := data.get("film"):
            if film.get("done"):
                return prepared
            graph = self._graph(session, total=films.LONG)
            further = films.further(graph, session, part.kind("video")[0], film, self.host("upload"))
            return replace(prepared, data=data | {"film": further})
        images = part.kind("image")
        if part.role == "comment" or not images:
            return prepared
        uploaded, moment = data["pictures"], data["at"]
        if uploaded and timezone.now() - datetime.fromisoformat(moment) > posts.PICTURES_LAST:
            uploaded = []
        if len(uploaded) == len(images):
            return prepared
        if not uploaded:
            moment = timezone.now().isoformat()
        graph, image = self._graph(session), images[len(uploaded)]
        number = posts.upload(graph, session, image, described=not _is_story(content))
        return replace(prepared, data=data | {"pictures": [*uploaded, number], "at": moment})

    def publish_part(
        self, session: Session, content: Content, index: int, prepared: Prepared, before: Sequence[Receipt]
    ) -> Receipt:
        graph, part, data = self._graph(session), content.parts[index], prepared.data
        if part.role == "comment":
            number = posts.comment(graph, before[0].remote_id, part.text)
            return Receipt(number, posts.address(graph, number), data={"comment": True})
        alt = self._alt(content, index)
        if film := data.get("film"):
            films.publish(graph, session.remote_id, part, film, data["audience"])
            return films.receipt(part.kind("video")[0], film, alt)
        if _is_story(content):
            return replace(stories.create(graph, session, data["pictures"][0]), alt=alt)
        number = posts.create(graph, session.remote_id, part, data["pictures"], data["audience"])
        return Receipt(posts.whole(session.remote_id, number), posts.address(graph, number), alt=alt)

    def find(self, session: Session, content: Content, index: int, prepared: Prepared, since: datetime) -> Found:
        part, data = content.parts[index], prepared.data
        search = _Search(self._graph(session), session, content, index, data, since, self._alt(content, index))
        if part.role == "comment":
            found = search.comment()
        elif film := data.get("film"):
            found = films.found(search.graph, part.kind("video")[0], film, search.alt, search.settled)
        elif _is_story(content):
            found = stories.find(search.graph, session, data["pictures"][0], since, search.settled)
        else:
            found = search.post()
        return found or Found("unknown", look_at=session.url or f"{posts.HOME}/{session.remote_id}")

    def _alt(self, content: Content, index: int) -> str:
        return alt_of(content, index, self.capabilities.shaped(content.options))

    def recognise(self, session: Session, url: str) -> Receipt:
        """By the number in the address, or by the address itself among the Page's own posts."""
        graph, place = self._graph(session), _place_of(url)
        match = _LAST_NUMBER.search(place[0]) if place else None
        for number in (*place[1:2], *([match[1]] if match else [])):
            if id_of(number) and (found := _own_post(graph, session, posts.whole(session.remote_id, number))):
                return found
        path = f"{session.remote_id}/published_posts"
        for post in graph.listed(path, _OLDER, fields="id,permalink_url") if place else []:
            if _place_of(posts.absolute(str(post.get("permalink_url")))) == place:
                return _receipt(session, post, "none")
        raise Rejected(_("There is no post of this account at this address."), field="url")

    def follow(self, session: Session, receipt: Receipt) -> Receipt:
        if not receipt.data.get("video"):
            return replace(receipt, processing=False)
        return films.followed(self._graph(session), session, receipt)

    def delete(self, session: Session, receipt: Receipt) -> None:
        """The post, and the film in it, which would stay among the Page's films."""
        graph = self._graph(session)
        for number in dict.fromkeys((receipt.remote_id, str(receipt.data.get("video") or receipt.remote_id))):
            posts.delete(graph, session.remote_id, number)

    # --- figures ----------------------------------------------------------
    def metrics(self, session: Session, receipts: Sequence[Receipt]) -> dict[str, Figures]:
        graph, found = self._graph(session), {}
        for one in receipts:
            if one.data.get("story"):
                found[one.remote_id] = figures.of_story(graph, one.remote_id)
                continue
            ask = figures.of_comment if one.data.get("comment") else figures.of_post
            found[one.remote_id] = ask(graph, session.remote_id, one.remote_id)
        return found

    def audience(self, session: Session) -> Figures:
        return figures.of_page(self._graph(session), session.remote_id)


@dataclass(frozen=True)
class _Search:
    """What became of one part: asked of the Page's own list, judged by _facebook_find."""

    graph: Graph
    session: Session
    content: Content
    index: int
    data: dict[str, Any]
    since: datetime
    alt: str

    @property
    def settled(self) -> bool:
        return timezone.now() - self.since >= find_rules.SETTLING

    @property
    def began(self) -> datetime:
        """Not only the last attempt: what an earlier one stored late is ours as well."""
        return min(self.since, datetime.fromisoformat(self.data["began"]))

    def post(self) -> Found | None:
        text, pictures = self.content.parts[self.index].text, self.data["pictures"]
        seen, app = self.data["seen"], self.session.app.get("client_id", "")
        listed, more = _recent(self.graph, self.session, find_rules.POSTS)
        fresh = find_rules.fresh(listed, seen, self.began)
        for post in fresh:
            if find_rules.is_ours(post, text, pictures, app):
                return Found.present(_receipt(self.session, post, self.alt))
        alike = any(find_rules.may_be_ours(post, text, pictures, app) for post in fresh)
        proven = self.settled and not alike and find_rules.reaches_back(listed, seen, self.began, more)
        return Found.absent() if proven else None

    def comment(self) -> Found | None:
        """Under the own posts that say what the first part says; without that post in the list nothing is proven."""
        first, ours = (find_rules.essence(self.content.parts[index].text) for index in (0, self.index))
        listed, _more = _recent(self.graph, self.session, find_rules.WITH_COMMENTS)
        parents = [post for post in listed if find_rules.essence(post.get("message")) == first]
        for one in (comment for parent in parents for comment in find_rules.comments_of(parent)):
            fresh = find_rules.fresh([one], self.data["seen"], self.began)
            mine = find_rules.by_page(one, self.session.remote_id)
            if fresh and mine and find_rules.essence(one.get("message")) == ours:
                url = posts.absolute(str(one.get("permalink_url"))) or f"{posts.HOME}/{one['id']}"
                return Found.present(Receipt(id_of(one["id"]), url, data={"comment": True}))
        whole = parents and not any(find_rules.comments_go_on(parent) for parent in parents)
        return Found.absent() if whole and self.settled else None


def _recent(graph: Graph, session: Session, fields: str) -> tuple[list[dict[str, Any]], bool]:
    """The newest posts of the Page, and whether there are more."""
    path = f"{session.remote_id}/published_posts"
    most = find_rules.FEWER if fields == find_rules.WITH_COMMENTS else find_rules.LIMIT
    answer = graph.read(path, fields=fields, limit=most)
    return items_of(answer), has_more(answer)


def _numbers(items: list[dict[str, Any]]) -> list[str]:
    return [number for item in items if (number := id_of(item.get("id")))]


def _receipt(session: Session, post: dict[str, Any], alt: str) -> Receipt:
    number = posts.whole(session.remote_id, id_of(post.get("id")))
    return Receipt(number, posts.absolute(str(post.get("permalink_url"))) or f"{posts.HOME}/{number}", alt=alt)


def _own_post(graph: Graph, session: Session, number: str) -> Receipt | None:
    """The post of this number, where it is one of this Page's."""
    answer = graph.get_object(number, fields="id,permalink_url,from{id}")
    refusal = _graph.refusal_of(answer)
    if _graph.is_missing(answer) or (refusal and refusal.code == 100):
        return None
    author = good(answer).fields.get("from")
    mine = isinstance(author, dict) and id_of(author.get("id")) == session.remote_id
    return _receipt(session, answer.fields, "none") if mine and id_of(answer.fields.get("id")) else None


def _place_of(url: str) -> tuple[str, ...]:
    """Path and the numbers in the query by which some of Facebook's addresses differ; () for another's address."""
    try:
        parts = urlsplit(url.strip())
        host, told = parts.hostname or "", parse_qs(parts.query)
    except ValueError:
        return ()
    if host != "facebook.com" and not host.endswith(".facebook.com"):
        return ()
    return (parts.path.rstrip("/"), *(told.get(name, [""])[0] for name in ("story_fbid", "fbid", "v")))


def _is_story(content: Content) -> bool:
    return content.options.get("kind") == "story"
