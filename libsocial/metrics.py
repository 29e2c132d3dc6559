"""``/health/metrics``: figures about the running of the product, in the format Prometheus reads.

Every figure is read when it is asked for, from indexes whose size is that of the work in hand, so many
processes need share nothing and a large history costs nothing. No figure is about a person.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Max, Min
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from libsocial.core import health
from scheduler.models import Delivery, Heartbeat

OPEN = ("planned", "waiting", "sending", "processing", "unclear")


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures, for whoever brings the token of LIBSOCIAL_METRICS_TOKEN; without one the page is not there."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    token = settings.METRICS_TOKEN
    if not token or not secrets.compare_digest(given.encode(), token.encode()):
        raise Http404
    return HttpResponse(generate_latest(collect(timezone.now())), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def collect(now: datetime) -> CollectorRegistry:
    """A registry filled as of ``now``."""
    registry = CollectorRegistry()
    _checks(registry)
    _deliveries(registry, now)
    _signs_of_life(registry, now)
    return registry


def _checks(registry: CollectorRegistry) -> None:
    well = Gauge("libsocial_ready", "1 when the check of /health/ready is content", ["check"], registry=registry)
    for answer in health.answers():
        well.labels(answer.name).set(answer.ok)


def _deliveries(registry: CollectorRegistry, now: datetime) -> None:
    count = Gauge("libsocial_deliveries", "Deliveries that have not ended", ["state"], registry=registry)
    late = Gauge("libsocial_delivery_lateness_seconds", "Age of the oldest delivery that is due", registry=registry)
    found = dict(Delivery.objects.filter(state__in=OPEN).values_list("state").annotate(Count("pk")).order_by())
    for state in OPEN:
        count.labels(state).set(found.get(state, 0))
    due = Delivery.objects.filter(state__in=OPEN[:2], next_at__lte=now, held_for="").aggregate(at=Min("next_at"))["at"]
    late.set((now - due).total_seconds() if due else 0)


def _signs_of_life(registry: CollectorRegistry, now: datetime) -> None:
    age = Gauge("libsocial_heartbeat_age_seconds", "Since the last sign of life", ["kind"], registry=registry)
    for kind, at in Heartbeat.objects.values_list("kind").annotate(Max("at")).order_by():
        age.labels(kind).set((now - at).total_seconds())
