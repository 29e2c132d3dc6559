"""WordPress: the library's own blog or news page, by the interface every WordPress has (REST, wp/v2).

WordPress knows no idempotency key, but it keeps drafts. A post is first laid down as a draft at an address (slug) made
of its title and our own key, which nobody reads; the one dangerous request then only says "publish" to it, and may be
said twice. Before either, and whenever something is unclear, the address is looked up among posts of every state.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_app.capabilities import (
    AltText,
    Budget,
    Capabilities,
    DocumentRules,
    MediaRules,
    Metric,
    Option,
    Preview,
    Source,
    TextLimit,
    TextUnit,
    VideoRules,
)
from channels_app.connect import Context, FieldProblem
from channels_app.content import Content
from channels_app.errors import NeedsReconnect, Rejected, Temporary
from channels_app.platforms import _wire
from channels_app.platforms import _wordpress_posts as posts
from channels_app.platforms import _wordpress_site as sites
from channels_app.platforms._wordpress_site import Line, raise_for
from channels_app.platforms.base import (
    Account,
    Adapter,
    Connected,
    ConnectField,
    Figures,
    Found,
    Guide,
    Prepared,
    Receipt,
    Redirect,
    Session,
    Step,
    alt_of,
)

_DOCS = Source("developer.wordpress.org, REST API handbook (WP-API/docs)", "2026-11-23")
_HOST = Source("PHP's usual upload limit; each web server has its own", "2026-11-23")
_RIGHTS = ("publish_posts", "upload_files", "edit_published_posts")
_MOST_NAMED = 20  # tags that are named beside the field
_OPTIONS = (
    Option(
        "title",
        gettext_lazy("Title"),
        "text",
        help=gettext_lazy(
            "Empty: the first line of the text becomes the title. Of a first line longer than 120 characters only the "
            "beginning does, and the text stays whole."
        ),
        limit=200,
    ),
    Option(
        "status",
        gettext_lazy("On the site"),
        "choice",
        default="publish",
        choices=(
            ("publish", gettext_lazy("Published")),
            ("pending", gettext_lazy("Waits for review there")),
            ("draft", gettext_lazy("Draft, for somebody to finish there")),
            ("private", gettext_lazy("Private: only editors of the site see it")),
        ),
    ),
    Option(
        "category",
        gettext_lazy("Category"),
        "choice",
        choices=(("", gettext_lazy("The site’s usual one")),),
    ),
    Option("tags", gettext_lazy("Tags"), "lines", help=gettext_lazy("One in each line."), limit=100, most=20),
    Option(
        "excerpt",
        gettext_lazy("Excerpt"),
        "text",
        help=gettext_lazy("What lists and search results show. Empty: the beginning of the text."),
        limit=500,
    ),
    Option(
        "header",
        gettext_lazy("First picture above the post"),
        "flag",
        default=True,
        help=gettext_lazy("As the post’s featured image. The others stand below the text."),
    ),
    Option(
        "comments",
        gettext_lazy("Readers’ comments"),
        "choice",
        choices=(
            ("", gettext_lazy("As the site has it")),
            ("open", gettext_lazy("Allowed")),
            ("closed", gettext_lazy("Not allowed")),
        ),
    ),
)


class WordPress(Adapter):
    key = "wordpress"
    name = "WordPress"
    colour = "#1d5f83"
    needs = gettext_lazy(
        "A user of the site with the role author or editor. You can let LibSocial in on the site itself."
    )
    connect_kind = "form"
    token_fields = ("server", "user", "app_password")
    connect_fields = (
        ConnectField(
            "server",
            gettext_lazy("Address of the site"),
            help=gettext_lazy("Any page of it will do."),
            placeholder="https://library.example/news",
        ),
        ConnectField(
            "user",
            gettext_lazy("User name"),
            help=gettext_lazy(
                "Leave this and the password empty to be sent to the site, where you allow it with a click."
            ),
            optional=True,
        ),
        ConnectField(
            "app_password",
            gettext_lazy("Application password"),
            "password",
            gettext_lazy(
                "Not the password of the user. Make one on the site under Users, Profile, Application Passwords. "
                "It has 24 letters and digits in groups of four."
            ),
            optional=True,
        ),
    )
    guide = Guide(
        steps=(
            Step(gettext_lazy("Have an administrator of the site give you a user of your own with the role author.")),
            Step(
                gettext_lazy(
                    "Type the address of the site here and continue: the site asks you to sign in and to allow "
                    "LibSocial. It needs https on both sides."
                )
            ),
            Step(
                gettext_lazy(
                    "Or: on the site open Users, Profile, and at Application Passwords make one with this name. Copy "
                    "it, and type it here with your user name."
                ),
                copy=((gettext_lazy("Name"), "LibSocial"),),
            ),
        )
    )
    by_hand = gettext_lazy("On the site, open Users, Profile, Application Passwords, and revoke LibSocial.")
    capabilities = Capabilities(
        text=TextLimit(100_000, TextUnit.CODEPOINTS),
        media=MediaRules(
            max_images=20,
            mime_types=("image/jpeg", "image/png", "image/webp"),
            max_bytes=2_000_000,
            max_side=2560,
            animated=False,
            video=VideoRules(max_count=4, max_bytes=50_000_000, max_seconds=3600, captions=("vtt",), poster=True),
            document=DocumentRules(max_count=10, max_bytes=20_000_000),
            mixed=True,
        ),
        alt_text=AltText(field=True, limit=2000, video=True),
        languages=False,
        link_card="ours",
        card_with_media=True,
        options=_OPTIONS,
        features=frozenset({"find", "metrics", "audience", "delete", "probe", "revoke"}),
        metrics=(
            Metric(
                "comments",
                "replies",
                gettext_lazy("Comments"),
                gettext_lazy("Comments of readers that were approved. WordPress itself counts no views."),
            ),
            Metric("posts", "posts", gettext_lazy("Posts"), gettext_lazy("Published posts of the site."), "account"),
        ),
        budget=Budget(requests=120, window=60),
        preview=Preview(layout="article"),
        notes=(
            gettext_lazy("How large a file may be is set on the site’s web server; correct it here when you know it."),
            gettext_lazy("Sites of WordPress.com’s free plan sign in another way and cannot be connected."),
        ),
        sources={
            "text": Source("no limit of WordPress; ours", "2026-11-23"),
            "media": _HOST,
            "alt_text": Source("WordPress core, no limit; ours", "2026-11-23"),
            "link_card": _DOCS,
            "options": _DOCS,
            "metrics": _DOCS,
        },
    )

    def capabilities_for(self, facts: dict[str, Any]) -> Capabilities:
        """With the site's own categories and tags, and a warning where it sends posts to networks by itself."""
        usual = next(one for one in _OPTIONS if one.name == "category").choices
        listed = facts.get("tags") or []
        named = ", ".join(name for _number, name in listed[:_MOST_NAMED])
        told = _("One in each line. The site has: %s.") % named if named else None
        changed = {
            "category": {"choices": (*usual, *((number, name) for number, name in facts.get("categories") or []))},
            "tags": {"help": told} if told else {},
        }
        options = tuple(replace(one, **changed.get(one.name, {})) for one in _OPTIONS)
        notes = (*self.capabilities.notes, *(_spreading(name) for name in facts.get("spreads") or []))
        return self.capabilities.with_facts(options=options, notes=notes)

    # --- connecting -------------------------------------------------------
    def begin(self, fields: dict[str, str], *, redirect_uri: str, state: str, context: Context) -> Redirect | Connected:
        """With an application password at once; without, by the page of the site where a person allows us."""
        user, password = fields.get("user", "").strip(), _wire.typed(fields.get("app_password", ""))
        root, index = sites.find_site(context.http(), fields.get("server", ""))
        if user and password:
            return _connected(context, root, index, {"user": user, "password": password})
        if user or password:
            missing = "app_password" if user else "user"
            raise FieldProblem(missing, _("Type both, the user name and the application password, or neither."))
        page = sites.consent_page(index)
        if not page:
            raise FieldProblem(
                "server", _("This site gives no application passwords: it has no https, or a plugin switched them off.")
            )
        if not redirect_uri.startswith("https://"):
            raise FieldProblem(
                "app_password",
                _("The site sends people back to addresses with https only. Make an application password there."),
            )
        back = f"{redirect_uri}?{urlencode({'state': state})}"
        query = {
            # Each name may be used once by a user, also that of a connection that is being made anew.
            "app_name": f"LibSocial {timezone.localtime():%Y-%m-%d %H:%M}",
            "app_id": str(uuid.uuid5(uuid.NAMESPACE_URL, settings.BASE_URL)),
            "success_url": back,
            "reject_url": f"{back}&error=access_denied",
        }
        return Redirect(f"{page}{'&' if '?' in page else '?'}{urlencode(query)}", {"root": root})

    def finish(self, keep: dict[str, Any], answer: dict[str, str], *, redirect_uri: str, context: Context) -> Connected:
        """The site sent the application password along; it is believed only when it opens the site we asked."""
        user, password = answer.get("user_login", "").strip(), _wire.typed(answer.get("password", ""))
        if answer.get("error") or answer.get("success") == "false" or not (user and password):
            raise FieldProblem("", _("The sign-in was not completed on the site. Nothing was connected."))
        root, index = sites.find_site(context.http(), sites.place_of(keep["root"]))
        if root != keep["root"]:
            raise FieldProblem("", _("The site has moved meanwhile. Begin again with its new address."))
        return _connected(context, root, index, {"user": user, "password": password})

    def from_token(self, fields: dict[str, str], *, context: Context) -> Connected:
        """`server`, `user` and `token` (the application password)."""
        user, password = fields.get("user", "").strip(), _wire.typed(fields.get("token", ""))
        if not (user and password):
            raise FieldProblem(
                "token" if user else "user", _("Both user and token (an application password) are needed.")
            )
        root, index = sites.find_site(context.http(), fields.get("server", ""))
        return _connected(context, root, index, {"user": user, "password": password})

    def probe(self, session: Session) -> Account:
        """Also reads categories and tags again."""
        line = Line.of(session)
        me = line.get("wp/v2/users/me", context="edit")
        index = line.get("").fields
        return replace(_account(line, me.fields, index), server=session.server)

    def revoke(self, session: Session) -> None:
        """Deletes the application password we use. Since WordPress 5.7 it tells which one that is."""
        line = Line.of(session)
        used = line.call("GET", "wp/v2/users/me/application-passwords/introspect")
        if used.status == 401:
            return
        raise_for(used)
        number = used.text("uuid")
        if not number:
            raise sites.unreadable(used)
        ended = line.call("DELETE", f"wp/v2/users/me/application-passwords/{number}")
        if ended.status != 401:
            raise_for(ended)

    # --- publishing -------------------------------------------------------
    def prepare(self, session: Session, content: Content, index: int, key: str, at: datetime) -> Prepared:
        tags = posts.tags_of(Line.of(session), content)
        return Prepared(key, {"slug": posts.slug_of(content, key), "tags": tags, "media": []})

    def ready(self, session: Session, content: Content, index: int, prepared: Prepared) -> Prepared:
        """One file further into the site's library."""
        done, wanted = prepared.data["media"], content.parts[index].media
        if len(done) == len(wanted):
            return prepared
        there = posts.upload(session, Line.of(session), wanted[len(done)])
        return replace(prepared, data={**prepared.data, "media": [*done, there]})

    def publish_part(
        self, session: Session, content: Content, index: int, prepared: Prepared, before: Sequence[Receipt]
    ) -> Receipt:
        line, wanted = Line.of(session), _wanted(content)
        post = _at(line, prepared.data["slug"])
        if post is not None and post.get("status") == wanted != "draft":
            return self._receipt(content, posts.identity(post))
        if post is None or post.get("status") == "trash":
            post = _draft(line, posts.draft_of(content, prepared.data))
        number = post["id"]
        answer = line.call("POST", f"wp/v2/posts/{number}", json={"status": wanted}, creating=True)
        raise_for(answer, creating=True)
        return self._receipt(content, posts.published(answer))

    def find(self, session: Session, content: Content, index: int, prepared: Prepared, since: datetime) -> Found:
        """By its address. A draft is what is laid down before publishing, so it proves that this did not happen."""
        line = Line.of(session)
        post = _at(line, prepared.data["slug"])
        state = post.get("status") if post else None
        if post is None or (state == "draft" != _wanted(content)):
            return Found.absent()
        identity = posts.identity(post)
        if state == "trash" or identity is None:
            return Found("unknown", look_at=f"{session.server}/wp-admin/edit.php?post_status=trash&post_type=post")
        return Found.present(self._receipt(content, identity))

    def _receipt(self, content: Content, identity: tuple[str, str] | None) -> Receipt:
        if identity is None:
            raise Temporary(_("The site’s answer cannot be read."))
        return Receipt(*identity, alt=alt_of(content, 0, self.capabilities))

    def recognise(self, session: Session, url: str) -> Receipt:
        """By the address: the words at its end, or the number in `?p=12`."""
        line, parts = Line.of(session), urlsplit(url.strip())
        slug = parts.path.rstrip("/").rpartition("/")[2]
        number = dict(pair.partition("=")[::2] for pair in parts.query.split("&")).get("p", "")
        wanted = {"include": number} if number.isdigit() else {"slug": slug}
        there = line.in_every_state(**wanted) if all(wanted.values()) else []
        for post in there:
            identity = posts.identity(post)
            named = identity and (number == identity[0] or _same_place(identity[1], url))
            if named and _same_host(identity[1], url) and str(post.get("author")) == session.remote_id:
                return Receipt(*identity)
        raise Rejected(_("There is no post of this user at this address."), field="url")

    def delete(self, session: Session, receipt: Receipt) -> None:
        """Into the site's trash, from which its editors can take it back."""
        answer = Line.of(session).call("DELETE", f"wp/v2/posts/{receipt.remote_id}")
        if answer.text("code") not in ("rest_post_invalid_id", "rest_already_trashed"):
            raise_for(answer)

    # --- figures ----------------------------------------------------------
    def metrics(self, session: Session, receipts: Sequence[Receipt]) -> dict[str, Figures]:
        line = Line.of(session)
        return {receipt.remote_id: _figures(line, receipt.remote_id) for receipt in receipts}

    def audience(self, session: Session) -> Figures:
        total = _total(Line.of(session).get("wp/v2/posts", per_page=1, _fields="id"))
        return Figures({} if total is None else {"posts": total})


# --- connecting, in small steps -------------------------------------------
def _connected(context: Context, root: str, index: dict[str, Any], secret: dict[str, str]) -> Connected:
    line = Line(context.http(), root, secret)
    me = line.call("GET", "wp/v2/users/me", params={"context": "edit"})
    if me.status == 401:
        raise FieldProblem(
            "app_password",
            _(
                "The site does not accept this user name with this application password. If both are right, the web "
                "server keeps the password from WordPress (the header Authorization); its administrator can tell."
            ),
        )
    try:
        raise_for(me)
        return Connected(_account(line, me.fields, index), dict(secret))
    except NeedsReconnect as error:
        raise FieldProblem("user", error.reason) from None


def _account(line: Line, me: dict[str, Any], index: dict[str, Any]) -> Account:
    number, slug = me.get("id"), me.get("slug")
    if not isinstance(number, int) or not isinstance(slug, str) or not slug or "namespaces" not in index:
        raise Temporary(_("The site’s answer cannot be read."))
    rights = me.get("capabilities")
    lacking = [one for one in _RIGHTS if not (isinstance(rights, dict) and rights.get(one))]
    if lacking:
        raise NeedsReconnect(
            _("This user may not publish on the site (%s). Its role must be author or editor.") % ", ".join(lacking)
        )
    facts, server = sites.facts_of(line, index), sites.place_of(line.root)
    home = facts["home"] if urlsplit(facts["home"]).scheme in ("http", "https") else server
    icon = index.get("site_icon_url")
    return Account(
        remote_id=str(number),
        name=facts["site"] or str(me.get("name") or slug),
        handle=f"@{slug}",
        url=home,
        avatar_url=icon if isinstance(icon, str) else "",
        server=server,
        facts=facts,
    )


def _spreading(plugin: str) -> str:
    return (
        _(
            "The plugin %s on this site may send new posts to networks by itself. Switch that off there, or do not "
            "send the same post to these networks from here: it would appear twice."
        )
        % plugin
    )


# --- publishing, in small steps -------------------------------------------
def _wanted(content: Content) -> str:
    return str(content.options.get("status") or "publish")


def _at(line: Line, slug: str) -> dict[str, Any] | None:
    """The post at our address, of whatever state; a published one rather than a draft that was laid down twice."""
    slugs = f"{slug},{slug}__trashed"
    found = line.in_every_state(slug=slugs)
    known = [post for post in found if isinstance(post.get("id"), int)]
    if found and not known:
        raise Temporary(_("The site’s answer cannot be read."))
    order = {"trash": 2, "draft": 1}
    return min(known, key=lambda post: order.get(str(post.get("status")), 0), default=None)


def _draft(line: Line, body: dict[str, Any]) -> dict[str, Any]:
    """Laid down where only editors see it. When no answer comes, the next try finds it by its address."""
    answer = line.call("POST", "wp/v2/posts", json=body)
    raise_for(answer)
    if posts.identity(answer.fields) is None:
        raise sites.unreadable(answer)
    return answer.fields


def _same_place(link: str, url: str) -> bool:
    return urlsplit(link).path.rstrip("/") == urlsplit(url.strip()).path.rstrip("/")


def _same_host(link: str, url: str) -> bool:
    return urlsplit(link).netloc.lower() == urlsplit(url.strip()).netloc.lower()


# --- figures, in small steps ----------------------------------------------
def _figures(line: Line, number: str) -> Figures:
    post = line.call("GET", f"wp/v2/posts/{number}", params={"context": "edit", "_fields": "id,status"})
    if post.text("code") == "rest_post_invalid_id" or (post.ok and post.text("status") == "trash"):
        return Figures({}, gone=True)
    raise_for(post)
    if str(post.fields.get("id")) != number:
        raise sites.unreadable(post)
    total = _total(line.get("wp/v2/comments", post=number, per_page=1, _fields="id"))
    return Figures({} if total is None else {"comments": total})


def _total(answer: _wire.Answer) -> int | None:
    return _wire.number_of(str(answer.headers.get("X-WP-Total", "")))
