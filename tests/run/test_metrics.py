"""Prometheus reads what is going on, and nobody else does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from scheduler.models import Heartbeat

BEARER = {"Authorization": "Bearer abcdef123456"}


@pytest.mark.bothdbs
@pytest.mark.django_db
def test_with_the_token_every_figure_is_there(client: Client, settings) -> None:
    settings.METRICS_TOKEN = "abcdef123456"
    Heartbeat.objects.create(name="dispatcher:here:1", kind="dispatcher", at=timezone.now() - timedelta(seconds=40))
    answer = client.get("/health/metrics", headers=BEARER)
    text = answer.content.decode()
    assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/plain")
    assert 'libsocial_ready{check="database"} 1.0' in text
    assert 'libsocial_deliveries{state="planned"} 0.0' in text
    [line] = [line for line in text.splitlines() if line.startswith("libsocial_heartbeat_age_seconds{")]
    assert 39 < float(line.split()[1]) < 60


@pytest.mark.django_db
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer "}])
def test_without_the_right_token_the_page_is_not_there(client: Client, settings, headers: dict) -> None:
    settings.METRICS_TOKEN = "abcdef123456"
    assert client.get("/health/metrics", headers=headers).status_code == 404


@pytest.mark.django_db
def test_without_a_token_set_the_page_is_not_there_for_anybody(client: Client, settings) -> None:
    settings.METRICS_TOKEN = ""
    assert client.get("/health/metrics", headers={"Authorization": "Bearer "}).status_code == 404
