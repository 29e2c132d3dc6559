"""Opening a channel, and renewing its secret exactly once however many ask."""

from __future__ import annotations

import hashlib
import threading
from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from channels_app import sessions
from channels_app.content import Media
from channels_app.errors import NeedsReconnect, Rejected, Temporary
from channels_app.models import Channel, Credential
from channels_app.sessions import open_session
from tests import cast
from tests.channels.conftest import moored
from tests.channels.harbour import Harbour


def raced(number: int, act: Any) -> list[Any]:
    """Runs `act` in threads that start together; exceptions are results too."""
    gate, results = threading.Barrier(number), []

    def run() -> None:
        try:
            gate.wait(timeout=120)
            results.append(act())
        except Exception as error:
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=300)
    return results


@pytest.mark.bothdbs
@pytest.mark.django_db(transaction=True)
def test_of_eight_workers_one_spends_the_refresh_token_and_all_get_the_new_secret(
    harbour: Harbour, monkeypatch: Any
) -> None:
    monkeypatch.setattr(sessions, "WAIT_FOR_OTHERS", 300)  # however long eight threads take on a busy machine
    monkeypatch.setattr(sessions, "LEASE", timedelta(seconds=300))
    channel = moored(cast.library().north)
    harbour.network.slow = 0.3
    opened = [open_session(channel) for _ in range(8)]
    todo = iter(opened)
    lock = threading.Lock()

    def refresh() -> dict[str, Any]:
        with lock:
            session = next(todo)
        return session.refresh()

    results = raced(8, refresh)

    assert results == [{"access": "access-1", "refresh": "refresh-1"}] * 8
    assert harbour.network.spent == ["refresh-0"]
    stored = Credential.objects.get(channel=channel)
    assert (stored.version, stored.secret["refresh"], stored.refresh_lease) == (2, "refresh-1", None)


@pytest.mark.bothdbs
@pytest.mark.django_db(transaction=True)
def test_a_renewal_the_platform_could_not_answer_leaves_the_token_for_the_next(harbour: Harbour) -> None:
    channel = moored(cast.library().north)
    harbour.network.down = True
    with pytest.raises(Temporary):
        open_session(channel).refresh()
    harbour.network.down = False
    assert open_session(channel).refresh()["refresh"] == "refresh-1"
    assert not harbour.network.theft_alarm


def test_no_transaction_is_open_while_the_platform_is_asked(
    harbour: Harbour, transactional_db: None, monkeypatch: Any
) -> None:
    channel = moored(cast.library().north)
    seen = []
    renew = harbour.network.renew
    monkeypatch.setattr(
        harbour.network, "renew", lambda token: (seen.append(connection.in_atomic_block), renew(token))[1]
    )
    open_session(channel).refresh()
    assert seen == [False]


def test_the_lease_of_a_worker_that_died_is_taken_over_when_it_has_ended(harbour: Harbour, lib: cast.Library) -> None:
    channel = moored(lib.north)
    Credential.objects.update(refresh_lease=timezone.now() - timedelta(seconds=1))
    assert open_session(channel).refresh()["access"] == "access-1"


def test_a_worker_does_not_wait_for_another_for_ever(harbour: Harbour, lib: cast.Library, monkeypatch: Any) -> None:
    channel = moored(lib.north)
    Credential.objects.update(refresh_lease=timezone.now() + timedelta(seconds=60))
    monkeypatch.setattr(sessions, "WAIT_FOR_OTHERS", 0.1)
    with pytest.raises(Temporary):
        open_session(channel).refresh()
    assert harbour.network.spent == []


def test_a_session_opened_before_a_renewal_takes_the_newer_secret_without_asking(
    harbour: Harbour, lib: cast.Library
) -> None:
    channel = moored(lib.north)
    early, late = open_session(channel), open_session(channel)
    late.refresh()
    assert early.refresh() == late.secret
    assert harbour.network.spent == ["refresh-0"]


def test_a_refused_renewal_asks_for_a_person(harbour: Harbour, lib: cast.Library) -> None:
    channel = moored(lib.north)
    harbour.network.good = "somebody else's"
    with pytest.raises(NeedsReconnect):
        open_session(channel).refresh()
    assert Credential.objects.get().refresh_lease is None


def test_a_channel_disconnected_during_the_renewal_gets_no_secret_back(
    harbour: Harbour, lib: cast.Library, monkeypatch: Any
) -> None:
    channel = moored(lib.north)
    session, renew = open_session(channel), harbour.network.renew

    def meanwhile(token: str) -> dict[str, str]:
        Credential.objects.all().delete()
        return renew(token)

    monkeypatch.setattr(harbour.network, "renew", meanwhile)
    with pytest.raises(NeedsReconnect):
        session.refresh()
    assert not Credential.objects.exists()


def test_lost_keys_ask_for_reconnection_in_words(harbour: Harbour, lib: cast.Library, settings: Any) -> None:
    channel = moored(lib.north)
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(NeedsReconnect) as caught:
        open_session(Channel.objects.get(pk=channel.pk))
    assert "encryption keys" in caught.value.reason


def test_a_secret_is_never_stored_in_the_clear(harbour: Harbour, lib: cast.Library) -> None:
    moored(lib.north)
    open_session(Channel.objects.get()).refresh()
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM channels_app_credential")
        stored = cursor.fetchone()[0]
    assert "refresh" not in stored
    assert "access" not in stored


def test_only_the_approved_bytes_are_read(harbour: Harbour, lib: cast.Library) -> None:
    session = open_session(moored(lib.north))
    name = default_storage.save("renditions/cat.png", ContentFile(b"approved"))
    media = Media(name, hashlib.sha256(b"approved").hexdigest(), "image/png", 1, 1, 8)
    assert session.read(media) == b"approved"
    with default_storage.open(name, "wb") as file:
        file.write(b"exchanged")
    with pytest.raises(Rejected) as caught:
        session.read(media)
    assert caught.value.field == "media"
    default_storage.delete(name)
    with pytest.raises(Rejected):
        session.read(media)


# --- renewed before it is used ------------------------------------------------
@pytest.fixture
def renewable(harbour: Harbour, monkeypatch: Any) -> Harbour:
    monkeypatch.setattr(Harbour, "capabilities", Harbour.capabilities.with_facts(features=frozenset({"refresh"})))
    return harbour


@pytest.mark.django_db
@pytest.mark.parametrize(("minutes", "renewed"), [(1, True), (-5, True), (30, False)])
def test_nothing_is_begun_with_a_key_that_dies_on_the_way(renewable: Harbour, minutes: int, renewed: bool) -> None:
    channel = moored(cast.library().north)
    Credential.objects.update(expires_at=timezone.now() + timedelta(minutes=minutes))
    session = sessions.open_fresh(channel)
    assert renewable.network.spent == (["refresh-0"] if renewed else [])
    assert session.secret["access"] == ("access-1" if renewed else "access-0")


@pytest.mark.django_db
def test_a_platform_that_cannot_renew_now_leaves_the_key_that_still_holds(renewable: Harbour) -> None:
    channel = moored(cast.library().north)
    Credential.objects.update(expires_at=timezone.now() + timedelta(minutes=1))
    renewable.network.down = True
    assert sessions.open_fresh(channel).secret["access"] == "access-0"
