"""Connecting and reconnecting: tried before it is kept, bound to the person, answered once, to the right address."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone

from channels_app import services
from channels_app.connect import Context, FieldProblem
from channels_app.models import Channel, ConnectAttempt, Credential
from channels_app.platforms.base import Redirect
from channels_app.services.connecting import host_of
from libsocial.accounts.policies import NotAllowed
from libsocial.audit.models import Entry
from tests import cast
from tests.channels.conftest import moored
from tests.channels.harbour import Harbour
from tests.channels.test_sessions import raced

FORM = {"server": "harbour.example", "password": "right"}
BROWSER = {"server": "harbour.example", "password": ""}


def begin(lib: cast.Library, fields: dict[str, str] = BROWSER, **changes: Any) -> Any:
    return services.connect_begin(
        **{"by": lib.ada, "unit": lib.north, "platform": "harbour", "fields": fields, **changes}
    )


def finish(lib: cast.Library, harbour: Harbour, **changes: Any) -> Channel:
    return services.connect_finish(
        **{
            "by": lib.ada, "state": harbour.asked["state"], "answer": {"code": "good"},
            "arrived_at": harbour.asked["redirect_uri"], **changes,
        }
    )  # fmt: skip


def test_a_form_that_works_becomes_a_channel_with_the_accounts_own_name(harbour: Harbour, lib: cast.Library) -> None:
    channel = begin(lib, FORM)
    assert (channel.name, channel.handle, channel.unit, channel.state) == (
        "Harbour Library", "@anchor", lib.north, "active",
    )  # fmt: skip
    assert channel.facts == {"text_limit": 300}
    assert channel.credential.secret["refresh"] == "refresh-0"
    assert channel.next_probe_at > timezone.now() + timedelta(hours=22)
    assert Entry.objects.filter(action="channel.connected", subject_id=str(channel.pk)).count() == 1


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"server": " ", "password": ""}, "server"), ({"server": "harbour.example", "password": "wrong"}, "password")],
)
def test_a_mistake_is_named_at_its_field_and_nothing_is_kept(
    harbour: Harbour, lib: cast.Library, fields: dict[str, str], field: str
) -> None:
    with pytest.raises(FieldProblem) as caught:
        begin(lib, fields)
    assert caught.value.field == field
    assert not Channel.objects.exists()
    assert not ConnectAttempt.objects.exists()


def test_an_account_that_cannot_be_tried_is_not_kept(harbour: Harbour, lib: cast.Library, monkeypatch: Any) -> None:
    from dataclasses import replace

    monkeypatch.setattr(harbour, "capabilities", replace(harbour.capabilities, features=frozenset({"probe"})))
    harbour.network.down = True
    with pytest.raises(FieldProblem) as caught:
        begin(lib, FORM)
    assert "down" in caught.value.sentence
    assert not Channel.objects.exists()


def test_only_who_manages_channels_connects_them(harbour: Harbour, lib: cast.Library) -> None:
    for person in (lib.alice, lib.sam, lib.olga, lib.audit):
        with pytest.raises(NotAllowed):
            begin(lib, FORM, by=person)


# --- the browser sign-in ------------------------------------------------------
def test_a_browser_sign_in_ends_in_a_channel_and_the_word_is_kept_only_as_a_hash(
    harbour: Harbour, lib: cast.Library
) -> None:
    begun = begin(lib)
    assert isinstance(begun, Redirect)
    state = harbour.asked["state"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT state_hash, keep FROM channels_app_connectattempt")
        stored = str(cursor.fetchone())
    assert state not in stored
    assert "pkce" not in stored
    channel = finish(lib, harbour)
    assert channel.unit == lib.north
    assert ConnectAttempt.objects.get().used_at is not None


def refused(lib: cast.Library, harbour: Harbour, **changes: Any) -> str:
    with pytest.raises(FieldProblem) as caught:
        finish(lib, harbour, **changes)
    return caught.value.sentence


def test_an_answer_works_once(harbour: Harbour, lib: cast.Library) -> None:
    begin(lib)
    finish(lib, harbour)
    assert "used already" in refused(lib, harbour)
    assert Channel.objects.count() == 1


def test_an_answer_after_fifteen_minutes_is_too_late(harbour: Harbour, lib: cast.Library, time_machine: Any) -> None:
    begin(lib)
    time_machine.move_to(timezone.now() + timedelta(minutes=15, seconds=1))
    assert "fifteen minutes" in refused(lib, harbour)
    assert not Channel.objects.exists()


def test_another_persons_answer_is_as_unknown_as_a_made_up_one(harbour: Harbour, lib: cast.Library) -> None:
    begin(lib)
    bea = cast.person("Bea Boss", (cast.Role.ADMIN, lib.root))
    assert refused(lib, harbour, by=bea) == refused(lib, harbour, state="made up")
    assert finish(lib, harbour).pk  # and the attempt of its owner is still good


def test_a_person_who_lost_the_right_meanwhile_connects_nothing(harbour: Harbour, lib: cast.Library) -> None:
    begin(lib)
    lib.ada.memberships.all().delete()
    lib.ada.__dict__.pop("_grants", None)
    with pytest.raises(NotAllowed):
        finish(lib, harbour)
    assert not Channel.objects.exists()


def test_saying_no_at_the_platform_is_told_kindly_and_uses_the_attempt_up(harbour: Harbour, lib: cast.Library) -> None:
    begin(lib)
    assert "chose not to" in refused(lib, harbour, answer={"error": "access_denied"})
    assert "used already" in refused(lib, harbour)


def test_each_server_answers_to_an_address_of_its_own(harbour: Harbour, lib: cast.Library) -> None:
    """A hostile server cannot have the answer of an honest one redeemed at its own door."""
    begin(lib, {"server": "honest.example", "password": ""})
    honest = harbour.asked["redirect_uri"]
    begin(lib, {"server": "hostile.example", "password": ""})
    assert harbour.asked["redirect_uri"] != honest
    assert honest.startswith(django_settings.BASE_URL + "/channels/callback/harbour/")
    assert "another server" in refused(lib, harbour, arrived_at=honest)
    assert not Channel.objects.exists()


@pytest.mark.parametrize(
    "typed", ["harbour.example", "https://Harbour.example/", "@anchor@harbour.example", " harbour.example/@anchor"]
)
def test_one_server_is_one_server_however_it_is_typed(typed: str) -> None:
    assert host_of(typed) == "harbour.example"


def test_keys_changed_during_the_sign_in_are_a_sentence(harbour: Harbour, lib: cast.Library, settings: Any) -> None:
    begin(lib)
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    assert "encryption keys" in refused(lib, harbour)


# --- the same account again ---------------------------------------------------
def test_connecting_the_same_account_again_renews_its_key_and_makes_no_second_channel(
    harbour: Harbour, lib: cast.Library
) -> None:
    first = begin(lib, FORM)
    harbour.network.good, harbour.network.name = "refresh-9", "Harbour Library, new name"
    second = begin(lib, FORM)
    assert first == second
    assert Channel.objects.get().name == "Harbour Library, new name"
    credential = Credential.objects.get()
    assert (credential.version, credential.secret["refresh"]) == (2, "refresh-9")


def test_an_account_of_another_unit_is_refused_without_naming_what_one_may_not_see(
    harbour: Harbour, lib: cast.Library
) -> None:
    moored(lib.south)
    with pytest.raises(FieldProblem) as caught:
        begin(lib, FORM)
    assert "South Branch" in caught.value.sentence
    nora = cast.person("Nora North", (cast.Role.ADMIN, lib.north))
    with pytest.raises(FieldProblem) as caught:
        begin(lib, FORM, by=nora)
    assert "South" not in caught.value.sentence


def test_reconnecting_keeps_the_channel_and_refuses_a_different_account(harbour: Harbour, lib: cast.Library) -> None:
    channel = moored(lib.north)
    services.mark_lost(channel, "channel.lost", {"reason": "revoked"})
    channel.refresh_from_db()
    harbour.network.account = "other"
    with pytest.raises(FieldProblem) as caught:
        begin(lib, FORM, channel=channel)
    assert "@other" in caught.value.sentence
    assert "@anchor" in caught.value.sentence
    channel.refresh_from_db()
    assert channel.state == "needs_reconnect"
    assert Credential.objects.get().version == 1

    harbour.network.account = "anchor"
    begin(lib, FORM, channel=channel)
    channel.refresh_from_db()
    assert (channel.state, channel.health, Channel.objects.count()) == ("active", "ok", 1)
    assert Credential.objects.get().version == 2


def test_reconnecting_works_when_no_key_opens_the_old_secret(
    harbour: Harbour, lib: cast.Library, settings: Any
) -> None:
    channel = moored(lib.north)
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    begin(lib, FORM, channel=channel)
    assert Credential.objects.get().secret["refresh"] == "refresh-0"


def test_reconnecting_a_paused_channel_leaves_it_paused(harbour: Harbour, lib: cast.Library) -> None:
    channel = moored(lib.north)
    services.pause(by=lib.ada, channel=channel)
    begin(lib, FORM, channel=channel)
    channel.refresh_from_db()
    assert channel.state == "paused"


def test_a_disconnected_account_comes_back_with_its_history(harbour: Harbour, lib: cast.Library) -> None:
    channel = begin(lib, FORM)
    services.disconnect(by=lib.ada, channel=channel)
    assert begin(lib, FORM) == channel
    channel.refresh_from_db()
    assert channel.state == "active"
    assert Credential.objects.filter(channel=channel).exists()


def test_practice_gives_a_revoked_account_a_new_key_only_when_it_is_reconnected(lib: cast.Library) -> None:
    first = services.connect_begin(by=lib.ada, unit=lib.north, platform="practice", fields={"name": "North"})
    with pytest.raises(FieldProblem) as caught:
        services.connect_begin(by=lib.ada, unit=lib.south, platform="practice", fields={"name": "North"})
    assert caught.value.field == "name"
    again = services.connect_begin(
        by=lib.ada, unit=lib.north, platform="practice", fields={"name": "North"}, channel=first
    )
    assert again == first
    assert again.credential.version == 2


@pytest.mark.bothdbs
@pytest.mark.django_db(transaction=True)
def test_two_people_connecting_one_account_at_once_make_one_channel(harbour: Harbour) -> None:
    lib = cast.library()
    results = raced(4, lambda: begin(lib, FORM))
    assert {type(result) for result in results} == {Channel}, results
    assert Channel.objects.count() == Credential.objects.count() == 1


def test_used_and_expired_sign_ins_are_forgotten_with_their_secrets(harbour: Harbour, lib: cast.Library) -> None:
    from channels_app import retention

    begin(lib)
    finish(lib, harbour)
    begin(lib)
    ConnectAttempt.objects.filter(used_at=None).update(expires_at=timezone.now() - timedelta(hours=2))
    begin(lib)
    ConnectAttempt.objects.exclude(used_at=None).update(used_at=timezone.now() - timedelta(hours=2))
    assert retention.forget_attempts() == 2
    assert ConnectAttempt.objects.get().used_at is None


# --- our application's registration -------------------------------------------
def test_a_registration_is_used_again_for_a_day_and_never_for_a_reconnection(db: None, time_machine: Any) -> None:
    """Servers forget applications, and the person would stand before an error page of theirs."""
    place = ("https://harbour.example", "https://library.example/back")
    context = Context("harbour")
    context.keep_registration(*place, {"client_id": "one"}, "read")
    assert context.registration(*place, "read") == {"client_id": "one"}
    assert context.registration(*place, "read write") is None
    assert context.registration("https://other.example", place[1], "read") is None
    assert Context("harbour", reconnecting="anchor").registration(*place, "read") is None
    time_machine.move_to(timezone.now() + timedelta(days=1, seconds=1))
    assert context.registration(*place, "read") is None
    context.keep_registration(*place, {"client_id": "two"}, "read")
    assert context.registration(*place, "read") == {"client_id": "two"}


def test_a_registration_no_key_opens_is_made_anew(db: None, settings: Any) -> None:
    place = ("https://harbour.example", "https://library.example/back")
    context = Context("harbour")
    context.keep_registration(*place, {"client_id": "one"})
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    assert context.registration(*place) is None
    context.keep_registration(*place, {"client_id": "two"})
    assert context.registration(*place) == {"client_id": "two"}
