"""Films are made ready here, one at a time, away from every page: claimed by a lease, renewed while ffmpeg works.

A worker that dies leaves a lease that runs out; the next one begins anew. Doing it twice is harmless: the first that
ends keeps its bytes.
"""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from libsocial.core import films
from posts.models import Asset, Rendition
from posts.services import storage

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=90)
EVERY = 5.0  # seconds between two words about how far it is
MOST_WORK = 3 * 3600.0  # seconds of one film
MOST_TRIES = 3
OLD = 24 * 3600  # seconds after which what a killed process left in the work folder is thrown away


class Lost(Exception):
    """Somebody else took the work over."""


def prepare_next() -> int | None:
    """Makes the film that has waited longest; None when there is none, or one is being made already."""
    rendition = _claim()
    if rendition is None:
        return None
    try:
        _make(rendition)
    except Lost:
        logger.warning("the film of rendition %s was taken over", rendition.pk)
    except (films.CannotFit, films.NotAFilm) as error:
        logger.warning("rendition %s cannot be made: %s", rendition.pk, error)
        _give_up(rendition, _cannot(rendition.asset))
    except FileNotFoundError:
        _give_up(rendition, _missing(rendition.asset))
    except (OSError, storage.NoRoom, films.Unavailable) as error:
        logger.exception("rendition %s failed", rendition.pk)
        _again(rendition, str(error))
    return rendition.pk


def _claim() -> Rendition | None:
    now = timezone.now()
    waiting = Rendition.objects.filter(ready=False, trouble="")
    if waiting.filter(lease__gt=now).exists():
        return None
    first = waiting.select_related("asset").order_by("pk").first()
    if first is None:
        return None
    free = Q(lease=None) | Q(lease__lte=now)
    taken = waiting.filter(free, pk=first.pk).update(lease=now + LEASE, tries=F("tries") + 1, done=0)
    if not taken:
        return None
    first.refresh_from_db(fields=["lease", "tries"])
    if first.tries > MOST_TRIES:
        _give_up(first, _cannot(first.asset))
        return None
    return first


def _make(rendition: Rendition) -> None:
    asset, wanted = rendition.asset, rendition.wanted
    with storage.workroom() as folder, storage.as_file(asset.path) as source:
        target = folder / "made.mp4"
        told = films.fit(
            source,
            facts_of(asset),
            target,
            max_bytes=int(wanted["max_bytes"]),
            max_side=int(wanted["max_side"]),
            max_fps=float(wanted["max_fps"]),
            limit=MOST_WORK,
            told=_teller(rendition),
        )
        size = target.stat().st_size
        path, sha256 = storage.put_file("renditions", target, "mp4")
    Rendition.objects.filter(pk=rendition.pk, ready=False).update(
        path=path,
        sha256=sha256,
        mime="video/mp4",
        width=told.width,
        height=told.height,
        size=size,
        seconds=told.seconds,
        ready=True,
        done=1,
        lease=None,
    )


def facts_of(asset: Asset) -> films.Facts:
    """What is known of a film of ours."""
    told = asset.facts
    return films.Facts(
        asset.seconds,
        asset.width,
        asset.height,
        told.get("fps", 0),
        told.get("video", ""),
        told.get("audio", ""),
        told.get("pixels", ""),
    )


def _teller(rendition: Rendition) -> Callable[[float], None]:
    """Renews the lease and writes down the share, now and then; raises Lost when it is no longer ours."""
    last, lease = time.monotonic(), rendition.lease

    def tell(share: float) -> None:
        nonlocal last, lease
        if time.monotonic() - last < EVERY:
            return
        last, renewed = time.monotonic(), timezone.now() + LEASE
        mine = Rendition.objects.filter(pk=rendition.pk, lease=lease, ready=False)
        if not mine.update(lease=renewed, done=round(share, 3)):
            raise Lost
        lease = renewed

    return tell


def _give_up(rendition: Rendition, sentence: str) -> None:
    Rendition.objects.filter(pk=rendition.pk, ready=False).update(trouble=sentence, lease=None)


def _again(rendition: Rendition, why: str) -> None:
    """Something of this machine failed: tried again after the lease, and then no more."""
    if rendition.tries >= MOST_TRIES:
        _give_up(rendition, _cannot(rendition.asset))


def _cannot(asset: Asset) -> str:
    return _(
        "The film “%(name)s” cannot be made to fit this platform. Save it shorter or smaller, then add it again."
    ) % {"name": asset.original_name or asset.pk}


def _missing(asset: Asset) -> str:
    return _("The film “%(name)s” is missing from the media folder. Take it out and add it again.") % {
        "name": asset.original_name or asset.pk
    }


def tidy() -> None:
    """Throws away what killed processes left behind."""
    before = time.time() - OLD
    for left in settings.WORK_DIR.glob("*") if settings.WORK_DIR.is_dir() else ():
        if left.stat().st_mtime < before:
            shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)
