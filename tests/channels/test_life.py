"""Pausing, losing, disconnecting, lending, correcting, probing."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from channels_app import selectors, services, work
from channels_app.connect import Context, FieldProblem
from channels_app.models import AppRegistration, Channel, ConnectAttempt, Credential
from channels_app.services import probing
from channels_app.sessions import open_session
from channels_app.states import MACHINE
from libsocial.accounts.models import Unit
from libsocial.accounts.policies import NotAllowed
from libsocial.audit.models import Entry
from libsocial.core.states import TransitionError
from libsocial.notices.models import Notice
from tests import cast
from tests.channels.conftest import moored
from tests.channels.harbour import Harbour
from tests.channels.test_sessions import raced


@pytest.fixture
def channel(harbour: Harbour, lib: cast.Library) -> Channel:
    return moored(lib.north)


@pytest.mark.parametrize(("state", "action", "target"), list(MACHINE.pairs()))
def test_every_move_of_the_table_is_made_or_refused(
    channel: Channel, state: str, action: str, target: str | None
) -> None:
    Channel._base_manager.filter(pk=channel.pk).update(state=state)
    channel.refresh_from_db()
    if target is None:
        with pytest.raises(TransitionError):
            MACHINE.move(channel, action)
    else:
        MACHINE.move(channel, action)
    channel.refresh_from_db()
    assert channel.state == (target or state)


@pytest.mark.parametrize("act", [services.pause, services.disconnect])
def test_only_administrators_of_the_owner_move_a_channel(act: Any, channel: Channel, lib: cast.Library) -> None:
    for person in (lib.alice, lib.sam, lib.olga, lib.audit):
        with pytest.raises(NotAllowed):
            act(by=person, channel=channel)
    channel.refresh_from_db()
    assert channel.state == "active"


def test_pausing_and_resuming_leave_their_sentences(channel: Channel, lib: cast.Library) -> None:
    services.pause(by=lib.ada, channel=channel)
    services.resume(by=lib.ada, channel=channel)
    assert channel.state == "active"
    assert [entry.action for entry in Entry.objects.order_by("pk")] == ["channel.paused", "channel.resumed"]


def test_disconnecting_erases_the_key_and_keeps_the_channel(channel: Channel, lib: cast.Library) -> None:
    services.disconnect(by=lib.ada, channel=channel)
    assert not Credential.objects.exists()
    assert Channel.objects.get().state == "disconnected"
    assert Channel.objects.living().count() == 0


@pytest.mark.bothdbs
@pytest.mark.django_db(transaction=True)
def test_of_two_people_disconnecting_at_once_one_does_and_the_other_is_told(harbour: Harbour) -> None:
    lib = cast.library()
    pk = moored(lib.north).pk
    results = raced(2, lambda: services.disconnect(by=lib.ada, channel=Channel.objects.get(pk=pk)))
    assert sorted(type(result).__name__ for result in results) == ["Ended", "TransitionError"]
    assert Channel.objects.get().state == "disconnected"
    assert Entry.objects.filter(action="channel.disconnected").count() == 1


# --- losing -------------------------------------------------------------------
def test_a_lost_channel_stops_and_tells_its_administrators_once(channel: Channel, lib: cast.Library) -> None:
    for _again in range(3):
        services.mark_lost(channel, "channel.lost", {"reason": "The key was revoked."})
    channel.refresh_from_db()
    assert (channel.state, channel.health) == ("needs_reconnect", "failing")
    notice = Notice.objects.get()
    assert notice.recipient == lib.ada
    assert notice.url == f"/channels/{channel.pk}/"
    card = selectors.cards(lib.ada, [channel])[0]
    assert card.trouble and "The key was revoked." in card.trouble.body
    assert Entry.objects.filter(action="channel.lost").count() == 1


def test_a_worker_with_the_old_key_does_not_lose_a_channel_that_was_reconnected(
    channel: Channel, lib: cast.Library
) -> None:
    as_the_worker_read_it = Channel.objects.get(pk=channel.pk)
    services.connect_begin(
        by=lib.ada, unit=lib.north, platform="harbour", channel=channel,
        fields={"server": "harbour.example", "password": "right"},
    )  # fmt: skip
    services.mark_lost(as_the_worker_read_it, "channel.lost", {"reason": "old key"})
    channel.refresh_from_db()
    assert channel.state == "active"
    assert not Notice.objects.exists()


def test_a_channel_lost_again_after_reconnection_is_told_again(channel: Channel, lib: cast.Library) -> None:
    services.mark_lost(channel)
    services.connect_begin(
        by=lib.ada, unit=lib.north, platform="harbour", channel=Channel.objects.get(),
        fields={"server": "harbour.example", "password": "right"},
    )  # fmt: skip
    services.mark_lost(Channel.objects.get())
    assert Notice.objects.count() == 2


# --- lending ------------------------------------------------------------------
def test_a_lent_channel_is_seen_and_usable_by_the_borrower_and_not_managed(channel: Channel, lib: cast.Library) -> None:
    assert channel not in Channel.objects.visible_to(lib.olga)
    services.lend(by=lib.ada, channel=channel, unit=lib.south)
    services.lend(by=lib.ada, channel=channel, unit=lib.south)
    assert list(Channel.objects.visible_to(lib.olga)) == [channel]
    assert list(selectors.usable_by(lib.south)) == list(selectors.usable_by(lib.north)) == [channel]
    assert not selectors.cards(lib.olga, [channel])[0].may_manage
    assert Notice.objects.get().recipient == lib.olga  # told once
    below = Unit.objects.plant(name="Children’s room", parent=lib.south)
    chris = cast.person("Chris Child", (cast.Role.CONTRIBUTOR, below))
    assert list(selectors.usable_by(below)) == list(Channel.objects.visible_to(chris)) == [channel]
    everybody = [lib.root, lib.north, lib.south, below]
    assert selectors.usable_among([channel], everybody) == {
        (unit.pk, found.pk) for unit in everybody for found in selectors.usable_by(unit)
    }
    services.unlend(by=lib.ada, channel=channel, unit=lib.south)
    assert channel not in Channel.objects.visible_to(lib.olga)
    assert not selectors.usable_by(lib.south)


def test_a_channel_is_not_lent_to_its_own_unit_nor_when_it_is_disconnected(channel: Channel, lib: cast.Library) -> None:
    with pytest.raises(FieldProblem):
        services.lend(by=lib.ada, channel=channel, unit=lib.north)
    services.disconnect(by=lib.ada, channel=channel)
    with pytest.raises(FieldProblem):
        services.lend(by=lib.ada, channel=channel, unit=lib.south)


def test_only_the_owner_lends(channel: Channel, lib: cast.Library) -> None:
    sara = cast.person("Sara South", (cast.Role.ADMIN, lib.south))
    with pytest.raises(NotAllowed):
        services.lend(by=sara, channel=channel, unit=lib.south)


# --- correcting ---------------------------------------------------------------
def test_a_server_may_know_better_than_the_platform_and_an_administrator_better_than_both(
    channel: Channel, lib: cast.Library
) -> None:
    channel.facts = {"text_limit": 900}
    channel.save()
    assert selectors.capabilities_of(channel).text.limit == 900
    services.override(by=lib.ada, channel=channel, fact="text.limit", value=800, reason="They told us by mail")
    assert selectors.capabilities_of(channel).text.limit == 800
    row = next(row for row in selectors.facts_of(channel) if row.fact.name == "text.limit")
    assert row.correction and (row.value, row.correction["reason"]) == (800, "They told us by mail")
    services.remove_override(by=lib.ada, channel=channel, fact="text.limit")
    assert selectors.capabilities_of(Channel.objects.get()).text.limit == 900


@pytest.mark.parametrize(
    ("fact", "value", "reason", "field"),
    [("nonsense", 5, "x", "fact"), ("text.limit", 0, "x", "value"), ("text.limit", 5, " ", "reason")],
)
def test_a_correction_needs_a_known_fact_a_sane_value_and_a_reason(
    channel: Channel, lib: cast.Library, fact: str, value: int, reason: str, field: str
) -> None:
    with pytest.raises(FieldProblem) as caught:
        services.override(by=lib.ada, channel=channel, fact=fact, value=value, reason=reason)
    assert caught.value.field == field


# --- what it holds up ---------------------------------------------------------
def test_what_hangs_on_a_channel_is_asked_of_the_apps_above(channel: Channel, monkeypatch: Any) -> None:
    monkeypatch.setattr(work, "_sources", [])
    work.register(lambda ids: {pk: {"waiting": 3} for pk in ids})
    work.register(lambda ids: {pk: {"in_review": 1} for pk in ids})
    held = selectors.held_up_by(channel)
    assert (held.waiting, held.in_review, held.unfinished) == (3, 1, 4)


# --- probing ------------------------------------------------------------------
@pytest.fixture
def probed(harbour: Harbour, monkeypatch: Any) -> Harbour:
    monkeypatch.setattr(harbour, "capabilities", replace(harbour.capabilities, features=frozenset({"probe"})))
    return harbour


def test_a_probe_takes_over_name_and_limits_and_comes_again_in_a_day(probed: Harbour, lib: cast.Library) -> None:
    channel = moored(lib.north)
    probed.network.name, probed.network.limit = "Renamed", 555
    assert probing.due() == [channel.pk]
    probing.probe(channel.pk)
    probing.probe(channel.pk)  # the same message twice
    channel.refresh_from_db()
    assert (channel.name, channel.facts["text_limit"], channel.health) == ("Renamed", 555, "ok")
    assert timedelta(hours=22) < channel.next_probe_at - timezone.now() < timedelta(hours=26)
    assert probed.network.probes == 1
    assert probing.due() == []


def test_a_server_that_is_down_is_a_warning_first_and_told_after_three_hours(
    probed: Harbour, lib: cast.Library, time_machine: Any
) -> None:
    channel = moored(lib.north)
    probed.network.down = True
    seen = []
    time_machine.move_to(timezone.now())
    for _hour in range(3):
        time_machine.shift(timedelta(hours=1, seconds=1))
        probing.probe(channel.pk)
        channel.refresh_from_db()
        seen.append((channel.health, Notice.objects.count()))
    assert seen == [("warning", 0), ("warning", 0), ("failing", 1)]
    assert channel.state == "active"  # sending goes on trying
    probed.network.down = False
    time_machine.shift(timedelta(hours=1, seconds=1))
    probing.probe(channel.pk)
    channel.refresh_from_db()
    assert (channel.health, channel.health_params) == ("ok", {})
    assert Entry.objects.filter(action="channel.probe_worked").count() == 1


def test_a_probe_that_finds_the_key_revoked_stops_the_channel(probed: Harbour, lib: cast.Library) -> None:
    channel = moored(lib.north)
    probed.network.good = "another"
    probing.probe(channel.pk)
    channel.refresh_from_db()
    assert channel.state == "needs_reconnect"
    assert probing.due() == []


def test_a_probe_with_lost_keys_asks_for_reconnection(probed: Harbour, lib: cast.Library, settings: Any) -> None:
    channel = moored(lib.north)
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    probing.probe(channel.pk)
    channel.refresh_from_db()
    assert channel.state == "needs_reconnect"
    assert "encryption keys" in channel.health_params["reason"]


def test_only_channels_that_are_due_are_looked_at(probed: Harbour, lib: cast.Library) -> None:
    moored(lib.north, next_probe_at=timezone.now() + timedelta(minutes=1))
    gone = moored(lib.north, remote_id="gone")
    services.disconnect(by=lib.ada, channel=gone)
    assert probing.due() == []


# --- keys ---------------------------------------------------------------------
def test_rotating_keys_rewrites_every_secret_so_that_the_old_key_can_go(
    harbour: Harbour, lib: cast.Library, settings: Any
) -> None:
    channel = moored(lib.north)
    Context("harbour").keep_registration("https://harbour.example", "https://us/back", {"client_secret": "s"})
    services.connect_begin(
        by=lib.ada, unit=lib.north, platform="harbour", fields={"server": "harbour.example", "password": ""}
    )
    old, new = settings.FIELD_KEYS[0], Fernet.generate_key().decode()
    settings.FIELD_KEYS = [new, old]

    out = io.StringIO()
    call_command("rotate_keys", "--dry-run", stdout=out)
    assert "keys of channels: 1 would be" in out.getvalue()
    settings.FIELD_KEYS = [old]
    assert Credential.objects.get().secret  # the dry run wrote nothing

    settings.FIELD_KEYS = [new, old]
    call_command("rotate_keys", stdout=io.StringIO())
    settings.FIELD_KEYS = [new]
    assert open_session(channel).secret["refresh"] == "refresh-0"
    assert AppRegistration.objects.get().secret == {"client_secret": "s"}
    assert ConnectAttempt.objects.get().keep["keep"]["pkce"] == "v"
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM channels_app_credential")
        assert "refresh" not in cursor.fetchone()[0]


def test_rotating_without_the_old_key_names_the_channels_and_breaks_nothing(
    harbour: Harbour, lib: cast.Library, settings: Any
) -> None:
    moored(lib.north)
    old = settings.FIELD_KEYS
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(CommandError) as caught:
        call_command("rotate_keys", stdout=io.StringIO())
    assert f"keys of channels [{Credential.objects.values_list('pk', flat=True)[0]}]" in str(caught.value)
    settings.FIELD_KEYS = old
    assert Credential.objects.get().secret


@pytest.fixture
def eager() -> Iterator[None]:
    """Tasks run where they are queued."""
    from libsocial.celery import app

    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


def test_the_ticks_of_the_clock_reach_every_due_channel(probed: Harbour, lib: cast.Library, eager: None) -> None:
    from channels_app import tasks

    channel = moored(lib.north)
    services.disconnect(by=lib.ada, channel=moored(lib.south, remote_id="gone"))
    tasks.probe_due.delay()
    tasks.tidy.delay()
    channel.refresh_from_db()
    assert channel.probed_at is not None
    assert probed.network.probes == 1


def test_a_key_that_opens_another_account_stops_the_channel(probed: Harbour, lib: cast.Library) -> None:
    channel = moored(lib.north, remote_id="somebody else")
    probing.probe(channel.pk)
    channel.refresh_from_db()
    assert channel.state == "needs_reconnect"
    assert "another account" in channel.health_params["reason"]
