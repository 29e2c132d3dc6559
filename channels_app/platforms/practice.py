"""Practice, the network inside the product. The smallest whole adapter: read this one first.

It speaks to channels_app.practice.network in the same process, and translates
its answers as any adapter does: status and field in, one of our errors out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_app import measure
from channels_app.capabilities import (
    AltText,
    Budget,
    Capabilities,
    DocumentRules,
    MediaRules,
    Metric,
    Option,
    Source,
    TextLimit,
    TextUnit,
    VideoRules,
)
from channels_app.connect import Context, FieldProblem
from channels_app.content import Captions, Content, Media
from channels_app.errors import Gone, NeedsReconnect, RateLimited, Rejected, Temporary, Unclear
from channels_app.models import PracticeAccount, PracticePost
from channels_app.platforms.base import (
    Account,
    Adapter,
    Connected,
    ConnectField,
    Figures,
    Found,
    Prepared,
    Receipt,
    Session,
)
from channels_app.practice import network

_HOUSE = Source("The rules of Practice itself", "2026-11-23")
_T = TypeVar("_T")


class Practice(Adapter):
    key = "practice"
    name = "Practice"
    colour = "#3d6b5c"
    needs = gettext_lazy("Nothing. A network inside LibSocial, to learn and to try things out.")
    connect_kind = "form"
    token_fields = ("name",)
    connect_fields = (
        ConnectField(
            "name",
            gettext_lazy("Name of the account"),
            help=gettext_lazy("For example the name of your library. You can make as many accounts as you like."),
        ),
    )
    capabilities = Capabilities(
        text=TextLimit(network.TEXT_LIMIT, TextUnit.GRAPHEMES, required=True),
        media=MediaRules(
            max_images=network.MAX_PICTURES,
            mime_types=tuple(network.MIME_TYPES),
            max_bytes=network.PICTURE_MAX_BYTES,
            animated=True,
            video=VideoRules(
                max_bytes=network.FILM_MAX_BYTES,
                max_seconds=network.FILM_MAX_SECONDS,
                captions=("vtt",),
                caption_files=10,
                poster=True,
            ),
            document=DocumentRules(max_bytes=network.DOCUMENT_MAX_BYTES),
        ),
        alt_text=AltText(field=True, limit=network.ALT_LIMIT, video=True),
        threads=25,
        content_warning=network.CONTENT_WARNING_LIMIT,
        link_card="ours",
        card_with_media=False,
        options=(
            Option(
                "replies",
                gettext_lazy("Who may reply"),
                "choice",
                default="everyone",
                choices=(("everyone", gettext_lazy("Everyone")), ("nobody", gettext_lazy("Nobody"))),
            ),
        ),
        features=frozenset({"find", "follow", "metrics", "audience", "delete", "probe", "revoke"}),
        metrics=(
            Metric("views", "reach", gettext_lazy("Views"), gettext_lazy("How often the page of the post was opened.")),
            Metric("likes", "reactions", gettext_lazy("Likes"), gettext_lazy("Likes given on the Practice pages.")),
            Metric("shares", "shares", gettext_lazy("Shares"), gettext_lazy("Shares made on the Practice pages.")),
            Metric("replies", "replies", gettext_lazy("Replies"), gettext_lazy("Answers written by visitors.")),
            Metric(
                "followers",
                "followers",
                gettext_lazy("Followers"),
                gettext_lazy("Followers of the account on Practice."),
                scope="account",
            ),
            Metric(
                "posts", "posts", gettext_lazy("Posts"), gettext_lazy("Public posts of the account."), scope="account"
            ),
        ),
        budget=Budget(requests=600, window=60, metrics_batch=100),
        sources=dict.fromkeys(("text", "media", "alt_text", "threads", "content_warning", "link_card"), _HOUSE),
    )

    # --- connecting -------------------------------------------------------
    def begin(self, fields: dict[str, str], *, redirect_uri: str, state: str, context: Context) -> Connected:
        """Makes the account at once; one that is being reconnected gets a new token."""
        name = fields.get("name", "").strip()
        handle = slugify(name, allow_unicode=False)[:60]
        if not handle:
            raise FieldProblem("name", _("Give the account a name with at least one Latin letter or digit."))
        known = PracticeAccount.objects.filter(handle=handle).first()
        try:
            account, token = network.open_account(
                handle, name[:120], renew=bool(known and str(known.pk) == context.reconnecting)
            )
        except network.Answer as answer:
            raise FieldProblem(
                "name",
                _("There is already an account “%(handle)s” on Practice. Choose another name.") % {"handle": handle},
            ) from answer
        return Connected(account_shown(account), {"token": token})

    def probe(self, session: Session) -> Account:
        return account_shown(_asked(lambda: network.account_of(session.secret["token"])))

    def revoke(self, session: Session) -> None:
        network.close_account(session.secret["token"])

    # --- publishing -------------------------------------------------------
    def prepare(self, session: Session, content: Content, index: int, key: str, at: datetime) -> Prepared:
        part = content.parts[index]
        card = part.card and {
            "url": part.card.url,
            "title": part.card.title,
            "description": part.card.description,
            "thumb": self._upload(session, part.card.thumb) if part.card.thumb else None,
        }
        return Prepared(key, {"media": [self._upload(session, media) for media in part.media], "card": card})

    def _upload(self, session: Session, media: Media) -> dict[str, Any]:
        sent = self._send(session, media, mime=media.mime, alt=media.alt, width=media.width, height=media.height)
        if media.kind == "document":
            return {**sent, "name": media.name, "pages": media.pages}
        if media.kind == "image":
            return sent
        words = [
            {**self._send(session, one, mime="text/vtt"), "language": one.language}
            for one in media.captions
            if one.format == "vtt"
        ]
        poster = self._upload(session, media.poster) if media.poster else None
        return {**sent, "captions": words, "poster": poster}

    def _send(self, session: Session, file: Media | Captions, **told: Any) -> dict[str, Any]:
        token = session.secret["token"]
        with session.open(file) as opened:
            return _asked(lambda: network.upload(token, opened, size=file.size, **told))

    def publish_part(
        self, session: Session, content: Content, index: int, prepared: Prepared, before: Sequence[Receipt]
    ) -> Receipt:
        draft = network.Draft(
            text=measure.plain_newlines(content.parts[index].text),
            media=prepared.data["media"],
            card=prepared.data["card"],
            content_warning=content.content_warning,
            language=content.parts[index].lang or content.language,
            replies_closed=content.options.get("replies") == "nobody",
            reply_to=int(before[-1].remote_id) if before else None,
        )
        token = session.secret["token"]
        try:
            return _receipt(_asked(lambda: network.create(token, prepared.key, draft)))
        except ConnectionResetError as error:
            raise Unclear(_("Practice cut the line before it answered.")) from error

    def find(self, session: Session, content: Content, index: int, prepared: Prepared, since: datetime) -> Found:
        post = _asked(lambda: network.find(session.secret["token"], prepared.key))
        return Found.present(_receipt(post)) if post else Found.absent()

    def recognise(self, session: Session, url: str) -> Receipt:
        path = urlsplit(url.strip()).path
        try:
            match = resolve(path)
            post = network.get(session.secret["token"], match.kwargs["pk"])
        except (Resolver404, KeyError, network.Answer) as error:
            raise Rejected(_("This is not the address of a post of this account on Practice."), field="url") from error
        return _receipt(post)

    def follow(self, session: Session, receipt: Receipt) -> Receipt:
        return _receipt(_asked(lambda: network.get(session.secret["token"], int(receipt.remote_id))))

    def delete(self, session: Session, receipt: Receipt) -> None:
        try:
            _asked(lambda: network.delete(session.secret["token"], int(receipt.remote_id)))
        except Gone:
            return

    # --- figures ----------------------------------------------------------
    def metrics(self, session: Session, receipts: Sequence[Receipt]) -> dict[str, Figures]:
        wanted = [int(receipt.remote_id) for receipt in receipts]
        found = _asked(lambda: network.counts(session.secret["token"], wanted))
        return {str(pk): Figures(found[pk]) if pk in found else Figures({}, gone=True) for pk in wanted}

    def audience(self, session: Session) -> Figures:
        account = _asked(lambda: network.account_of(session.secret["token"]))
        posts = PracticePost.objects.public().by_accounts().filter(account=account).count()
        return Figures({"followers": account.followers, "posts": posts})


def _asked(question: Callable[[], _T]) -> _T:
    """Asks the network and translates its refusals."""
    try:
        return question()
    except network.Answer as answer:
        raise _error_of(answer) from answer


def _error_of(answer: network.Answer) -> Exception:
    if answer.status == 401:
        return NeedsReconnect(_("Practice no longer accepts this account’s key."), detail=answer.sentence)
    if answer.status == 404:
        return Gone(_("The post is no longer on Practice."), detail=answer.sentence)
    if answer.status == 429 and answer.until:
        return RateLimited(answer.until, _("Practice asks us to wait a minute."), detail=answer.sentence)
    if answer.status == 422:
        reason = _("Practice refused the post: %(reason)s.") % {"reason": answer.sentence}
        return Rejected(reason, field=answer.field, detail=answer.sentence)
    return Temporary(_("Practice is out of order at the moment."), detail=answer.sentence)


def account_shown(account: PracticeAccount) -> Account:
    return Account(
        remote_id=str(account.pk),
        name=account.name,
        handle=f"@{account.handle}",
        url=settings.BASE_URL + reverse("practice:account", args=[account.handle]),
    )


def _receipt(post: PracticePost) -> Receipt:
    return Receipt(
        remote_id=str(post.pk),
        url=settings.BASE_URL + reverse("practice:post", args=[post.account.handle, post.pk]),
        alt="delivered" if any(item["alt"] for item in post.media) else "none",
        processing=post.public_at > timezone.now(),
    )
