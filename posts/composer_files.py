"""Files of the library as the composer's page and its scripts know them, and the sentences those scripts say."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from posts.edits import Edits
from posts.models import Asset, CaptionFile
from posts.previews import clock_of
from posts.settings import language_name


def asset_json(asset: Asset, *, brief: bool = False) -> dict[str, Any]:
    """An asset as the composer's scripts know it; `brief`: without the captions of films, for long lists."""
    return {
        "id": asset.pk,
        "kind": asset.kind,
        "thumb": reverse("posts:asset", args=[asset.pk, "thumb"]),
        "url": reverse("posts:asset", args=[asset.pk, "full"]),
        "poster": reverse("posts:asset", args=[asset.poster_id, "full"]) if asset.poster_id else "",
        "alt": asset.alt,
        "decorative": asset.decorative,
        "edits": json.dumps(asset.edits) if asset.edits else "",
        "name": asset.original_name,
        "width": asset.width,
        "height": asset.height,
        "told": _told(asset),
        "captions": [caption_json(row) for row in asset.captions.all()] if asset.kind == "video" and not brief else [],
    }


def caption_json(row: CaptionFile) -> dict[str, Any]:
    """A caption file as the composer's scripts know it."""
    return {
        "id": row.pk,
        "language": row.language,
        "label": language_name(row.language),
        "url": reverse("posts:captions", args=[row.pk]),
    }


def as_cut(url: str, cut: Edits | None) -> str:
    """The address of a picture as it is turned and cut."""
    return f"{url}?{cut.query()}" if cut and cut.shapes_pixels else url


def _told(asset: Asset) -> str:
    """Its length and size in words: '1:05 · 1920 × 1080 · no sound'."""
    if asset.kind == "document":
        return ngettext("%(n)s page", "%(n)s pages", asset.pages) % {"n": asset.pages}
    said = [f"{asset.width} × {asset.height}"]
    if asset.seconds:
        said.insert(0, clock_of(asset.seconds))
    if asset.kind == "video" and not asset.facts.get("audio"):
        said.append(_("no sound"))
    return " · ".join(said)


def upload_limits() -> dict[str, Any]:
    """The largest file of each kind, in bytes, and how larger ones come in pieces, for scripts."""
    return {
        "image": settings.UPLOAD_MAX_BYTES,
        "video": settings.UPLOAD_VIDEO_BYTES,
        "document": settings.UPLOAD_DOCUMENT_BYTES,
        "pieces": {"bytes": settings.UPLOAD_PIECE_BYTES, "address": reverse("posts:arriving")},
    }


_UPLOAD = ("uploadTooLarge", "uploadCut", "uploadWaiting", "uploadStopped", "cancel", "goOn")


def upload_words() -> dict[str, str]:
    """Sentences the scripts say about files on their way."""
    names = ("looking", "imageLarge", "videoLarge", "documentLarge", "fileEmpty", *_UPLOAD)
    said = sentences()
    return {name: said[name] for name in names}


def sentences() -> dict[str, str]:
    """Sentences the scripts say."""
    return {
        "unsaved": _("Not saved yet…"),
        "offline": _("Not saved: the server cannot be reached. Your words stay here; we keep trying."),
        "signedOut": _(
            "Not saved: you were signed out. Your words stay in this browser. "
            "Sign in again in another tab, then come back to this one."
        ),
        "serverTrouble": _("Not saved: something went wrong on the server. Your words stay here; we keep trying."),
        "tooMuch": _("Not saved: this is more than the server takes. Your words stay here; make the text shorter."),
        "uploading": _("A file is still on its way. Press the button again when it has arrived."),
        "looking": _("Arrived. It is being looked at…"),
        "imageLarge": _("the picture is too large: at most %(mb)s MB. Make it smaller, then add it.")
        % {"mb": settings.UPLOAD_MAX_BYTES // 2**20},
        "videoLarge": _("the film is too large: at most %(mb)s MB. Save it smaller, or cut it, then add it.")
        % {"mb": settings.UPLOAD_VIDEO_BYTES // 2**20},
        "documentLarge": _("the document is too large: at most %(mb)s MB. Save it smaller, then add it.")
        % {"mb": settings.UPLOAD_DOCUMENT_BYTES // 2**20},
        "fileEmpty": _("the file is empty. Choose it again, or save it again on your device."),
        "morefit": _("and %s more with room"),
        "remove": _("Remove"),
        "takenOut": _("Taken out."),
        "bringBack": _("Bring it back"),
        "conflict": _("Not saved: somebody else changed this post."),
        "reading": _("Reading the page behind the link…"),
        "cardFailed": _("The link could not be read. Try again, or leave the card out."),
        "pickerFailed": _("The pictures could not be loaded. Close this and try again."),
        "uploadTooLarge": _("the file is too large for this server. Make it smaller, then add it."),
        "uploadCut": _("the upload was cut off. Add the file again."),
        "uploadWaiting": _("the connection is gone. It goes on as soon as it is back…"),
        "uploadStopped": _("the connection is gone. What has arrived is kept: go on, or choose the same file later."),
        "goOn": _("Go on"),
        "cancel": _("Cancel"),
    }
