"""How people want to be told: read for every notice, changed on the page "What reaches you"."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import timedelta
from urllib.parse import urlsplit

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from libsocial.audit import services as audit
from libsocial.notices import catalogue, kinds
from libsocial.notices.models import Hook, Notice, Reach

URL_LENGTH = 500


class Refused(Exception):
    """What was typed cannot be used; the text is a sentence with the way out."""


def ways_of(people: Iterable[models.Model], message: str) -> dict[int, str]:
    """By the id of each person: 'now', 'daily' or 'page'. Raises KeyError for a message nobody registered.

    A message that is worth no mail of its own waits for the digest of who wants one, and for nobody else.
    """
    found, ids, kind = catalogue.MESSAGES[message], [person.pk for person in people], kinds.of(message)
    if kinds.is_urgent(message):
        return dict.fromkeys(ids, kinds.NOW)
    usual = kinds.NOW if found.mail else kinds.PAGE
    chosen = dict(Reach.objects.filter(person_id__in=ids).values_list("person_id", "ways"))
    return {pk: (chosen.get(pk) or {}).get(kind, usual) for pk in ids}


def of(person: models.Model) -> Reach:
    """The person's choice; an unsaved row with the usual one where they made none."""
    return Reach.objects.filter(person=person).first() or Reach(person=person)


def choose(*, person: models.Model, ways: Mapping[str, str], digest_hour: int, zone: str) -> Reach:
    """Keeps the choice. Kinds and ways nobody knows are left out; raises Refused for an hour that is none."""
    if not 0 <= digest_hour <= 23:
        raise Refused(_("Choose an hour between 0 and 23 for the daily mail."))
    known = {kind.key for kind in kinds.KINDS}
    kept = {kind: way for kind, way in ways.items() if kind in known and way in (kinds.DAILY, kinds.PAGE)}
    with transaction.atomic():
        reach, _made = Reach.objects.update_or_create(
            person=person, defaults={"ways": kept, "digest_hour": digest_hour, "zone": zone}
        )
        audit.record("notices.chosen", by=person, on=person, data={"person": str(person), "ways": kept})
    return reach


def set_hook(*, person: models.Model, url: str) -> tuple[Hook, str]:
    """Sends each further notice of the person to this address; returns the secret that signs, to be shown once."""
    url = url.strip()
    parts = urlsplit(url) if url.isprintable() else urlsplit("")
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username or parts.password:
        raise Refused(_("Give a whole address that begins with https://, without a name or password in it."))
    if len(url) > URL_LENGTH:
        raise Refused(_("The address is too long: at most %(count)s characters.") % {"count": URL_LENGTH})
    secret = secrets.token_urlsafe(32)
    newest = Notice.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    fresh = {"tries": 0, "failing_since": None, "trouble": "", "stopped": False, "next_at": timezone.now()}
    with transaction.atomic():
        hook, _made = Hook.objects.update_or_create(
            person=person, defaults={"url": url, "secret": secret, "sent_up_to": newest, **fresh}
        )
        audit.record("notices.hook_set", by=person, on=person, data={"person": str(person), "host": parts.hostname})
    return hook, secret


def resume_hook(*, person: models.Model) -> None:
    """Tries again after it was stopped; what was missed meanwhile is sent, at most of one day."""
    since = timezone.now() - timedelta(days=1)
    old = Notice.objects.filter(recipient=person, created_at__lt=since).values_list("pk", flat=True).first() or 0
    for hook in Hook.objects.filter(person=person):
        hook.sent_up_to = max(hook.sent_up_to, old)
        hook.stopped, hook.tries, hook.failing_since, hook.next_at = False, 0, None, timezone.now()
        hook.save()


def remove_hook(*, person: models.Model) -> None:
    """Nothing is sent there any more."""
    with transaction.atomic():
        if Hook.objects.filter(person=person).delete()[0]:
            audit.record("notices.hook_removed", by=person, on=person, data={"person": str(person)})
