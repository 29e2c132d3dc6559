"""Writing every secret anew under the newest key, so that an old key can go."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.db import models
from django.db.models.functions import Cast
from django.utils import timezone

from channels_app.models import AppKeys, AppRegistration, ConnectAttempt, Credential
from libsocial.accounts import factors
from libsocial.core import crypto
from libsocial.notices.models import Hook, Letter


@dataclass
class Outcome:
    """How many rows of one table were (or would be) rewritten, and which ones no present key opens."""

    table: str
    rewritten: int
    lost: list[int]


def rotate(*, write: bool) -> list[Outcome]:
    """Rewrites every secret of the library: of channels, registrations, sign-ins under way, second factors, mails
    that wait, and addresses notices are sent to. A row that changed meanwhile was written under the newest key
    anyway and is left alone."""
    now = timezone.now()
    return [
        _table(Credential.objects.all(), "secret", write),
        _table(AppRegistration.objects.all(), "secret", write),
        _table(AppKeys.objects.all(), "secret", write),
        _table(ConnectAttempt.objects.filter(used_at=None, expires_at__gt=now), "keep", write),
        _table(Letter.objects.exclude(words=""), "words", write),
        _table(Hook.objects.all(), "secret", write),
        Outcome(Authenticator._meta.db_table, *factors.rotate(write=write)),
    ]


def _table(rows: models.QuerySet, column: str, write: bool) -> Outcome:
    outcome = Outcome(rows.model._meta.db_table, 0, [])
    # Read as plain text: the field itself would decrypt and stop at the first lost one.
    stored = rows.annotate(stored=Cast(column, models.TextField())).order_by("pk").values_list("pk", "stored")
    for pk, token in list(stored):
        try:
            fresh = crypto.rotate(token)
        except crypto.CannotDecrypt:
            outcome.lost.append(pk)
            continue
        outcome.rewritten += _replace(rows.model, pk, column, token, fresh) if write else 1
    return outcome


def _replace(model: type[models.Model], pk: int, column: str, token: str, fresh: str) -> int:
    raw = models.Value(fresh, output_field=models.TextField())
    same = model._default_manager.annotate(stored=Cast(column, models.TextField())).filter(pk=pk, stored=token)
    return same.update(**{column: raw})
