"""The measuring itself: it carries what it plans, leaves no platform behind, and says what it measured."""

from __future__ import annotations

import pytest

from channels_app import platforms
from scheduler import bench
from scheduler.models import Attempt, Delivery

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.bothdbs]


def test_draining_carries_every_delivery_once_with_processes_and_threads() -> None:
    figure = bench.drain(count=12, processes=2, threads=2, far_seconds=0.0)
    assert figure.value > 0
    assert Delivery.objects.filter(state="published").count() == Attempt.objects.count() == 12
    assert "bench" not in platforms._BY_KEY


def test_lateness_is_measured_from_the_planned_moment() -> None:
    p50, p99 = bench.lateness(count=10, seconds=1.0, threads=2, far_seconds=0.0)
    rows = Attempt.objects.values_list("creating_since", "delivery__due_at")
    late = sorted((at - due).total_seconds() * 1000 for at, due in rows)
    assert len(late) == 10
    assert late[0] >= 0, "never early"
    assert p50.value == pytest.approx((late[4] + late[5]) / 2, abs=0.1)
    assert late[0] <= p99.value <= round(late[-1], 1)


@pytest.mark.parametrize("rows", [1, 300])
def test_the_table_grows_as_asked_and_nothing_in_it_is_due(rows: int) -> None:
    p50, _most = bench.due_query(rows, rounds=3)
    assert (p50.settings["rows"], p50.value > 0) == (rows, True)


def test_the_due_query_reads_an_index_only() -> None:
    from django.db import connection
    from django.utils import timezone

    from scheduler.engine import dispatching
    from scheduler.states import DUE

    bench.due_query(3000, rounds=1)
    plan = (
        Delivery.objects.filter(next_at__lte=timezone.now(), state__in=DUE, not_after__gt=timezone.now())
        .order_by("next_at")
        .values_list("pk", "next_at")[:1000]
        .explain()
    )
    assert "delivery_next" in plan, f"{connection.vendor}: {plan}"
    explain = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
    with connection.cursor() as cursor:
        moment = connection.ops.adapt_datetimefield_value(timezone.now())
        cursor.execute(explain + dispatching._ANYTHING, [*DUE, moment])
        first_look = str(cursor.fetchall())
    assert "delivery_next" in first_look, f"{connection.vendor}: {first_look}"
