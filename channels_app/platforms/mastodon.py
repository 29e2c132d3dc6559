"""Mastodon and the servers that speak its interface: GoToSocial, Pixelfed, Friendica, Takahe, snac2 and others.

The model for browser sign-in, for limits that differ from server to server, and
for platforms that cannot promise to take a request once: an idempotency key is
always sent, never relied on; what became of a post is read in its author's own
list (see _mastodon_find).
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_app.capabilities import (
    AltText,
    Budget,
    Capabilities,
    MediaRules,
    Metric,
    Option,
    Source,
    TextLimit,
    TextUnit,
    VideoRules,
)
from channels_app.connect import Context, FieldProblem
from channels_app.content import Content, Part
from channels_app.errors import NeedsReconnect, Rejected, Temporary, Unsupported
from channels_app.platforms import _mastodon_extras as extras
from channels_app.platforms import _mastodon_find as find_rules
from channels_app.platforms import _mastodon_media as uploads
from channels_app.platforms import _mastodon_posts as posts
from channels_app.platforms import _mastodon_server as server_facts
from channels_app.platforms._mastodon_posts import Line, raise_for
from channels_app.platforms._wire import Answer, Wire, number_of
from channels_app.platforms.base import (
    Account,
    Adapter,
    Connected,
    ConnectField,
    Figures,
    Found,
    Prepared,
    Receipt,
    Redirect,
    Session,
)

NARROW = "read:accounts read:statuses read:search write:statuses write:media"
BROAD = "read write"
_DOCS = Source("docs.joinmastodon.org, API methods and entities; each server's own answers replace it", "2026-11-23")
_MOVED = gettext_lazy("This account has moved to another one. Connect the new account.")
_LASTS_AT_MOST = 10 * 365 * 86400  # seconds; what is said to last longer is looked at again by then
_KINDS = {"refresh": "refresh_token", "token": "access_token"}  # as RFC 7009 calls what we hold
_APP = ("client_id", "client_secret")
_COUNTS = {
    "favourites_count": "favourites",
    "reblogs_count": "boosts",
    "replies_count": "replies",
    "quotes_count": "quotes",
}


class Mastodon(Adapter):
    key = "mastodon"
    name = "Mastodon"
    colour = "#5a4fcf"
    needs = gettext_lazy("An account on any Mastodon-compatible server. You sign in there; no developer account.")
    connect_kind = "redirect"
    connect_fields = (
        ConnectField(
            "server",
            gettext_lazy("Server"),
            help=gettext_lazy(
                "The server of the account, with the path where it stands under one, or its whole handle. "
                "You sign in there, not here."
            ),
            placeholder="mastodon.example",
        ),
    )
    token_fields = ("server", "token")
    by_hand = gettext_lazy(
        "Sign in on the server and remove LibSocial from the apps that may use the account: "
        "on Mastodon under Preferences, Account, Authorized apps."
    )
    capabilities = Capabilities(
        text=TextLimit(500, TextUnit.MASTODON, link_length=23),
        media=MediaRules(
            max_images=4,
            mime_types=("image/jpeg", "image/png"),
            max_bytes=8_000_000,
            animated=True,
            animated_alone=True,
            video=VideoRules(max_bytes=103_809_024, max_seconds=server_facts.FILM_SECONDS, max_fps=120, poster=True),
        ),
        alt_text=AltText(field=True, limit=1500, video=True),
        threads=25,
        content_warning=500,
        content_warning_counts=True,
        link_card="server",
        options=(
            *extras.options(extras.Polls(), quotes=True),
            Option(
                "visibility",
                gettext_lazy("Who sees it"),
                "choice",
                default="public",
                choices=(
                    ("public", gettext_lazy("Everyone")),
                    ("unlisted", gettext_lazy("Everyone, but not in public timelines")),
                    ("private", gettext_lazy("Followers only")),
                ),
            ),
            Option(
                "quiet_thread",
                gettext_lazy("Show only the first part of a thread in public timelines"),
                "flag",
                default=True,
            ),
            Option(
                "sensitive", gettext_lazy("Hide the pictures until the reader asks for them"), "flag", default=False
            ),
        ),
        shapes=extras.shapes(TextLimit(500, TextUnit.MASTODON, link_length=23)),
        features=frozenset({"find", "metrics", "audience", "delete", "probe", "refresh", "revoke"}),
        metrics=(
            Metric(
                "favourites", "reactions", gettext_lazy("Favourites"), gettext_lazy("Favourites this server knows of.")
            ),
            Metric("boosts", "shares", gettext_lazy("Boosts"), gettext_lazy("Boosts this server knows of.")),
            Metric("replies", "replies", gettext_lazy("Replies"), gettext_lazy("Replies this server knows of.")),
            Metric(
                "quotes", "quotes", gettext_lazy("Quotes"), gettext_lazy("Quotes this server knows of (newer servers).")
            ),
            Metric(
                "followers", "followers", gettext_lazy("Followers"), gettext_lazy("Accounts that follow."), "account"
            ),
            Metric(
                "posts", "posts", gettext_lazy("Posts"), gettext_lazy("Posts and replies of the account."), "account"
            ),
        ),
        # 300 in 5 minutes per token, new posts 300 in 3 hours, uploads 30 in 30 minutes.
        budget=Budget(requests=200, window=300, metrics_batch=1),
        one_at_a_time=True,  # what was there before a post is only known while nothing else is being sent
        sources=dict.fromkeys(("text", "media", "alt_text", "content_warning", "link_card", "budget"), _DOCS),
    )

    def capabilities_for(self, facts: dict[str, Any]) -> Capabilities:
        return server_facts.capabilities_with(self.capabilities, facts) if facts else self.capabilities

    # --- connecting -------------------------------------------------------
    def begin(self, fields: dict[str, str], *, redirect_uri: str, state: str, context: Context) -> Redirect:
        """Registers us at the server where it does not know us yet, and sends the person there to sign in."""
        if not fields.get("server", "").strip():
            raise FieldProblem("server", _("Which server is the account on?"))
        http = context.http()
        server, facts = server_facts.find_server(http, fields["server"])
        scopes, client = _registered(context, Wire(http), server, redirect_uri, facts)
        verifier = secrets.token_urlsafe(48)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        query = {
            "response_type": "code",
            "client_id": client["client_id"],
            "redirect_uri": redirect_uri,
            "scope": scopes,
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            "force_login": "true",
        }
        page, tokens, revoking = server_facts.sign_in_places(Wire(http), server)
        keep = {"server": server, "facts": facts, "scopes": scopes, "verifier": verifier, **client}
        keep |= {"tokens": tokens, "revoking": revoking}
        return Redirect(f"{page}{'&' if '?' in page else '?'}{urlencode(query)}", keep)

    def finish(self, keep: dict[str, Any], answer: dict[str, str], *, redirect_uri: str, context: Context) -> Connected:
        """Trades the code for a token, and believes the token only when it opens the account."""
        if answer.get("error") or not answer.get("code"):
            raise FieldProblem("", _("The sign-in was not completed on the server. Nothing was connected."))
        form = {
            "grant_type": "authorization_code",
            "code": answer["code"],
            "client_id": keep["client_id"],
            "client_secret": keep["client_secret"],
            "redirect_uri": redirect_uri,
            "code_verifier": keep["verifier"],
            "scope": keep["scopes"],
        }
        http = context.http()
        wire = Wire(http, (keep["client_secret"], keep["verifier"], answer["code"]))
        got = wire.ask("POST", keep["tokens"], data=form)
        if got.status in (400, 401, 403, 422):
            context.forget_registration(keep["server"], redirect_uri)
            raise FieldProblem("", _("The server did not accept the sign-in. It may have taken too long; try again."))
        raise_for(got)
        secret = _secret(got, keep)
        return Connected(_opened(http, keep["server"], keep["facts"], secret), secret, _expires(got))

    def from_token(self, fields: dict[str, str], *, context: Context) -> Connected:
        """With a token made on the server under Preferences, Development. With the `client_id` and `client_secret`
        of that application it can also be ended from here."""
        token = fields.get("token", "").strip()
        if not token:
            raise FieldProblem("token", _("The token is missing."))
        if not fields.get("server", "").strip():
            raise FieldProblem("server", _("Which server is the account on?"))
        http = context.http()
        server, facts = server_facts.find_server(http, fields["server"])
        secret = {"token": token, **{name: fields[name].strip() for name in _APP if fields.get(name, "").strip()}}
        return Connected(_opened(http, server, facts, secret), secret)

    def probe(self, session: Session) -> Account:
        """Also reads the server's limits again, as they change with every upgrade."""
        me = Line(session).get("/api/v1/accounts/verify_credentials")
        if me.fields.get("moved"):
            raise NeedsReconnect(str(_MOVED))
        facts = server_facts.read_facts(session.http(), session.server, session.facts, session.secret["token"])
        return _account(me, session.server, facts)

    def renew(self, session: Session, secret: dict[str, Any]) -> Connected:
        """Only some servers (Pixelfed) let tokens end; Mastodon's live until they are revoked."""
        if not secret.get("refresh"):
            raise NeedsReconnect(_("The server no longer accepts our key, and gives no new one without signing in."))
        form = {
            "grant_type": "refresh_token",
            "refresh_token": secret["refresh"],
            "client_id": secret["client_id"],
            "client_secret": secret["client_secret"],
        }
        got = Wire(session.http(), (secret["token"], secret["refresh"], secret["client_secret"])).ask(
            "POST", secret.get("tokens") or f"{session.server}/oauth/token", data=form
        )
        if got.status in (400, 401, 403, 422):
            raise NeedsReconnect(_("The server gives us no new key. Sign in again."), detail=got.words)
        raise_for(got)
        account = Account(session.remote_id, "", session.handle, session.server, server=session.server)
        return Connected(account, {**secret, **_secret(got, secret)}, _expires(got))

    def revoke(self, session: Session) -> None:
        """The token, and what would bring a new one."""
        secret = session.secret
        if not secret.get("client_secret"):  # a token made by hand
            raise Unsupported(_("This token was made by hand on the server and can only be deleted there."))
        held = [(kind, secret[name]) for name, kind in _KINDS.items() if secret.get(name)]
        wire = Wire(session.http(), (*(token for _kind, token in held), secret["client_secret"]))
        for kind, token in held:
            form = {"token": token, "token_type_hint": kind} | {name: secret[name] for name in _APP}
            got = wire.ask("POST", secret.get("revoking") or f"{session.server}/oauth/revoke", data=form)
            if not got.ok:
                raise Temporary(_("The server did not end our key when we asked."), detail=got.words)

    # --- publishing -------------------------------------------------------
    def prepare(self, session: Session, content: Content, index: int, key: str, at: datetime) -> Prepared:
        """Uploads pictures and films, and remembers which own posts were there before ours."""
        line, quoted = Line(session), extras.quote_of(content.options, index)
        quote = {"quoted": posts.quotable(line, quoted)} if quoted else {}
        media = [uploads.upload(line, one) for one in content.parts[index].media]
        seen = posts.newest_own(line)
        return Prepared(key, {"media": media, "seen": seen, "at": timezone.now().isoformat(), **quote})

    def ready(self, session: Session, content: Content, index: int, prepared: Prepared) -> Prepared:
        """What the server converts (every film) is looked at until it may be attached."""
        return uploads.further(Line(session), content.parts[index], prepared)

    def publish_part(
        self, session: Session, content: Content, index: int, prepared: Prepared, before: Sequence[Receipt]
    ) -> Receipt:
        line, part = Line(session), content.parts[index]
        media, uploaded = uploads.fresh(line, part, prepared)
        uploads.wait_processed(line, media, uploaded)
        reply_to, quoted = before[-1].remote_id if before else "", prepared.data.get("quoted", "")
        body = posts.status_of(content, index, media, reply_to, quoted)
        headers = {}
        if session.facts.get("software") != "pixelfed":  # which keeps a key even when its request failed
            headers["Idempotency-Key"] = posts.idempotency_key(prepared.key, body)
        answer = posts.create(line, body, headers)
        if posts.key_was_used(answer) and self._is_another_attempt(session, prepared):
            answer = posts.create(line, body, {})
        raise_for(answer, creating=True, software=str(session.facts.get("software", "")))
        return posts.receipt(answer.fields, part)

    def find(self, session: Session, content: Content, index: int, prepared: Prepared, since: datetime) -> Found:
        line, seen = Line(session), prepared.data["seen"]
        if seen is None:
            return Found("unknown", look_at=posts.page_of(session))
        page = posts.own_list(line)
        below = posts.answers_below(line, page, content) if index else []
        told = find_rules.tells_clients([*page, *(below or [])])
        fresh = find_rules.newcomers(page, seen) + find_rules.made_since(below or [], seen, since)
        fresh = [status for status in fresh if not (told and find_rules.by_another(status))]
        for status in fresh:
            if not find_rules.fits(status, content, index):
                continue
            if find_rules.same_words(status, content, index) or posts.same_source(line, status, content, index):
                return Found.present(posts.receipt(status, content.parts[index]))
        alike = any(find_rules.resembles(status, content, index) for status in fresh)
        answers_shown = not index or below is not None or any(status.get("in_reply_to_id") for status in page)
        if answers_shown and not alike and self._proves_absence(line, content, page, prepared, since):
            return Found.absent()
        return Found("unknown", look_at=posts.page_of(session))

    def _is_another_attempt(self, session: Session, prepared: Prepared) -> bool:
        """The engine tries again only when the last request is known to have made nothing, and time has passed."""
        pause = server_facts.settle_seconds(str(session.facts.get("software", "")))
        return timezone.now() - datetime.fromisoformat(prepared.data["at"]) > timedelta(seconds=pause)

    def _proves_absence(
        self, line: Line, content: Content, page: list[dict[str, Any]], prepared: Prepared, since: datetime
    ) -> bool:
        software = str(line.session.facts.get("software", ""))
        if timezone.now() - since < timedelta(seconds=server_facts.settle_seconds(software)):
            return False
        if content.options.get("visibility") == "private" and software not in server_facts.LISTS_PRIVATE:
            return False
        if software in server_facts.FAMILY and uploads.any_attached(line, prepared.data["media"]):
            return False
        return find_rules.reaches_back(page, prepared.data["seen"], since)

    def recognise(self, session: Session, url: str) -> Receipt:
        """By the number at the end of the address, or by the address itself among the newest own posts."""
        line, address = Line(session), url.split("?")[0].split("#")[0].rstrip("/")
        answer = line.call("GET", f"/api/v1/statuses/{quote(address.rpartition('/')[2], safe='')}")
        for status in (answer.fields, *posts.own_list(line)):
            if posts.is_own(line, status) and address in (status.get("url"), status.get("uri")):
                return posts.receipt(status, Part())
        raise Rejected(_("There is no post of this account at this address."), field="url")

    def delete(self, session: Session, receipt: Receipt) -> None:
        line, path = Line(session), f"/api/v1/statuses/{receipt.remote_id}"
        answer = line.call("DELETE", path, params={"delete_media": "true"})
        if answer.status in (404, 410):
            if line.call("GET", path).ok:
                raise Unsupported(_("This server does not let apps delete posts. Delete it there by hand."))
            return
        raise_for(answer)

    # --- figures ----------------------------------------------------------
    def metrics(self, session: Session, receipts: Sequence[Receipt]) -> dict[str, Figures]:
        line = Line(session)
        found: dict[str, Figures] = {}
        wanted = [receipt.remote_id for receipt in receipts]
        if server_facts.can_batch(session.facts):
            for start in range(0, len(wanted), server_facts.BATCH):
                answer = line.call(
                    "GET", "/api/v1/statuses", params={"id[]": wanted[start : start + server_facts.BATCH]}
                )
                if answer.status not in (404, 405):  # a server that only says it can
                    raise_for(answer)
                found |= {str(status.get("id")): _figures(status) for status in answer.items}
        return {remote_id: found.get(remote_id) or _one(line, remote_id) for remote_id in wanted}

    def audience(self, session: Session) -> Figures:
        me = Line(session).get("/api/v1/accounts/verify_credentials").fields
        if session.facts.get("software") in server_facts.COUNTS_FOLLOWERS_NOT:
            return Figures({})
        counts = {"followers": number_of(me.get("followers_count")), "posts": number_of(me.get("statuses_count"))}
        return Figures({name: value for name, value in counts.items() if value is not None})


# --- connecting, in small steps -------------------------------------------
def _registered(
    context: Context, wire: Wire, server: str, redirect_uri: str, facts: dict[str, Any]
) -> tuple[str, dict[str, str]]:
    """(scopes, our application's id and secret) at this server; registers where it must, asking for little first."""
    wanted = (NARROW, BROAD) if facts.get("software") in server_facts.FAMILY | {"gotosocial"} else (BROAD,)
    for scopes in wanted:
        known = context.registration(server, redirect_uri, scopes)
        if known:
            return scopes, known
    answer: Answer | None = None
    for scopes in wanted:
        form = {"client_name": find_rules.CLIENT, "redirect_uris": redirect_uri, "scopes": scopes}
        answer = wire.ask("POST", f"{server}/api/v1/apps", data=form)
        if posts.read_nothing(answer):
            answer = wire.ask("POST", f"{server}/api/v1/apps", json=form)
        client = {name: str(answer.fields.get(name) or "") for name in _APP}
        if answer.ok and all(client.values()):
            context.keep_registration(server, redirect_uri, client, scopes)
            return scopes, client
        if answer.status == 429 or answer.status >= 500:
            break
    raise FieldProblem(
        "server", _("This server does not take new apps at the moment: %(words)s") % {"words": answer.words}
    )


def _secret(answer: Answer, keep: dict[str, Any]) -> dict[str, Any]:
    token = answer.text("access_token")
    if not token:
        raise Temporary(_("The server’s answer cannot be read."), detail=answer.words)
    secret = {name: keep[name] for name in (*_APP, "tokens", "revoking") if name in keep} | {"token": token}
    return {**secret, "refresh": answer.text("refresh_token")} if answer.text("refresh_token") else secret


def _expires(answer: Answer) -> datetime | None:
    seconds = number_of(answer.fields.get("expires_in"))
    return timezone.now() + timedelta(seconds=min(seconds, _LASTS_AT_MOST)) if seconds else None


def _opened(http: Any, server: str, facts: dict[str, Any], secret: dict[str, Any]) -> Account:
    """The account a new token opens; without one it is worth nothing. Raises FieldProblem."""
    url = f"{server}/api/v1/accounts/verify_credentials"
    me = Wire(http, (secret["token"],)).ask("GET", url, headers=_bearer(secret))
    if posts.is_dead_token(me):
        raise FieldProblem("", _("The server gave a key that opens nothing. Try again."))
    raise_for(me)
    if me.fields.get("moved"):
        raise FieldProblem("", str(_MOVED))
    if "version" not in facts:  # it tells members only
        facts = server_facts.read_facts(http, server, facts, secret["token"])
    return _account(me, server, facts)


def _bearer(secret: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret['token']}"}


def _account(me: Answer, server: str, facts: dict[str, Any]) -> Account:
    remote_id, acct = str(me.fields.get("id") or ""), me.text("acct") or me.text("username")
    if not remote_id or not acct:
        raise Temporary(_("The server’s answer cannot be read."), detail=me.words)
    domain = facts.get("domain") or urlsplit(server).netloc
    return Account(
        remote_id=remote_id,
        name=me.text("display_name") or acct,
        handle=f"@{acct}" if "@" in acct else f"@{acct}@{domain}",
        url=me.text("url") or f"{server}/@{acct}",
        avatar_url=me.text("avatar_static") or me.text("avatar"),
        server=server,
        facts=facts,
    )


# --- figures, in small steps ----------------------------------------------
def _figures(status: dict[str, Any]) -> Figures:
    counts = {ours: number_of(status.get(theirs)) for theirs, ours in _COUNTS.items()}
    return Figures({name: value for name, value in counts.items() if value is not None})


def _one(line: Line, remote_id: str) -> Figures:
    """One post; gone only when the server, which otherwise answers us, says it has it not."""
    answer = line.call("GET", f"/api/v1/statuses/{remote_id}")
    if answer.status in (404, 410):
        line.get("/api/v1/accounts/verify_credentials")
        return Figures({}, gone=True)
    raise_for(answer)
    if str(answer.fields.get("id")) != remote_id:
        raise Temporary(_("The server’s answer cannot be read."), detail=answer.words)
    return _figures(answer.fields)
