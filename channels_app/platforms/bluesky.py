"""Bluesky. The model for platforms where we choose the key of what we create.

A post is a record; its key (a TID) and its moment are made from the delivery's
own key and fixed before the first attempt. Putting the same record at the same
key twice is one post, and reading the key afterwards proves what became of it:
exactly once, whatever happens to the answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import regex
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_app import measure, outlet
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
from channels_app.content import Content, Media, Part
from channels_app.errors import NeedsReconnect, PlatformError, Rejected, Temporary, Unclear
from channels_app.platforms import _atproto, _wire
from channels_app.platforms import _bluesky_gates as gates
from channels_app.platforms import _bluesky_oauth as oauth
from channels_app.platforms import _bluesky_records as records
from channels_app.platforms import _bluesky_video as video
from channels_app.platforms._atproto import POSTS, Line, raise_for
from channels_app.platforms._wire import Wire
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
)

_APP_PASSWORD = regex.compile(r"[a-z0-9]{4}(-[a-z0-9]{4}){3}")
_POST_ADDRESS = regex.compile(r"/profile/(?P<author>[^/?#]+)/post/(?P<rkey>[a-z2-7]{13})(?:[/?#]|$)")
_LEXICON = Source("app.bsky.feed.post and app.bsky.embed.images, atproto lexicons", "2026-11-23")
_EMBEDS = Source("app.bsky.embed.* and app.bsky.video.*, atproto lexicons; the limits of Bluesky's app", "2026-11-23")
_APP = Source("Bluesky's own app, its limits in the source", "2026-11-23")
_GALLERY = 10  # pictures; the lexicon takes 20, its authors ask programs to stop here
_NEW = ".host.bsky.network"  # Bluesky's own servers, which know what is new
_BATCH = 25  # most posts of one getPosts
_COUNTS = {"likeCount": "likes", "repostCount": "reposts", "replyCount": "replies", "quoteCount": "quotes"}


_HANDLE = ConnectField("handle", gettext_lazy("Handle"), placeholder="library.bsky.social")
_PASSWORD = ConnectField(
    "app_password",
    gettext_lazy("App password"),
    "password",
    gettext_lazy(
        "Not the password of the account. Make one at Bluesky under Settings, Privacy and security, "
        "App passwords. It looks like abcd-efgh-ijkl-mnop."
    ),
)
_SERVER = ConnectField(
    "server",
    gettext_lazy("Server"),
    "url",
    gettext_lazy("Only for an account on a server of your own. Leave empty otherwise."),
    optional=True,
)
# Signing in there needs an address of ours that Bluesky can read; see _bluesky_oauth.
_WAY = ConnectField(
    "way",
    gettext_lazy("How to connect"),
    "choice",
    gettext_lazy("Signing in needs no app password: you allow LibSocial at Bluesky, and can take it back there."),
    choices=(
        ("sign-in", gettext_lazy("Sign in at Bluesky")),
        ("app-password", gettext_lazy("With an app password")),
    ),
)
_OPEN_FIELDS = (
    _WAY,
    _HANDLE,
    replace(_PASSWORD, label=gettext_lazy("App password, when you connect with one"), optional=True),
    replace(_SERVER, help=gettext_lazy("Only with an app password, for an account on a server of your own.")),
)


class Bluesky(Adapter):
    key = "bluesky"
    name = "Bluesky"
    colour = "#0a66d6"
    needs = gettext_lazy(
        "An account and an app password made in its settings; where LibSocial has a public address, signing in there "
        "is enough. No developer account."
    )
    hosts = _atproto.HOSTS
    guide = Guide(
        steps=(
            Step(
                gettext_lazy(
                    "For an app password: at Bluesky open Settings, Privacy and security, App passwords, and add one. "
                    "Call it LibSocial. The box about direct messages stays empty."
                ),
                "https://bsky.app/settings/app-passwords",
            ),
            Step(gettext_lazy("Copy it at once, as it is shown only once, and paste it here beside the handle.")),
        ),
        approval=gettext_lazy("No review, and no price."),
    )
    connect_kind = "form"
    token_fields = ("handle", "app_password", "server")
    by_hand = gettext_lazy(
        "An app password still works until it is deleted at Bluesky: Settings, Privacy and security, App passwords. "
        "A sign-in ends with the channel."
    )
    revoke_ends_all = False  # the session ends; an app password can only be deleted by its owner
    capabilities = Capabilities(
        text=TextLimit(300, TextUnit.GRAPHEMES, also=((3000, TextUnit.BYTES),)),
        # 2 MB since 2026; servers of one's own with older rules take 1 MB.
        media=MediaRules(
            max_images=records.FEW,
            max_bytes=1_000_000,
            max_side=4000,
            animated=True,
            animated_alone=True,
            video=VideoRules(
                mime_types=("video/mp4", "video/webm", "video/quicktime", "video/mpeg"),
                max_bytes=300_000_000,
                max_seconds=600,
                captions=("vtt",),
                caption_files=20,
            ),
        ),
        alt_text=AltText(field=True, limit=2000, video=True),
        threads=25,
        link_card="ours",
        options=(
            Option(
                "quote",
                gettext_lazy("Address of a post to quote"),
                "url",
                help=gettext_lazy("The quoted post is shown inside, in a thread inside its first part."),
            ),
            *gates.OPTIONS,
            Option(
                "label",
                gettext_lazy("Pictures need a warning"),
                "choice",
                choices=(
                    ("", gettext_lazy("No")),
                    ("graphic-media", gettext_lazy("Graphic or disturbing")),
                    ("nudity", gettext_lazy("Nudity in art or medicine")),
                    ("sexual", gettext_lazy("Suggestive")),
                ),
                help=gettext_lazy("Bluesky hides the pictures behind a warning, as each reader has set it."),
            ),
        ),
        features=frozenset({"find", "follow", "metrics", "audience", "delete", "probe", "refresh", "revoke"}),
        metrics=(
            Metric("likes", "reactions", gettext_lazy("Likes"), gettext_lazy("Likes the post has now.")),
            Metric("reposts", "shares", gettext_lazy("Reposts"), gettext_lazy("Reposts without a comment.")),
            Metric("replies", "replies", gettext_lazy("Replies"), gettext_lazy("Direct replies to the post.")),
            Metric("quotes", "quotes", gettext_lazy("Quotes"), gettext_lazy("Posts that show this one inside.")),
            Metric(
                "followers", "followers", gettext_lazy("Followers"), gettext_lazy("Accounts that follow."), "account"
            ),
            Metric(
                "posts", "posts", gettext_lazy("Posts"), gettext_lazy("Posts and replies of the account."), "account"
            ),
        ),
        # 3,000 in 5 minutes per address, shared by all accounts here; writing 5,000 points an hour, 3 a post.
        budget=Budget(requests=500, window=300, metrics_batch=_BATCH),
        notes=(gettext_lazy("Films need an account whose e-mail address is confirmed at Bluesky."),),
        sources={
            "text": _LEXICON,
            "media": _EMBEDS,
            "alt_text": _APP,
            "threads": Source("no limit of the platform; ours", "2026-11-23"),
            "link_card": _LEXICON,
            "budget": Source("docs.bsky.app, rate limits", "2026-11-23"),
        },
    )

    def capabilities_for(self, facts: dict[str, Any]) -> Capabilities:
        """`gallery`: the account's server knows posts with more than four pictures, new in 2026. An administrator can
        correct the number for a server of one's own."""
        if not facts.get("gallery"):
            return self.capabilities
        return self.capabilities.with_facts(media=replace(self.capabilities.media, max_images=_GALLERY))

    # --- connecting -------------------------------------------------------
    @property
    def connect_fields(self) -> tuple[ConnectField, ...]:  # type: ignore[override]
        """A choice of two ways where Bluesky can reach us, else the app password alone."""
        return _OPEN_FIELDS if outlet.is_open() else (_HANDLE, _PASSWORD, _SERVER)

    def begin(self, fields: dict[str, str], *, redirect_uri: str, state: str, context: Context) -> Connected | Redirect:
        """Sends the person to sign in, or signs in once with the app password, which is not kept: its tokens are."""
        handle = _atproto.clean_handle(fields.get("handle", ""))
        if fields.get("way") == "sign-in":
            if not outlet.is_open():
                raise FieldProblem("way", _("Signing in needs a public address of this installation."))
            return oauth.begin(context.http(), handle, redirect_uri, state)
        return self._with_password(fields, handle, context)

    def finish(self, keep: dict[str, Any], answer: dict[str, str], *, redirect_uri: str, context: Context) -> Connected:
        """Trades the code for tokens, and believes them only when they open the account that was named."""
        http = context.http()
        secret, tokens = oauth.finish(http, keep, answer, redirect_uri)
        account = _account(http, secret, keep["handle"])
        if account.remote_id != keep["did"]:
            raise FieldProblem("handle", _("The server signed in another account. Nothing was connected."))
        return Connected(account, secret, tokens.expires_at, tokens.ends_at)

    def _with_password(self, fields: dict[str, str], handle: str, context: Context) -> Connected:
        password = _app_password(fields.get("app_password", ""))
        http, did = context.http(), ""
        typed = _typed_server(fields)
        if typed:
            server = typed
        else:
            did, server = _atproto.find_server(http, handle)
        answer = Wire(http, (password,)).ask(
            "POST",
            f"{server}/xrpc/com.atproto.server.createSession",
            json={"identifier": did or handle, "password": password},
        )
        _raise_sign_in(answer)
        own = bool(typed) and typed != self.host("entryway")
        if did and answer.text("did") != did:
            raise FieldProblem("handle", _("The server signed in another account. Nothing was connected."))
        secret = _secret(answer.fields, server if own else _server_in(answer.fields) or server)
        if own:
            secret["typed"] = True
        return Connected(_account(http, secret, handle), secret, _atproto.expiry(secret["access"]))

    def probe(self, session: Session) -> Account:
        answer = Line(session).call("GET", "com.atproto.server.getSession")
        # An account taken down is told by 400 and a sentence, a deactivated one by `active`.
        if answer.text("error") == "InvalidRequest" or answer.fields.get("active") is False:
            raise NeedsReconnect(_("Bluesky says this account is not active."), detail=answer.words)
        raise_for(answer)
        return _account(session.http(), session.secret, session.handle.removeprefix("@"))

    def renew(self, session: Session, secret: dict[str, Any]) -> Connected:
        """Spends the refresh token; the answer brings the next one."""
        account = Account(session.remote_id, "", session.handle, records.profile(session.remote_id))
        if "dpop" in secret:
            new, tokens = oauth.renew(session.http(), secret, session.remote_id)
            return Connected(account, new, tokens.expires_at, tokens.ends_at)
        answer = Wire(session.http(), (secret["access"], secret["refresh"])).ask(
            "POST",
            f"{secret['pds']}/xrpc/com.atproto.server.refreshSession",
            headers={"Authorization": f"Bearer {secret['refresh']}"},
        )
        raise_for(answer)
        # The address a person typed stays: the account's document may name one that cannot be reached from here.
        new = _secret(answer.fields, secret["pds"] if "typed" in secret else _server_in(answer.fields) or secret["pds"])
        new |= {name: secret[name] for name in ("typed",) if name in secret}
        return Connected(account, new, _atproto.expiry(new["access"]))

    def revoke(self, session: Session) -> None:
        secret = session.secret
        if "dpop" in secret:
            oauth.revoke(session)
            return
        answer = Wire(session.http(), (secret["access"], secret["refresh"])).ask(
            "POST",
            f"{secret['pds']}/xrpc/com.atproto.server.deleteSession",
            headers={"Authorization": f"Bearer {secret['refresh']}"},
        )
        if not _atproto.is_expired(answer):
            raise_for(answer)

    # --- publishing -------------------------------------------------------
    def prepare(self, session: Session, content: Content, index: int, key: str, at: datetime) -> Prepared:
        line, part = Line(session), content.parts[index]
        rkey, made = _atproto.tid(key, at, index), _atproto.created_at(at, index)
        record: dict[str, Any] = {"$type": POSTS, "text": measure.plain_newlines(part.text), "createdAt": made}
        if facets := records.facets(line, record["text"]):
            record["facets"] = facets
        if language := part.lang or content.language:
            record["langs"] = [language]
        if label := content.options.get("label"):
            record["labels"] = {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": label}]}
        data: dict[str, Any] = {"rkey": rkey, "record": record}
        address = content.options.get("quote") if index == 0 else ""
        data |= {"quoted": records.quoted(line, address)} if address else {}
        shut = gates.wanted(content.options, index, line.did, rkey, made)
        data |= {"gates": shut} if shut else {}
        if (film := video.film_of(part)) is not None:
            return Prepared(key, {**data, "film": video.begun(line, film, content, index)})
        if embed := records.embed_of(self._shown(line, part), data.get("quoted")):
            record["embed"] = embed
        return Prepared(key, data)

    def _shown(self, line: Line, part: Part) -> dict[str, Any] | None:
        """The embed of pictures or of a card."""
        if part.media:
            return records.images(line, part.media)
        if part.card:
            return {"$type": "app.bsky.embed.external", "external": records.external(line, part.card)}
        return None

    def ready(self, session: Session, content: Content, index: int, prepared: Prepared) -> Prepared:
        """A film is uploaded and followed until it is converted; then the record is whole."""
        media, film = video.film_of(content.parts[index]), prepared.data.get("film")
        if media is None or film is None:
            return prepared
        further = video.further(Line(session), media, film)
        if further == film:
            return prepared
        data = {**prepared.data, "film": further}
        return replace(prepared, data=self._with_film(data, media) if further["blob"] else data)

    def _with_film(self, data: dict[str, Any], media: Media) -> dict[str, Any]:
        embed = records.embed_of(video.embed(media, data["film"]), data.get("quoted"))
        return {**data, "record": {**data["record"], "embed": embed}}

    def publish_part(
        self, session: Session, content: Content, index: int, prepared: Prepared, before: Sequence[Receipt]
    ) -> Receipt:
        line, record = Line(session), self._record(prepared, before)
        answer = records.put(line, prepared.data["rkey"], record)
        if answer.text("error") == "BlobNotFound":  # uploaded too long ago; the same bytes have the same address
            records.upload_again(line, content, index)
            prepared = self._film_again(line, content.parts[index], prepared)
            answer = records.put(line, prepared.data["rkey"], self._record(prepared, before))
        if answer.text("error") == "InvalidSwap":
            return self._settled(line, prepared)
        raise_for(answer, creating=True)
        return self._shut(line, records.receipt(line.did, prepared, answer.fields))

    def _record(self, prepared: Prepared, before: Sequence[Receipt]) -> dict[str, Any]:
        record = dict(prepared.data["record"])
        if before:
            record["reply"] = {"root": records.reference(before[0]), "parent": records.reference(before[-1])}
        return record

    def _film_again(self, line: Line, part: Part, prepared: Prepared) -> Prepared:
        """A film nobody kept is brought to the account's server as it is: nothing was created, so it may change."""
        media, film = video.film_of(part), prepared.data.get("film")
        if media is None or film is None:
            return prepared
        for captions in media.captions:
            records.upload(line, captions, "text/vtt")
        data = {**prepared.data, "film": {**film, "blob": video.direct(line, media)}}
        return replace(prepared, data=self._with_film(data, media))

    def _shut(self, line: Line, receipt: Receipt) -> Receipt:
        """Says who may answer and quote. The post is out: what cannot be written now, `follow` writes."""
        if not receipt.data.get("gates"):
            return receipt
        try:
            gates.write(line, receipt.remote_id.rpartition("/")[2], receipt.data["gates"])
        except PlatformError:
            return replace(receipt, processing=True)
        return receipt

    def follow(self, session: Session, receipt: Receipt) -> Receipt:
        """Writes who may answer and quote, where that did not succeed together with the post."""
        gates.write(Line(session), receipt.remote_id.rpartition("/")[2], receipt.data.get("gates", []))
        return replace(receipt, processing=False)

    def _settled(self, line: Line, prepared: Prepared) -> Receipt:
        """Something else stands at our key. Ours from before, changed by a server's habit, counts; a stranger's not."""
        try:
            found = self._look(line, prepared)
        except Temporary as error:
            raise Unclear(error.reason, detail=error.detail) from None
        if found.receipt is not None:
            return found.receipt
        if found.state == "unknown":
            raise Unclear(_("Bluesky’s answer cannot be read; what became of the post must be looked up."))
        raise Rejected(_("Another post already has the place meant for this one. Duplicate the post."), field="text")

    def find(self, session: Session, content: Content, index: int, prepared: Prepared, since: datetime) -> Found:
        return self._look(Line(session), prepared)

    def _look(self, line: Line, prepared: Prepared) -> Found:
        where = {"repo": line.did, "collection": POSTS, "rkey": prepared.data["rkey"]}
        answer = line.call("GET", "com.atproto.repo.getRecord", params=where)
        if answer.status == 400 and answer.text("error") == "RecordNotFound":
            return Found.absent()
        there, ours = answer.fields.get("value"), prepared.data["record"]
        if answer.status in (400, 404) or (answer.ok and not isinstance(there, dict)):
            # Also an account taken down: its server says nothing about any post.
            return Found("unknown", look_at=records.profile(line.did))
        raise_for(answer)
        if (there.get("createdAt"), there.get("text")) != (ours["createdAt"], ours["text"]):
            return Found.absent()
        receipt = records.receipt(line.did, prepared, answer.fields)
        return Found.present(replace(receipt, processing="gates" in receipt.data))

    def recognise(self, session: Session, url: str) -> Receipt:
        """By the author and the key in an address such as https://bsky.app/profile/library.example/post/3l…"""
        line, match = Line(session), _POST_ADDRESS.search(url)
        names = (line.did, session.handle.removeprefix("@").lower())
        if match and match["author"].lower() in names:
            where = {"repo": line.did, "collection": POSTS, "rkey": match["rkey"]}
            answer = line.call("GET", "com.atproto.repo.getRecord", params=where)
            record = answer.fields.get("value")
            if isinstance(record, dict):
                found = Prepared("", {"rkey": match["rkey"], "record": record})
                return records.receipt(line.did, found, answer.fields)
            if answer.status not in (400, 404):
                raise_for(answer)
        raise Rejected(_("There is no post of this account at this address."), field="url")

    def delete(self, session: Session, receipt: Receipt) -> None:
        repo, collection, rkey = receipt.remote_id.removeprefix("at://").split("/")
        body = {"repo": repo, "collection": collection, "rkey": rkey}
        line = Line(session)
        raise_for(line.call("POST", "com.atproto.repo.deleteRecord", json=body))
        gates.remove(line, rkey, receipt.data.get("gates", []))

    # --- figures ----------------------------------------------------------
    def metrics(self, session: Session, receipts: Sequence[Receipt]) -> dict[str, Figures]:
        line, figures = Line(session), {}
        wanted = [receipt.remote_id for receipt in receipts]
        for start in range(0, len(wanted), _BATCH):
            posts = line.get("app.bsky.feed.getPosts", uris=wanted[start : start + _BATCH]).get("posts")
            for post in posts if isinstance(posts, list) else []:
                if isinstance(post, dict):
                    figures[str(post.get("uri"))] = Figures(records.counted(post, _COUNTS))
        return {uri: figures.get(uri) or records.unlisted(line, uri) for uri in wanted}

    def audience(self, session: Session) -> Figures:
        profile = Line(session).get("app.bsky.actor.getProfile", actor=session.remote_id)
        return Figures(records.counted(profile, {"followersCount": "followers", "postsCount": "posts"}))


# --- connecting, in small steps -------------------------------------------
def _app_password(text: str) -> str:
    password = _wire.typed(text)
    if not password:
        raise FieldProblem("app_password", _("The app password is missing."))
    if not _APP_PASSWORD.fullmatch(password):
        raise FieldProblem(
            "app_password",
            _(
                "This does not look like an app password, and LibSocial never asks for the password of the account. "
                "Make one at Bluesky under Settings, Privacy and security, App passwords."
            ),
        )
    return password


def _typed_server(fields: dict[str, str]) -> str:
    """The address of a server of one's own, '' where none was typed, or only the page everybody reads Bluesky on."""
    if not fields.get("server", "").strip():
        return ""
    server = _wire.server_url(fields["server"], "server")
    return "" if server == "https://bsky.app" else server


def _raise_sign_in(answer: _wire.Answer) -> None:
    name = answer.text("error")
    if name in {"AccountTakedown", "AccountDeactivated", "AccountSuspended"} or answer.fields.get("active") is False:
        raise FieldProblem("handle", _("Bluesky says this account is not active. Sign in there and see why."))
    if name in {"AuthenticationRequired", "AuthFactorTokenRequired", "InvalidRequest"} or answer.status == 401:
        raise FieldProblem("app_password", _("Bluesky does not accept this app password for this handle."))
    if not answer.ok and not name and answer.status not in (429, *range(500, 600)):
        raise Temporary(_("The server’s answer cannot be read. Is it a Bluesky server?"), detail=answer.words)
    raise_for(answer)
    if not (answer.text("accessJwt") and answer.text("refreshJwt") and answer.text("did")):
        raise Temporary(_("The server’s answer cannot be read. Is it a Bluesky server?"))


def _secret(session: dict[str, Any], pds: str) -> dict[str, Any]:
    try:
        return {"access": str(session["accessJwt"]), "refresh": str(session["refreshJwt"]), "pds": pds}
    except KeyError:
        raise Temporary(_("Bluesky’s answer cannot be read.")) from None


def _server_in(session: dict[str, Any]) -> str:
    """The account's own server, where the sign-in tells it."""
    document = session.get("didDoc")
    if not isinstance(document, dict):
        return ""
    try:
        return _atproto.server_of(document)
    except FieldProblem:
        return ""


def _account(http: Any, secret: dict[str, Any], handle: str) -> Account:
    """Who it is, with name and picture where the server can say."""
    wire = Wire(http, (secret["access"], secret["refresh"]))
    me = _atproto.ask_as(wire, secret, "GET", f"{secret['pds']}/xrpc/com.atproto.server.getSession")
    raise_for(me)
    did, told = me.text("did"), me.text("handle")
    handle = handle if told in ("", "handle.invalid") else told  # invalid: its name could not be proven just now
    profile = _profile_fields(wire, secret, did)
    return Account(
        remote_id=did,
        name=str(profile.get("displayName") or handle),
        handle=f"@{handle}",
        url=records.profile(did),
        avatar_url=str(profile.get("avatar") or ""),
        facts=facts_of(secret["pds"]),
    )


def facts_of(pds: str) -> dict[str, Any]:
    """What is known of an account's server by its address."""
    return {"gallery": True} if (urlsplit(pds).hostname or "").endswith(_NEW) else {}


def _profile_fields(wire: Wire, secret: dict[str, Any], did: str) -> dict[str, Any]:
    """Name and picture are nice to have: a reading service that is down keeps nobody from connecting."""
    url = f"{secret['pds']}/xrpc/app.bsky.actor.getProfile"
    try:
        answer = _atproto.ask_as(wire, secret, "GET", url, params={"actor": did})
    except Temporary:
        return {}
    return answer.fields if answer.ok else {}
