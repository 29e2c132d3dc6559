"""LinkedIn: the pages of organisations, and members.

The model for a platform that knows no keys of ours and still tells the truth afterwards: a page's own list proves
presence and absence, and a refusal as a duplicate names the post it repeats. What goes up is described in
_linkedin_media, the markup of a post's words in _linkedin_text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_app.capabilities import Capabilities
from channels_app.connect import Context, FieldProblem
from channels_app.content import Content
from channels_app.errors import NeedsReconnect, Rejected, Temporary, Unsupported
from channels_app.platforms import _linkedin_facts as facts
from channels_app.platforms import _linkedin_figures as figures
from channels_app.platforms import _linkedin_media as uploading
from channels_app.platforms import _linkedin_posts as posts
from channels_app.platforms import _oauth
from channels_app.platforms._linkedin_api import NAME, Line, duplicate_of, quoted, raise_for, unreadable
from channels_app.platforms._oauth import Tokens
from channels_app.platforms._wire import Wire
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

_ROLES = {"ADMINISTRATOR", "CONTENT_ADMINISTRATOR", "CONTENT_ADMIN"}
_MOST_PAGES = 300
_A_TIME = 100
_ENDED = {"invalid_token", "invalid_grant", "token_revoked"}


class LinkedIn(Adapter):
    key = "linkedin"
    name = NAME
    colour = "#0a66c2"
    mark = "Li"
    needs = gettext_lazy(
        "An app on LinkedIn’s developer pages, and an account there; for a page, one that administers it."
    )
    connect_kind = "redirect"
    token_fields = ("token", "refresh", "scopes", "page_id")
    app_fields = facts.APP_FIELDS
    scopes = facts.PAGE_SCOPES
    guide = facts.GUIDE
    hosts = {
        "api": "https://api.linkedin.com",
        "sign_in": "https://www.linkedin.com/oauth/v2",
        "upload": "https://www.linkedin.com",
    }
    by_hand = gettext_lazy(
        "Sign in on LinkedIn with the account that was connected, open Settings, Data privacy, Other applications, "
        "Permitted services, and remove your LibSocial app. This ends every channel connected with that sign-in."
    )
    capabilities = facts.CAPABILITIES

    def capabilities_for(self, facts_: dict[str, Any]) -> Capabilities:
        return facts.capabilities_with(facts_)

    # --- connecting -------------------------------------------------------
    def begin(self, fields: dict[str, str], *, redirect_uri: str, state: str, context: Context) -> Redirect:
        """Always the same rights: another list would end the keys this member gave us before."""
        query = {
            "response_type": "code",
            "client_id": context.app["client_id"],
            "redirect_uri": redirect_uri,
            "state": state,
            "scope": " ".join(_scopes(context.app)),
        }
        return Redirect(_oauth.address(f"{self.host('sign_in')}/authorization", query), {})

    def finish(
        self, keep: dict[str, Any], answer: dict[str, str], *, redirect_uri: str, context: Context
    ) -> Connected | Choice:
        """The member and every page they may post for."""
        code = _oauth.code_of(answer)
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri, **_keys(context.app)}
        wire = Wire(context.http(), (code, context.app["client_secret"]))
        tokens = _oauth.first(wire, f"{self.host('sign_in')}/accessToken", NAME, form=form)
        _oauth.need(tokens, set(_scopes(context.app)), NAME)
        return self._opened(tokens, context)

    def from_token(self, fields: dict[str, str], *, context: Context) -> Connected | Choice:
        """Fields: "token"; "refresh" where the app has such; "scopes"; "page_id", the number of one page."""
        token = fields.get("token", "").strip()
        if not token:
            raise FieldProblem("token", _("The token is missing."))
        scopes = frozenset(fields.get("scopes", "").replace(",", " ").split())
        tokens = Tokens(token, fields.get("refresh", "").strip(), scopes=scopes)
        opened = self._opened(tokens, context)
        number = fields.get("page_id", "").strip()
        if not number:
            return opened
        wanted = f"urn:li:organization:{number.rpartition(':')[2]}"
        found = opened.accounts if isinstance(opened, Choice) else (opened,)
        for one in found:
            if one.account.remote_id == wanted:
                return one
        raise FieldProblem("page_id", _("This sign-in does not administer that page."))

    def _opened(self, tokens: Tokens, context: Context) -> Connected | Choice:
        trial = _oauth.Arriving(self.key, tokens, context)
        line = Line(trial, self)
        try:
            member = self._member(line, tokens.scopes)
            found = [member] if not tokens.scopes or "w_member_social" in tokens.scopes else []
            found += self._pages(line, tokens.scopes, member.remote_id)
        except NeedsReconnect as error:
            raise FieldProblem("", error.reason) from None
        if not found:
            raise FieldProblem(
                "", _("This sign-in may post neither as a member nor for a page. Nothing was connected.")
            )
        ends = tokens.ends_at or (None if tokens.refresh else tokens.expires_at)
        more = {"shared": True} if len(found) > 1 else {}
        opened = tuple(Connected(one, tokens.secret(**more), tokens.expires_at, ends) for one in found)
        return opened[0] if len(opened) == 1 else Choice(opened)

    def _member(self, line: Line, scopes: frozenset[str]) -> Account:
        """Who signed in: by OpenID where that was granted (or nobody knows), else by the basic profile."""
        me = line.call("GET", "/v2/userinfo") if "openid" in scopes or not scopes else None
        if me is not None and (me.ok or scopes):
            raise_for(me)
            number, name, handle, picture = me.text("sub"), me.text("name"), "", me.text("picture")
        else:
            me = line.get("/v2/me")
            number, handle, picture = me.text("id"), me.text("vanityName"), ""
            name = f"{me.text('localizedFirstName')} {me.text('localizedLastName')}".strip()
        if not number:
            raise unreadable(me)
        return Account(
            remote_id=f"urn:li:person:{number}",
            name=name or number,
            handle=f"@{handle or name or number}",
            url=f"https://www.linkedin.com/in/{handle}/" if handle else "https://www.linkedin.com/in/me/",
            avatar_url=picture,
            facts={"kind": "member", "scopes": sorted(scopes)},
        )

    def _pages(self, line: Line, scopes: frozenset[str], member: str) -> list[Account]:
        if scopes and scopes.isdisjoint({"rw_organization_admin", "r_organization_admin"}):
            return []
        told = {"kind": "page", "scopes": sorted(scopes), "member": member}
        try:
            return [self._page(line, urn, told) for urn in dict.fromkeys(_administered(line))]
        except NeedsReconnect:
            if scopes:
                raise
            return []  # a key of unknown rights that may not read pages

    def _page(self, line: Line, urn: str, told: dict[str, Any]) -> Account:
        number = urn.rpartition(":")[2]
        page = line.get(f"/rest/organizations/{number}")
        handle = page.text("vanityName") or number
        return Account(
            remote_id=urn,
            name=page.text("localizedName") or handle,
            handle=f"@{handle}",
            url=f"https://www.linkedin.com/company/{handle}/",
            facts=told,
        )

    def probe(self, session: Session) -> Account:
        """For a page also whether the sign-in still administers it."""
        line = Line(session, self)
        if not posts.is_page(session):
            return self._member(line, frozenset(session.facts.get("scopes") or ()))
        if session.remote_id not in set(_administered(line)):
            raise NeedsReconnect(_("The person who signed in no longer administers this page on LinkedIn."))
        return self._page(line, session.remote_id, dict(session.facts))

    def renew(self, session: Session, secret: dict[str, Any]) -> Connected:
        """Only apps LinkedIn trusts more get refresh tokens. Renewing does not move the end of the refresh token."""
        refresh = str(secret.get("refresh") or "")
        if not refresh:
            raise NeedsReconnect(_("LinkedIn’s keys last for 60 days. Sign in again."))
        form = {"grant_type": "refresh_token", "refresh_token": refresh, **_keys(session.app)}
        wire = Wire(session.http(), (refresh, str(secret["token"]), form["client_secret"]))
        tokens = _oauth.renewed(wire, f"{self.host('sign_in')}/accessToken", NAME, form=form)
        account = Account(session.remote_id, "", session.handle, session.url)
        new = {**secret, "token": tokens.access, "refresh": tokens.refresh or refresh}
        return Connected(account, new, tokens.expires_at, tokens.ends_at)

    def revoke(self, session: Session) -> None:
        """The refresh token and the token; success when they were dead already."""
        secret = session.secret
        if secret.get("shared"):
            raise Unsupported(_("Other channels may use the same sign-in, and would end with this one."))
        keys = _keys(session.app)
        held = [str(secret[name]) for name in ("refresh", "token") if secret.get(name)]
        wire = Wire(session.http(), (*held, keys["client_secret"]))
        for token in held:
            answer = wire.ask("POST", f"{self.host('sign_in')}/revoke", data={"token": token, **keys})
            if not answer.ok and answer.text("error") not in _ENDED:
                raise Temporary(_("LinkedIn did not end our key when we asked."), detail=answer.words)

    # --- publishing -------------------------------------------------------
    def prepare(self, session: Session, content: Content, index: int, key: str, at: datetime) -> Prepared:
        """Names what must be uploaded, and remembers which own posts were there before ours."""
        part, now = content.parts[index], timezone.now().isoformat()
        if part.role == "comment":
            return Prepared(key, {"uploads": [], "seen": [], "at": now})
        return Prepared(key, {"uploads": uploading.planned(part), "seen": _seen(Line(session, self)), "at": now})

    def ready(self, session: Session, content: Content, index: int, prepared: Prepared) -> Prepared:
        """One upload one step further."""
        uploads = list(prepared.data["uploads"])
        for place, upload in enumerate(uploads):
            if upload["stage"] != "ready":
                uploads[place] = uploading.advanced(Line(session, self), content.parts[index], upload)
                return replace(prepared, data={**prepared.data, "uploads": uploads})
        return prepared

    def publish_part(
        self, session: Session, content: Content, index: int, prepared: Prepared, before: Sequence[Receipt]
    ) -> Receipt:
        line = Line(session, self)
        if content.parts[index].role == "comment":
            return self._comment(line, content, index, before[0].remote_id)
        body = posts.body_of(line, content, prepared.data["uploads"])
        answer = line.call("POST", "/rest/posts", creating=True, json=body)
        alt = alt_of(content, index, self.capabilities)
        if repeated := duplicate_of(answer):
            return posts.receipt(posts.settle_duplicate(line, repeated, content, prepared, answer.words), alt)
        raise_for(answer, creating=True)
        return posts.receipt(posts.created(answer), alt)

    def _comment(self, line: Line, content: Content, index: int, post: str) -> Receipt:
        body = posts.comment_of(line, content.parts[index].text, post)
        answer = line.call("POST", f"/rest/socialActions/{quoted(post)}/comments", creating=True, json=body)
        raise_for(answer, creating=True)
        return posts.comment_created(answer, post)

    def find(self, session: Session, content: Content, index: int, prepared: Prepared, since: datetime) -> Found:
        line, nobody = Line(session, self), Found("unknown", look_at=posts.page_of(session))
        if not posts.readable(session):
            return nobody
        if content.parts[index].role == "comment":
            state, receipt = posts.find_comment(line, content, index, since)
            return Found(state, receipt) if state != "unknown" else nobody
        if prepared.data["seen"] is None:
            return nobody
        listed = posts.own_list(line)
        fresh = posts.newcomers(listed, prepared)
        for post in fresh:
            if posts.is_ours(post, content, prepared):
                urn = str(post.get("id"))
                return Found.present(posts.receipt(urn, alt_of(content, index, self.capabilities)))
        settled = timezone.now() - since >= posts.SETTLED
        if settled and not any(map(posts.may_be_ours, fresh)) and posts.reaches_back(listed, prepared, since):
            return Found.absent()
        return nobody

    def recognise(self, session: Session, url: str) -> Receipt:
        """By the URN in an address; for a member LinkedIn says nobody's it is, and the person is believed."""
        urn = posts.urn_in(url)
        if urn and not posts.readable(session):
            return posts.receipt(urn)
        if urn:
            answer = Line(session, self).call("GET", f"/rest/posts/{quoted(urn)}")
            if answer.ok and answer.text("author") == session.remote_id:
                return posts.receipt(answer.text("id") or urn)
            if answer.status not in (200, 400, 403, 404):
                raise_for(answer)
        raise Rejected(_("There is no post of this account at this address."), field="url")

    def delete(self, session: Session, receipt: Receipt) -> None:
        path = f"/rest/posts/{quoted(receipt.remote_id)}"
        if comment := posts.comment_at(receipt.remote_id):
            post, number = comment
            path = f"/rest/socialActions/{quoted(post)}/comments/{number}?actor={quoted(session.remote_id)}"
        answer = Line(session, self).call("DELETE", path, restli="DELETE")
        if not (answer.status == 404 and answer.fields):
            raise_for(answer)

    # --- figures ----------------------------------------------------------
    def metrics(self, session: Session, receipts: Sequence[Receipt]) -> dict[str, Figures]:
        return figures.of_posts(Line(session, self), receipts)

    def audience(self, session: Session) -> Figures:
        return figures.followers(Line(session, self))


# --- connecting, in small steps -------------------------------------------
def _scopes(app: dict[str, str]) -> list[str]:
    own = app.get("scopes", "").replace(",", " ").split()
    return own or list(facts.MEMBER_SCOPES if app.get("access") == "member" else facts.PAGE_SCOPES)


def _keys(app: dict[str, str]) -> dict[str, str]:
    return {"client_id": app["client_id"], "client_secret": app["client_secret"]}


def _administered(line: Line) -> Iterator[str]:
    """The URNs of the pages this sign-in may post for."""
    for start in range(0, _MOST_PAGES, _A_TIME):
        query = f"q=roleAssignee&state=APPROVED&count={_A_TIME}&start={start}"
        elements = line.elements(f"/rest/organizationAcls?{query}", restli="FINDER")
        for one in elements:
            urn = one.get("organization") or one.get("organizationTarget")
            if one.get("role") in _ROLES and isinstance(urn, str) and urn.startswith("urn:li:organization:"):
                yield urn
        if len(elements) < _A_TIME:
            return


def _seen(line: Line) -> list[str] | None:
    """The ids of the account's newest posts; None where they may not be read."""
    if not posts.readable(line.session):
        return None
    try:
        return [str(one.get("id")) for one in posts.own_list(line)]
    except (NeedsReconnect, Rejected):  # what is wrong with the key shows when the post is made
        return None
