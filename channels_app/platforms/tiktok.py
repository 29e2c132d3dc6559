"""TikTok: drafts in the app's inbox, and posts at once where TikTok has audited the application.

The number TikTok gives an upload is stored before the first byte, and its status is the witness of everything after
(see _tiktok_upload). A draft is not called published: its receipt says that a person must finish it in the app. Posts
of pictures are fetched by TikTok from us; of those only the account's own list can tell whether one was made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import regex
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_app import measure
from channels_app.capabilities import (
    AltText,
    Budget,
    Capabilities,
    MediaRules,
    Preview,
    Source,
    TextLimit,
    TextUnit,
    VideoRules,
)
from channels_app.connect import Context, FieldProblem
from channels_app.content import Content
from channels_app.errors import NeedsReconnect, Rejected, Temporary, Unclear
from channels_app.platforms import _tiktok_choices as choices
from channels_app.platforms import _tiktok_posts as posts
from channels_app.platforms import _tiktok_reading as reading
from channels_app.platforms import _tiktok_sign_in as sign_in
from channels_app.platforms import _tiktok_upload as upload
from channels_app.platforms._oauth import Tokens
from channels_app.platforms._tiktok_wire import HOSTS, KEY, NAME, Line, failed, text_in, told
from channels_app.platforms._wire import Wire, moment_of, number_of
from channels_app.platforms.base import (
    Account,
    Adapter,
    Connected,
    Figures,
    Found,
    Prepared,
    Receipt,
    Redirect,
    Session,
    alt_of,
)

_DOCS = Source("developers.tiktok.com, Content Posting API reference and media transfer guide", "2026-11-23")
_SETTLES = timedelta(seconds=60)  # until TikTok's count of bytes is believed to have arrived nowhere
_MODERATED_WITHIN = timedelta(minutes=30)  # afterwards a post without a number counts as published all the same
_CLOCKS = timedelta(minutes=2)
_ADDRESS = regex.compile(r"^https?://(?:www\.|m\.)?tiktok\.com/@[\w.-]+/(?:video|photo)/(?P<id>\d{1,20})(?!\w)")


class TikTok(Adapter):
    key = KEY
    name = NAME
    colour = "#1f1f1f"
    mark = "TT"
    needs = gettext_lazy(
        "A TikTok account, an application of your own at TikTok for Developers that TikTok has reviewed, and a public "
        "https address of this installation."
    )
    connect_kind = "redirect"
    app_fields = choices.APP_FIELDS
    scopes = (*sign_in.DRAFT_SCOPES, sign_in.DIRECT_SCOPE)
    hosts = HOSTS
    token_fields = ("token", "refresh")
    by_hand = choices.BY_HAND
    guide = choices.GUIDE
    refresh_ahead = timedelta(hours=4)  # a key lasts a day
    piece = upload.PIECE
    capabilities = Capabilities(
        text=TextLimit(2200, TextUnit.UTF16),
        media=MediaRules(
            max_images=35,
            fetched=("image",),
            mime_types=("image/jpeg", "image/webp"),
            max_bytes=20_000_000,
            max_side=1920,
            max_pixels=1920 * 1080,
            required=True,
            video=VideoRules(
                mime_types=("video/mp4", "video/quicktime", "video/webm"),
                max_bytes=4_000_000_000,
                min_seconds=3,
                max_seconds=600,
                max_side=4096,
                max_fps=60,
            ),
        ),
        alt_text=AltText(field=False),
        languages=False,
        options=choices.OPTIONS,
        features=frozenset({"find", "follow", "metrics", "audience", "probe", "refresh", "revoke"}),
        metrics=choices.METRICS,
        # New posts 6 a minute, their status 30, creator_info 20, each per account.
        budget=Budget(requests=20, window=60, metrics_batch=reading.BATCH),
        one_at_a_time=True,  # of pictures: what was there before is only known while nothing else is being sent
        preview=Preview("video", fold_after=100, fold_lines=2),
        notes=choices.NOTES,
        sources={
            "text": _DOCS,
            "media": _DOCS,
            "alt_text": Source("no field for one in the Content Posting API", "2026-11-23"),
            "options": Source("developers.tiktok.com, Content Sharing Guidelines", "2026-11-23"),
            "budget": _DOCS,
        },
    )

    def capabilities_for(self, facts: dict[str, Any]) -> Capabilities:
        """Drafts only, where the application may not publish; else the choices TikTok offers this account."""
        if not facts:
            return self.capabilities
        if not facts.get("direct"):
            return self.capabilities.with_facts(options=_only_drafts())
        allowed, can = facts.get("privacy"), self.capabilities
        if isinstance(allowed, list) and allowed:
            offered = (choices.UNCHOSEN, *(one for one in choices.PRIVACY if one[0] in allowed))
            can = can.with_facts(
                options=tuple(replace(o, choices=offered) if o.name == "privacy" else o for o in can.options)
            )
        return can

    # --- connecting -------------------------------------------------------
    def begin(self, fields: dict[str, str], *, redirect_uri: str, state: str, context: Context) -> Redirect:
        return sign_in.begin(redirect_uri=redirect_uri, state=state, context=context)

    def finish(self, keep: dict[str, Any], answer: dict[str, str], *, redirect_uri: str, context: Context) -> Connected:
        return self._connected(sign_in.exchange(keep, answer, redirect_uri=redirect_uri, context=context), context)

    def from_token(self, fields: dict[str, str], *, context: Context) -> Connected:
        """`fields`: "refresh", a refresh token of our own application; or "token" alone, good for a day."""
        return self._connected(sign_in.tokens_from(fields, context), context)

    def _connected(self, tokens: Tokens, context: Context) -> Connected:
        wire = Wire(context.http(), (tokens.access, tokens.refresh))
        headers = {"Authorization": f"Bearer {tokens.access}"}
        answer = wire.ask("GET", f"{self.host('api')}/v2/user/info/", params=reading.ACCOUNT, headers=headers)
        try:
            user = reading.user_in(told(wire, answer))
        except NeedsReconnect as error:
            raise FieldProblem("", error.reason) from None
        direct = sign_in.DIRECT_SCOPE in tokens.scopes and sign_in.audited(context.app)
        secret = tokens.secret(scopes=sorted(tokens.scopes))
        return Connected(reading.account_of(user, {"direct": direct}), secret, tokens.expires_at, tokens.ends_at)

    def probe(self, session: Session) -> Account:
        """Also reads what TikTok lets this account choose, where posting at once is possible."""
        line = Line(session)
        user = reading.user_in(line.ask("GET", "user/info/", params=reading.ACCOUNT))
        direct = sign_in.audited(session.app) and sign_in.DIRECT_SCOPE in (session.secret.get("scopes") or ())
        facts: dict[str, Any] = {"direct": direct}
        if direct:
            try:
                facts["privacy"] = reading.creator(line)["privacy_level_options"]
            except (Rejected, Temporary):  # it may not post today; that says nothing about the key
                facts["privacy"] = session.facts.get("privacy")
        return reading.account_of(user, facts)

    def renew(self, session: Session, secret: dict[str, Any]) -> Connected:
        return sign_in.renew(session, secret)

    def revoke(self, session: Session) -> None:
        sign_in.revoke(session)

    # --- publishing -------------------------------------------------------
    def prepare(self, session: Session, content: Content, index: int, key: str, at: datetime) -> Prepared:
        """Refuses what TikTok would; for pictures, notes what the account has already."""
        posts.refuse_early(content, index)
        if posts.film_of(content, index):
            return Prepared(key, {})
        return Prepared(key, {"seen": [text_in(one, "id") for one in reading.own_list(Line(session))]})

    def ready(self, session: Session, content: Content, index: int, prepared: Prepared) -> Prepared:
        """One step: what TikTok allows the account, the beginning of an upload, a stretch of the film."""
        line, data, film = Line(session), prepared.data, posts.film_of(content, index)
        if posts.is_direct(content) and "creator" not in data:
            creator = reading.creator(line)
            posts.suits(creator, content, film)
            return Prepared(prepared.key, {**data, "creator": creator})
        if film is None:
            return prepared
        plan = upload.Plan(film.size, self.piece)
        if not data.get("publish_id") or upload.must_begin_again(line, data, film.size):
            path, body = "post/publish/inbox/video/init/", {"source_info": plan.source()}
            if posts.is_direct(content):
                path = "post/publish/video/init/"
                body["post_info"] = posts.film_info(content, index, data["creator"])
            return Prepared(prepared.key, {**data, **upload.begun(line, path, body, data)})
        further = upload.sent(line, film, plan, data)
        return Prepared(prepared.key, {**data, **further}) if further else prepared

    def publish_part(
        self, session: Session, content: Content, index: int, prepared: Prepared, before: Sequence[Receipt]
    ) -> Receipt:
        line, film = Line(session), posts.film_of(content, index)
        if film is None:
            return self._photos(line, content, index, prepared)
        known = upload.newest_standing(line, prepared.data, film.size)
        if known.arrived(film.size):  # by an earlier try whose answer was lost
            return self._receipt(session, content, index, known.publish_id)
        if known.failed:
            raise failed(known.reason)
        upload.finish(line, film, upload.Plan(film.size, self.piece), prepared.data)
        return self._receipt(session, content, index, prepared.data["publish_id"])

    def _photos(self, line: Line, content: Content, index: int, prepared: Prepared) -> Receipt:
        body = posts.photo_body(line.session, content, index, prepared.data.get("creator") or {})
        data = line.data("POST", "post/publish/content/init/", creating=True, json=body)
        publish_id = text_in(data, "publish_id")
        if not publish_id:
            raise Unclear(_("TikTok’s answer cannot be read; what became of the post must be looked up."))
        return self._receipt(line.session, content, index, publish_id)

    def _receipt(self, session: Session, content: Content, index: int, publish_id: str) -> Receipt:
        """Until TikTok says what became of it, known by the number of its upload."""
        film, direct = posts.film_of(content, index), posts.is_direct(content)
        alt = alt_of(content, index, self.capabilities)
        data = {
            "publish_id": publish_id,
            "page": "video" if film else "photo",
            "mode": "direct" if direct else "inbox",
            "at": timezone.now().isoformat(),
        }
        if direct:
            data["privacy"] = content.options["privacy"]
        elif film:
            data["caption"] = measure.plain_newlines(content.parts[index].text)  # for a person to copy
            alt = "not deliverable" if alt == "in the text" else alt
        return Receipt(publish_id, _profile(session), alt, data, processing=True)

    def find(self, session: Session, content: Content, index: int, prepared: Prepared, since: datetime) -> Found:
        line, film = Line(session), posts.film_of(content, index)
        if film is None:
            return self._find_photos(line, content, index, prepared, since)
        known = upload.newest_standing(line, prepared.data, film.size)
        if known.arrived(film.size):
            return Found.present(self._receipt(session, content, index, known.publish_id))
        if known.failed or (known.uploaded is not None and timezone.now() - since > _SETTLES):
            return Found.absent()
        return Found("unknown", look_at=_profile(session))

    def _find_photos(self, line: Line, content: Content, index: int, prepared: Prepared, since: datetime) -> Found:
        """Only a public post can be seen, and only after TikTok has looked at it: absence is never proven."""
        words = measure.plain_newlines(content.parts[index].text).strip()
        for one in reading.own_list(line):
            made = number_of(one.get("create_time"))
            if text_in(one, "id") in prepared.data["seen"] or made is None or made < (since - _CLOCKS).timestamp():
                continue
            if words and words in (text_in(one, "video_description").strip(), text_in(one, "title").strip()):
                receipt = self._receipt(line.session, content, index, text_in(one, "id"))
                return Found.present(_published(line.session, receipt, text_in(one, "id")))
        return Found("unknown", look_at=_profile(line.session))

    def recognise(self, session: Session, url: str) -> Receipt:
        """By the number at the end of the address, when it is a public film of this account."""
        match = _ADDRESS.match(url.strip())
        if match and match["id"] in reading.counted(Line(session), [match["id"]]):
            page = "photo" if "/photo/" in url else "video"
            return _published(session, Receipt(match["id"], "", data={"page": page}), match["id"])
        raise Rejected(_("There is no public film of this account at this address."), field="url")

    def follow(self, session: Session, receipt: Receipt) -> Receipt:
        """Looks what TikTok made of it. Raises Rejected when it failed after all."""
        known = upload.standing(Line(session), str(receipt.data["publish_id"]))
        match known.state:
            case "FAILED":
                raise failed(known.reason)
            case "SEND_TO_USER_INBOX":
                return _in_the_inbox(session, receipt)
            case "PUBLISH_COMPLETE" if known.post_id:
                return _published(session, receipt, known.post_id)
            case "PUBLISH_COMPLETE" if _stays_without_number(receipt):
                return replace(receipt, processing=False, data={**receipt.data, "state": "published"})
        return receipt

    # --- figures ----------------------------------------------------------
    def metrics(self, session: Session, receipts: Sequence[Receipt]) -> dict[str, Figures]:
        """Of public posts; a draft has figures once a person published it and TikTok tells its number."""
        line = Line(session)
        numbers = {one.remote_id: reading.number_of_post(line, one) for one in receipts}
        wanted = list(dict.fromkeys(number for number in numbers.values() if number))
        found: dict[str, Figures] = {}
        for start in range(0, len(wanted), reading.BATCH):
            found |= reading.counted(line, wanted[start : start + reading.BATCH])
        return {remote_id: found.get(number, Figures({})) for remote_id, number in numbers.items()}

    def audience(self, session: Session) -> Figures:
        return reading.audience_of(reading.user_in(Line(session).ask("GET", "user/info/", params=reading.ACCOUNT)))


def _only_drafts() -> tuple[Any, ...]:
    return tuple(
        replace(one, choices=(choices.INBOX,)) if one.name == "mode" else one
        for one in choices.OPTIONS
        if one.only != choices.DIRECT
    )


# --- what became of it ----------------------------------------------------
def _profile(session: Session) -> str:
    return session.url or f"https://www.tiktok.com/{session.handle}"


def _published(session: Session, receipt: Receipt, post_id: str) -> Receipt:
    url = f"https://www.tiktok.com/{session.handle}/{receipt.data.get('page', 'video')}/{post_id}"
    return replace(receipt, remote_id=post_id, url=url, processing=False, data={**receipt.data, "state": "published"})


def _in_the_inbox(session: Session, receipt: Receipt) -> Receipt:
    """A draft: said plainly, as nothing is public until a person has finished it."""
    to_do = _(
        "Not public yet: open the TikTok app, choose the notification about this draft in the inbox, and post it."
    )
    data = {**receipt.data, "state": "inbox", "to_do": to_do}
    return replace(receipt, url=_profile(session), processing=False, data=data)


def _stays_without_number(receipt: Receipt) -> bool:
    """A post that is not public never gets a number; a public one mostly within minutes."""
    if receipt.data.get("privacy") not in (None, "PUBLIC_TO_EVERYONE"):
        return True
    at = moment_of(receipt.data.get("at"))
    return at is None or timezone.now() - at > _MODERATED_WITHIN
