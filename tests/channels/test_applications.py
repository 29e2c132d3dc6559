"""The keys of our application, choosing among accounts, tokens from a file, and the hosts of a platform."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from channels_app import appkeys, doors, outlet, platforms, services
from channels_app.capabilities import ApiVersion
from channels_app.connect import FieldProblem
from channels_app.content import Media
from channels_app.models import AppKeys, Channel, ConnectAttempt, Credential
from channels_app.platforms.base import Connected, ConnectField, Guide, Redirect, Step
from channels_app.services import renewing
from channels_app.sessions import open_session
from libsocial.accounts.policies import NotAllowed
from libsocial.audit.models import Entry
from libsocial.notices.models import Notice
from tests import cast
from tests.channels.conftest import moored
from tests.channels.harbour import Harbour

pytestmark = pytest.mark.django_db
FIELDS = (ConnectField("client_id", "Client id"), ConnectField("client_secret", "Client secret", "password"))


@pytest.fixture
def applied(harbour: Harbour, monkeypatch: Any) -> Harbour:
    """Harbour as a platform that wants an application."""
    monkeypatch.setattr(Harbour, "app_fields", FIELDS)
    guide = Guide(
        (
            Step(
                "Make an application there.",
                "https://harbour.example/apps",
                (("Address to return to", "{redirect_uri}"),),
            ),
        ),
        approval="Harbour looks at it for a week.",
        until_then="Only you see your posts.",
    )
    monkeypatch.setattr(Harbour, "guide", guide)
    return harbour


# --- keys ---------------------------------------------------------------------
def test_keys_are_entered_encrypted_and_never_shown(applied: Harbour, lib: cast.Library) -> None:
    client = cast.signed_in(lib.ada)
    typed = {"client_id": "id-123456789", "client_secret": "secret-abcdefgh"}
    answer = client.post(reverse("channels:keys", args=["harbour"]), typed)
    assert answer.status_code == 302
    assert appkeys.of(applied) == typed
    assert "secret-abcdefgh" not in str(AppKeys.objects.extra(select={"raw": "secret"}).values_list("raw", flat=True))
    page = client.get(reverse("channels:keys", args=["harbour"])).content.decode()
    assert "secret-abcdefgh" not in page and "id-123456789" not in page
    assert "Entered already" in page
    assert Entry.objects.filter(action="channel.keys_entered").count() == 1


def test_an_empty_field_keeps_what_was_entered(applied: Harbour, lib: cast.Library) -> None:
    services.enter_keys(by=lib.ada, adapter=applied, fields={"client_id": "one", "client_secret": "two"})
    services.enter_keys(by=lib.ada, adapter=applied, fields={"client_id": "three", "client_secret": ""})
    assert appkeys.of(applied) == {"client_id": "three", "client_secret": "two"}


def test_half_the_keys_are_refused_and_nothing_is_kept(applied: Harbour, lib: cast.Library) -> None:
    answer = cast.signed_in(lib.ada).post(reverse("channels:keys", args=["harbour"]), {"client_id": "one"})
    assert answer.status_code == 422
    assert not AppKeys.objects.exists()


def test_the_environment_wins_and_cannot_be_typed_over(applied: Harbour, lib: cast.Library, settings: Any) -> None:
    services.enter_keys(by=lib.ada, adapter=applied, fields={"client_id": "typed", "client_secret": "typed"})
    settings.PLATFORM_APPS = {"HARBOUR_CLIENT_ID": "from the environment"}
    assert appkeys.of(applied) == {"client_id": "from the environment", "client_secret": "typed"}
    page = cast.signed_in(lib.ada).get(reverse("channels:keys", args=["harbour"])).content.decode()
    assert "Given by the environment" in page and "from the environment</" not in page


def test_only_who_administers_the_whole_house_sees_or_changes_keys(applied: Harbour, lib: cast.Library) -> None:
    for person in (lib.sam, lib.alice, lib.olga):
        assert cast.signed_in(person).get(reverse("channels:keys", args=["harbour"])).status_code == 403
        with pytest.raises(NotAllowed):
            services.enter_keys(by=person, adapter=applied, fields={"client_id": "a", "client_secret": "b"})
        with pytest.raises(NotAllowed):
            services.remove_keys(by=person, adapter=applied)


def test_without_keys_the_page_says_so_and_connecting_changes_nothing(applied: Harbour, lib: cast.Library) -> None:
    client = cast.signed_in(lib.ada)
    page = client.get(reverse("channels:connect_to", args=["harbour"])).content.decode()
    assert reverse("channels:keys", args=["harbour"]) in page
    assert "Continue to sign in" not in page
    with pytest.raises(FieldProblem, match="have not been entered"):
        services.connect_begin(by=lib.ada, unit=lib.north, platform="harbour", fields={"server": "harbour.example"})
    assert not ConnectAttempt.objects.exists()


def test_erased_keys_stop_renewing_with_a_plain_word(applied: Harbour, lib: cast.Library) -> None:
    services.enter_keys(by=lib.ada, adapter=applied, fields={"client_id": "one", "client_secret": "two"})
    session = open_session(moored(lib.north))
    assert session.app["client_secret"] == "two"
    services.remove_keys(by=lib.ada, adapter=applied)
    with pytest.raises(Exception, match="keys of your application"):
        _ = session.app


def test_erasing_the_keys_of_one_platform_leaves_those_its_sister_uses(lib: cast.Library) -> None:
    facebook, instagram = platforms.get("facebook"), platforms.get("instagram")
    services.enter_keys(by=lib.ada, adapter=facebook, fields={"client_id": "1", "client_secret": "two"})
    services.enter_keys(by=lib.ada, adapter=instagram, fields={"instagram_id": "3", "instagram_secret": "four"})
    services.remove_keys(by=lib.ada, adapter=instagram)
    assert appkeys.of(facebook) == {"client_id": "1", "client_secret": "two"}
    assert "instagram_secret" not in appkeys.entered(instagram)


@pytest.mark.parametrize(
    ("app", "lacks"),
    [
        ({}, ["instagram_id", "instagram_secret"]),
        ({"client_id": "1"}, ["client_secret"]),
        ({"client_id": "1", "client_secret": "2"}, []),
        ({"instagram_id": "1", "instagram_secret": "2"}, []),
        ({"instagram_id": "1", "client_id": "2"}, ["instagram_secret"]),
    ],
)
def test_one_of_two_ways_to_sign_in_is_enough(app: dict[str, str], lacks: list[str]) -> None:
    assert platforms.get("instagram").lacks(app) == lacks


def test_the_guide_shows_our_own_address_to_copy(applied: Harbour, lib: cast.Library) -> None:
    page = cast.signed_in(lib.ada).get(reverse("channels:connect_to", args=["harbour"])).content.decode()
    assert "/channels/callback/harbour/home/" in page
    assert "Harbour looks at it for a week." in page and "Only you see your posts." in page


def test_the_list_of_platforms_says_which_need_an_application(applied: Harbour, lib: cast.Library) -> None:
    page = cast.signed_in(lib.ada).get(reverse("channels:connect")).content.decode()
    assert page.index("Ready at once") < page.index("With an application of your own") < page.index("Harbour")


# --- several accounts ---------------------------------------------------------
def begun(lib: cast.Library, channel: Channel | None = None) -> str:
    redirect = services.connect_begin(
        by=lib.ada, unit=lib.north, platform="harbour", fields={"server": "harbour.example"}, channel=channel
    )
    assert isinstance(redirect, Redirect)
    return redirect.url.partition("state=")[2]


def returned(lib: cast.Library, harbour: Harbour, state: str) -> Any:
    return services.connect_finish(
        by=lib.ada, state=state, answer={"code": "good"}, arrived_at=harbour.asked["redirect_uri"]
    )


def test_a_person_chooses_which_of_several_accounts_is_connected(harbour: Harbour, lib: cast.Library) -> None:
    harbour.opens = ["north", "south"]
    chooser = returned(lib, harbour, begun(lib))
    assert [account.remote_id for account in chooser.accounts] == ["north", "south"]
    assert not Channel.objects.filter(platform="harbour").exists()
    answer = cast.signed_in(lib.ada).post(
        reverse("channels:choose_account"), {"state": chooser.state, "account": "south"}
    )
    channel = Channel.objects.get(platform="harbour")
    assert answer["Location"] == reverse("channels:detail", args=[channel.pk])
    assert channel.remote_id == "south"
    assert Credential.objects.get(channel=channel).secret["as"] == "south"


def test_the_page_to_choose_on_holds_no_secret(harbour: Harbour, lib: cast.Library) -> None:
    harbour.opens = ["north", "south"]
    state = begun(lib)
    place = harbour.asked["redirect_uri"].partition("/channels/")[2]
    answer = cast.signed_in(lib.ada).get(f"/channels/{place}", {"state": state, "code": "good"})
    text = answer.content.decode()
    assert "North Branch" in text and "South Branch" in text
    assert "access-north" not in text and "refresh-0" not in text


def test_a_choice_holds_once_and_for_its_person_only(harbour: Harbour, lib: cast.Library) -> None:
    harbour.opens = ["north", "south"]
    state = returned(lib, harbour, begun(lib)).state
    with pytest.raises(FieldProblem):
        services.connect_choose(by=lib.sam, state=state, picked="north")
    with pytest.raises(FieldProblem):
        services.connect_choose(by=lib.ada, state=state, picked="elsewhere")
    with pytest.raises(FieldProblem):
        services.connect_choose(by=lib.ada, state=state, picked="north")
    assert not Channel.objects.filter(platform="harbour").exists()


def test_reconnecting_takes_the_account_it_was(harbour: Harbour, lib: cast.Library) -> None:
    channel = moored(lib.north, remote_id="south", server="https://harbour.example")
    harbour.opens = ["north", "south"]
    again = returned(lib, harbour, begun(lib, channel))
    assert again.pk == channel.pk
    assert Credential.objects.get(channel=channel).secret["as"] == "south"


def test_a_sign_in_that_opens_nothing_says_so(harbour: Harbour, lib: cast.Library) -> None:
    harbour.opens = []
    with pytest.raises(FieldProblem, match="opens no account"):
        returned(lib, harbour, begun(lib))


def test_a_connected_account_survives_being_kept(harbour: Harbour) -> None:
    one = harbour._connected("harbour.example")
    assert Connected.from_json(json.loads(json.dumps(one.to_json()))) == one


# --- from a file --------------------------------------------------------------
def add(tmp_path: Any, text: str, **options: str) -> str:
    path = tmp_path / "key.json"
    path.write_text(text, encoding="utf-8")
    told = io.StringIO()
    call_command("channel", "add", "harbour", token_file=path, stdout=told, **options)
    return told.getvalue()


def test_a_token_in_a_file_connects_a_channel(harbour: Harbour, lib: cast.Library, tmp_path: Any) -> None:
    said = add(tmp_path, '{"token": "good"}', by=lib.ada.email, unit=str(lib.north.pk))
    channel = Channel.objects.get(platform="harbour")
    assert channel.unit == lib.north and channel.name in said
    assert "access-0" not in said


def test_which_account_is_asked_and_told(harbour: Harbour, lib: cast.Library, tmp_path: Any) -> None:
    harbour.opens = ["north", "south"]
    with pytest.raises(CommandError, match=r"north \(North Branch\), south"):
        add(tmp_path, "good", by=lib.ada.email)
    add(tmp_path, "good", by=lib.ada.email, account="south")
    assert Channel.objects.get(platform="harbour").remote_id == "south"


@pytest.mark.parametrize(
    ("text", "options", "says"),
    [
        ("bad", {}, "does not know this token"),
        ("", {}, "holds no token"),
        ("[1]", {}, "one JSON object"),
        ("good", {"by": "nobody@lib.example"}, "nobody here has the address"),
        ("good", {"unit": "Atlantis"}, "0 units are called Atlantis"),
    ],
)
def test_a_wrong_file_or_word_is_named(
    harbour: Harbour, lib: cast.Library, tmp_path: Any, text: str, options: dict[str, str], says: str
) -> None:
    with pytest.raises(CommandError, match=says):
        add(tmp_path, text, **{"by": lib.ada.email, **options})
    assert not Channel.objects.filter(platform="harbour").exists()


def test_who_may_not_connect_cannot_by_a_file_either(harbour: Harbour, lib: cast.Library, tmp_path: Any) -> None:
    with pytest.raises(CommandError, match="may not connect"):
        add(tmp_path, "good", by=lib.alice.email, unit=str(lib.north.pk))


# --- what ends ----------------------------------------------------------------
@pytest.fixture
def ending(harbour: Harbour, lib: cast.Library) -> Channel:
    return moored(lib.north)


@pytest.mark.parametrize(("days", "told"), [(20, 0), (14, 1), (13, 1), (7, 1), (3, 1), (1, 1), (0, 1)])
def test_people_hear_of_an_end_only_they_can_move(ending: Channel, days: int, told: int) -> None:
    now = timezone.now()
    Credential.objects.filter(channel=ending).update(ends_at=now + timedelta(days=days, minutes=-1))
    assert renewing.warn(now) == told
    assert renewing.warn(now) == told
    people = Notice.objects.filter(message="channel.ending").values_list("recipient", flat=True)
    assert len(people) == len(set(people))
    assert bool(people) == bool(told)


def test_fourteen_seven_and_one_day_ahead_are_three_notices(ending: Channel, lib: cast.Library) -> None:
    now = timezone.now()
    Credential.objects.filter(channel=ending).update(ends_at=now + timedelta(days=14))
    for day in range(15):
        renewing.warn(now + timedelta(days=day))
    assert Notice.objects.filter(message="channel.ending", recipient=lib.ada).count() == 3


def test_nobody_is_told_of_what_renews_itself(ending: Channel, monkeypatch: Any) -> None:
    can = Harbour.capabilities.with_facts(features=frozenset({"refresh"}))
    monkeypatch.setattr(Harbour, "capabilities", can)
    Credential.objects.filter(channel=ending).update(expires_at=timezone.now() + timedelta(hours=1))
    assert renewing.warn() == 0


def test_access_that_must_be_renewed_alive_is_renewed_ahead(
    ending: Channel, harbour: Harbour, monkeypatch: Any
) -> None:
    can = Harbour.capabilities.with_facts(features=frozenset({"refresh"}))
    monkeypatch.setattr(Harbour, "capabilities", can)
    monkeypatch.setattr(Harbour, "refresh_ahead", timedelta(days=10))
    Credential.objects.filter(channel=ending).update(expires_at=timezone.now() + timedelta(days=20))
    assert renewing.due() == []
    Credential.objects.filter(channel=ending).update(expires_at=timezone.now() + timedelta(days=9))
    assert renewing.due() == [ending.pk]
    renewing.renew(ending.pk)
    assert harbour.network.spent == ["refresh-0"]
    assert Credential.objects.get(channel=ending).version == 2
    harbour.network.good = "another"
    renewing.renew(ending.pk)  # two hours are left again: within the ten days
    ending.refresh_from_db()
    assert ending.state == "needs_reconnect"


# --- hosts and the way out ----------------------------------------------------
def test_a_host_that_was_set_may_be_a_private_one(settings: Any) -> None:
    settings.PLATFORM_HOSTS = {"HARBOUR_API": "http://10.0.0.7:8080/api", "OTHER_API": "http://10.0.0.8"}
    assert doors.set_for("harbour") == ["10.0.0.7:8080"]


@pytest.mark.parametrize(
    ("address", "open_"),
    [
        ("https://social.library.example", True),
        ("http://social.library.example", False),
        ("http://127.0.0.1:8000", False),
        ("https://192.168.1.5", False),
        ("https://localhost", False),
    ],
)
def test_only_a_public_https_address_can_be_fetched_from(settings: Any, address: str, open_: bool) -> None:
    settings.BASE_URL = address
    assert outlet.is_open() is open_


def test_what_is_fetched_is_the_file_and_nothing_else(client: Any, settings: Any, lib: cast.Library) -> None:
    name = default_storage.save("renditions/aa/one.jpg", ContentFile(b"the picture"))
    address = outlet.address_of(Media(name, "x", "image/jpeg", 1, 1, 11))
    path = address.removeprefix(settings.BASE_URL)
    assert path.endswith("/file.jpg")
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/jpeg"
    assert b"".join(answer.streaming_content) == b"the picture"
    assert client.get(path.replace("/file.jpg", "x/file.jpg")).status_code == 404
    gone = outlet.address_of(Media("renditions/none.jpg", "x", "image/jpeg", 1, 1, 1))
    assert client.get(gone.removeprefix(settings.BASE_URL)).status_code == 404


def test_an_address_to_fetch_from_ends_after_a_day(client: Any, settings: Any, lib: cast.Library) -> None:
    name = default_storage.save("renditions/bb/two.jpg", ContentFile(b"x"))
    path = outlet.address_of(Media(name, "x", "image/jpeg", 1, 1, 1)).removeprefix(settings.BASE_URL)
    with time_machine.travel(timezone.now() + timedelta(hours=27), tick=False):
        assert client.get(path).status_code == 404


# --- versions that end --------------------------------------------------------
def test_a_version_that_ends_is_told_on_the_status_page_where_a_channel_needs_it(
    harbour: Harbour, lib: cast.Library, monkeypatch: Any
) -> None:
    def status(days: int) -> str:
        day = (timezone.localdate() + timedelta(days=days)).isoformat()
        version = ApiVersion("v7", ends=day, source="Harbour's calendar")
        monkeypatch.setattr(Harbour, "capabilities", Harbour.capabilities.with_facts(version=version))
        return cast.signed_in(lib.ada).get(reverse("status")).content.decode()

    assert "v7" not in status(10)
    moored(lib.north)
    assert "Harbour answers version v7 of its interface until" in status(10)
    assert "Harbour answers version v7 of its interface no more" in status(-1)
    assert "v7" not in status(90)
