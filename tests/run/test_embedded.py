"""The parts of the one process start again when they fall over, and ports are had or refused in words."""

from __future__ import annotations

import socket
import threading
from argparse import ArgumentTypeError
from typing import Any

import pytest
from django.test import RequestFactory

from libsocial import embedded, lanes
from libsocial.datafolder import CannotStart
from libsocial.management.commands import up


def test_a_part_that_falls_over_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    came, enough = [], threading.Event()

    def run() -> None:
        came.append(1)
        if len(came) == 2:
            enough.set()
        raise RuntimeError("fell over")

    part = embedded.Part("worker", run)
    part.start()
    assert enough.wait(20)
    part.ask_to_stop()
    assert part.join(5)


def test_every_tick_of_the_clock_is_a_task_that_some_worker_takes(settings) -> None:
    from libsocial.celery import app

    embedded.load_tasks(app)
    for name, tick in settings.CELERY_BEAT_SCHEDULE.items():
        task = app.tasks[tick["task"]]
        assert app.amqp.router.route({}, task.name)["queue"].name in lanes.QUEUES, name
        assert tick["options"]["expires"] <= max(2, tick["schedule"]), f"{name}: ticks would pile up"


def reaches(listener: socket.socket, host: str) -> bool:
    try:
        socket.create_connection((host, listener.getsockname()[1]), timeout=5).close()
    except OSError:
        return False
    return True


@pytest.mark.parametrize("host", ["0.0.0.0", "::", ""])
def test_everywhere_means_the_older_addresses_too(host: str) -> None:
    with embedded.bind(host, 0) as listener:
        assert reaches(listener, "127.0.0.1")
        assert host != "::" or reaches(listener, "::1")


@pytest.mark.parametrize("host", ["::1", "127.0.0.1"])
def test_the_address_that_is_printed_is_one_that_is_answered(host: str, settings: Any) -> None:
    settings.ALLOWED_HOSTS, settings.CSRF_TRUSTED_ORIGINS, settings.BASE_URL = [], [], ""  # put back afterwards
    with embedded.bind(host, 0) as listener:
        address = up.adopt_address(host, listener)
    request = RequestFactory(HTTP_HOST=address.removeprefix("http://")).get("/")
    assert request.get_host() == address.removeprefix("http://")
    assert [address] == settings.CSRF_TRUSTED_ORIGINS


def test_every_own_name_is_written_as_browsers_send_it(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(0, 0, 0, "", (address, 0)) for address in ("192.0.2.7", "2001:db8::7", "fe80::7%eth0")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **more: found)
    names = up.own_names()
    assert {"192.0.2.7", "[2001:db8::7]", "[fe80::7]"} <= set(names)


@pytest.mark.parametrize("text", ["65536", "99999999999", "-1", "x", "²", ""])
def test_a_port_that_is_none_is_a_sentence(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="from 1 to 65535"):
        up.port(text)


def test_a_host_that_is_not_ours_is_a_sentence() -> None:
    with pytest.raises(CannotStart, match=r"cannot listen at nowhere\.invalid"):
        embedded.bind("nowhere.invalid", 0)


@pytest.mark.parametrize("behind", [True, False])
def test_forwarded_headers_count_only_behind_a_declared_proxy(settings, behind: bool) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if behind else None
    options = embedded.web_options()
    assert options.get("clear_untrusted_proxy_headers", False) is not behind
    assert ("trusted_proxy" in options) is behind


def test_a_slow_lane_does_not_hold_up_what_is_due_now() -> None:
    pool, finish, published = lanes.LanePool(limit=1), threading.Event(), threading.Event()

    def task(act):
        return lambda name, task_id, request: act()

    def apply(queue: str, act) -> None:
        request = {"delivery_info": {"routing_key": queue}}
        pool.on_apply(task(act), (queue, "id", request), {}, lambda result: None, lambda *started: None)

    try:
        for _ in range(50):
            apply("metrics", lambda: finish.wait(30))
        apply("publish", published.set)
        assert published.wait(5)
    finally:
        finish.set()
        pool.on_stop()


@pytest.mark.parametrize("args", [(), ("task", "id"), ("task", "id", {"delivery_info": None})])
def test_a_task_that_came_by_no_known_queue_still_runs(args: tuple) -> None:
    pool, ran = lanes.LanePool(limit=1), threading.Event()
    try:
        pool.on_apply(lambda *given: ran.set(), args, {}, lambda result: None, lambda *started: None)
        assert ran.wait(5)
    finally:
        pool.on_stop()
