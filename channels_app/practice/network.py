"""The far side of Practice: what its server would do. Knows posts, not channels; each act is its own transaction.

It answers like a network: with rows, or with `Answer`, an error that carries a
status code as HTTP would, or with `ConnectionResetError` when the line is cut.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, BinaryIO

import regex
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from channels_app.models import PracticeAccount, PracticePost

TEXT_LIMIT = 500
CONTENT_WARNING_LIMIT = 200
ALT_LIMIT = 1500
MAX_PICTURES = 4
PICTURE_MAX_BYTES = 8_000_000
MIME_TYPES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
FILM_MAX_BYTES = 80_000_000
FILM_MAX_SECONDS = 900
DOCUMENT_MAX_BYTES = 50_000_000
# Everything that is taken, with the ending it is kept under.
TAKEN = {**MIME_TYPES, "image/gif": "gif", "video/mp4": "mp4", "application/pdf": "pdf", "text/vtt": "vtt"}
LIMIT_LASTS = timedelta(seconds=60)
PROCESSING_LASTS = timedelta(seconds=20)
SLOW_SECONDS = 4.0

# What may happen with the next post; all but `normal` happen once.
MODES = ("normal", "reject", "rate_limit", "slow", "drop", "unauthorized", "processing")


class Answer(Exception):
    """An answer that is not success. `until` with 429, `field` with 422."""

    def __init__(self, status: int, sentence: str, *, field: str = "", until: datetime | None = None) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.field, self.until = status, sentence, field, until


@dataclass(frozen=True)
class Draft:
    """A post as a client sends it. `media` are uploads: [{path, mime, alt, width, height}], of a film also `captions`
    ([{path, language}]) and `poster`, of a document `name` and `pages`."""

    text: str = ""
    media: Sequence[dict[str, Any]] = ()
    content_warning: str = ""
    language: str = ""
    card: dict[str, Any] | None = None
    replies_closed: bool = False
    reply_to: int | None = None


# --- accounts ---------------------------------------------------------------
def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def open_account(handle: str, name: str, *, renew: bool = False) -> tuple[PracticeAccount, str]:
    """A new account and its token. With `renew` the account may exist and gets a new token.

    Raises Answer 409 when the name is taken.
    """
    token = secrets.token_urlsafe(32)
    try:
        with transaction.atomic():
            account, made = PracticeAccount.objects.get_or_create(handle=handle, defaults={"name": name})
            if not made and not renew:
                raise Answer(409, "this name is taken")
            account.token_hash, account.mode, account.limited_until = _hashed(token), "normal", None
            account.save(update_fields=["token_hash", "mode", "limited_until"])
    except IntegrityError as error:
        raise Answer(409, "this name is taken") from error
    return account, token


def account_of(token: str) -> PracticeAccount:
    """Whose token this is; raises Answer 401."""
    hashed = _hashed(token)
    account = PracticeAccount.objects.filter(token_hash=hashed).first()
    if account is None or not constant_time_compare(account.token_hash, hashed):
        raise Answer(401, "the token is not valid")
    return account


def close_account(token: str) -> None:
    """The token opens nothing any more, as if it never had. The account stays and can get a new one."""
    PracticeAccount.objects.filter(token_hash=_hashed(token)).update(token_hash="")


# --- pictures, films, documents ---------------------------------------------
def upload(
    token: str, file: BinaryIO, *, mime: str, size: int, alt: str = "", width: int = 0, height: int = 0
) -> dict[str, Any]:
    """Stores a file and returns what a post may attach. The same bytes are kept once."""
    account_of(token)
    if mime not in TAKEN:
        raise Answer(422, "this kind of file is not taken", field="media")
    if size > _most(mime):
        raise Answer(422, "the file is too large", field="media")
    if graphemes(alt) > ALT_LIMIT:
        raise Answer(422, "the description is too long", field="alt")
    digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    file.seek(0)
    path = f"practice/{digest}.{TAKEN[mime]}"
    if not default_storage.exists(path):
        path = default_storage.save(path, File(file))
    return {"path": path, "mime": mime, "alt": alt, "width": width, "height": height}


def _most(mime: str) -> int:
    family = {"video/mp4": FILM_MAX_BYTES, "application/pdf": DOCUMENT_MAX_BYTES}
    return family.get(mime, PICTURE_MAX_BYTES)


# --- posts ------------------------------------------------------------------
def graphemes(text: str) -> int:
    """What a reader calls characters."""
    return len(regex.findall(r"\X", text))


def create(token: str, key: str, draft: Draft) -> PracticePost:
    """Makes a post; the same key again gives the same post. Fails as the account's mode says."""
    account = account_of(token)
    known = account.posts.filter(key=key).first()
    if known:
        return known
    mode = _take_mode(account)
    _fail_before(account, mode)
    _check(account, draft)
    post = _store(account, key, draft, PROCESSING_LASTS if mode == "processing" else timedelta(0))
    if mode == "drop":
        raise ConnectionResetError("the line was cut after the post was stored")
    return post


def _take_mode(account: PracticeAccount) -> str:
    """What is to happen now. A failure on command happens to one post only, whoever is first."""
    mode = account.mode
    if mode == "normal":
        return mode
    taken = PracticeAccount.objects.filter(pk=account.pk, mode=mode).update(mode="normal")
    return mode if taken else "normal"


def _fail_before(account: PracticeAccount, mode: str) -> None:
    """Everything that goes wrong before anything is stored."""
    now = timezone.now()
    if mode == "rate_limit":
        account.limited_until = now + LIMIT_LASTS
        account.save(update_fields=["limited_until"])
    if account.limited_until and account.limited_until > now:
        raise Answer(429, "too many posts", until=account.limited_until)
    if mode == "unauthorized":
        PracticeAccount.objects.filter(pk=account.pk).update(token_hash="")
        raise Answer(401, "the token was revoked")
    if mode == "reject":
        raise Answer(422, "this text is not wanted here", field="text")
    if mode == "slow":
        time.sleep(SLOW_SECONDS)


def _check(account: PracticeAccount, draft: Draft) -> None:
    """The rules of the house, as its server would hold them."""
    if not draft.text.strip() and not draft.media:
        raise Answer(422, "an empty post", field="text")
    if graphemes(draft.text) > TEXT_LIMIT:
        raise Answer(422, f"the text is longer than {TEXT_LIMIT} characters", field="text")
    if graphemes(draft.content_warning) > CONTENT_WARNING_LIMIT:
        raise Answer(422, "the content warning is too long", field="content_warning")
    kinds = {item["mime"].partition("/")[0] for item in draft.media}
    if len(kinds) > 1 or (kinds & {"video", "application"} and len(draft.media) > 1):
        raise Answer(422, "pictures, one film or one document", field="media")
    if len(draft.media) > MAX_PICTURES:
        raise Answer(422, f"more than {MAX_PICTURES} pictures", field="media")
    if draft.reply_to and not account.posts.filter(pk=draft.reply_to).exists():
        raise Answer(422, "the post this answers is gone", field="text")


def _store(account: PracticeAccount, key: str, draft: Draft, delay: timedelta) -> PracticePost:
    """One row for one key, also when two requests arrive at once."""
    with transaction.atomic():
        post, _made = PracticePost.objects.get_or_create(
            account=account,
            key=key,
            defaults={
                "text": draft.text,
                "media": list(draft.media),
                "content_warning": draft.content_warning,
                "language": draft.language,
                "card": draft.card,
                "replies_closed": draft.replies_closed,
                "reply_to_id": draft.reply_to,
                "public_at": timezone.now() + delay,
            },
        )
    return post


def find(token: str, key: str) -> PracticePost | None:
    """The post with this key, public or still processing."""
    return account_of(token).posts.filter(key=key).first()


def get(token: str, pk: int) -> PracticePost:
    """One own post; raises Answer 404."""
    post = account_of(token).posts.filter(pk=pk).first()
    if post is None:
        raise Answer(404, "no such post")
    return post


def delete(token: str, pk: int) -> None:
    """Removes one own post with its replies; raises Answer 404."""
    get(token, pk).delete()


def counts(token: str, pks: Sequence[int]) -> dict[int, dict[str, int]]:
    """Views, likes, shares and replies of own posts; what is gone is left out."""
    rows = account_of(token).posts.filter(pk__in=pks)
    answered = PracticePost.objects.public().filter(reply_to__in=pks).exclude(author_name="")
    replies: dict[int, int] = {}
    for reply_to in answered.values_list("reply_to_id", flat=True):
        replies[reply_to] = replies.get(reply_to, 0) + 1
    return {
        row.pk: {"views": row.views, "likes": row.likes, "shares": row.shares, "replies": replies.get(row.pk, 0)}
        for row in rows
    }


# --- what visitors do -------------------------------------------------------
def view(post: PracticePost) -> None:
    PracticePost.objects.filter(pk=post.pk).update(views=F("views") + 1)


def like(post: PracticePost, by: int = 1) -> None:
    """Adds likes; a negative number takes them back, never below none."""
    _add(post, "likes", by)


def share(post: PracticePost, by: int = 1) -> None:
    _add(post, "shares", by)


def _add(post: PracticePost, column: str, by: int) -> None:
    PracticePost.objects.filter(pk=post.pk, **{f"{column}__gte": max(0, -by)}).update(**{column: F(column) + by})


def reply(post: PracticePost, *, author: str, text: str) -> PracticePost:
    """A visitor's answer; raises Answer 403 where answers are closed and 422 for what is empty or too long."""
    author, text = (typed.replace("\x00", "") for typed in (author, text))  # no database keeps it
    if post.replies_closed:
        raise Answer(403, "answers are closed")
    if not text.strip():
        raise Answer(422, "an empty answer", field="text")
    if graphemes(text) > TEXT_LIMIT:
        raise Answer(422, f"the text is longer than {TEXT_LIMIT} characters", field="text")
    return PracticePost.objects.create(
        account=post.account,
        key=f"visitor:{secrets.token_hex(12)}",
        reply_to=post,
        author_name=author.strip()[:120],
        text=text,
    )
