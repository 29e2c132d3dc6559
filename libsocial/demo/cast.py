"""The library of the demo and the people who work there."""

from __future__ import annotations

from dataclasses import dataclass

from channels_app import services as channels
from channels_app.models import Channel
from channels_app.practice.services import ensure_practice
from libsocial.accounts.models import Membership, Role, Unit, User
from libsocial.accounts.services import house, invitations

ZONE = "Europe/London"


@dataclass(frozen=True)
class House:
    """Who and what the demo is about."""

    root: Unit
    central: Unit
    riverside: Unit
    hill: Unit
    mobile: Unit
    ada: User
    sam: User
    alice: User
    erin: User
    noor: User
    audit: User
    channels: dict[str, Channel]


def build(password: str) -> House:
    """Opens the library. Raises Refused when one is open already."""
    ada = house.open_library(
        library="Riverbend Libraries",
        zone=ZONE,
        language="en",
        name="Ada Okafor",
        email="ada@riverbend.example",
        password=password,
    )
    root = Unit.objects.get(parent=None)
    central = Unit.objects.plant(name="Central Library", parent=root)
    riverside = Unit.objects.plant(name="Riverside Branch", parent=root)
    hill = Unit.objects.plant(name="Hill Branch", parent=root)
    mobile = Unit.objects.plant(name="Bookmobile", parent=root)
    people = {
        "sam": _person("Sam Whitlock", password, (Role.SUPERVISOR, root)),
        "alice": _person("Alice Moreau", password, (Role.CONTRIBUTOR, central)),
        "erin": _person("Erin Castillo", password, (Role.EDITOR, central), (Role.EDITOR, riverside)),
        "noor": _person("Noor Haddad", password, (Role.SUPERVISOR, hill), (Role.EDITOR, hill)),
        "audit": _person("Jo Lindqvist", password, (Role.AUDITOR, root)),
    }
    made = {
        "library": ensure_practice(root, by=ada),
        "central": ensure_practice(central, by=ada),
        "riverside": ensure_practice(riverside, by=ada),
        "hill": ensure_practice(hill, by=ada),
        "mobile": ensure_practice(mobile, by=ada),
    }
    made["feed"] = _feed(root, ada)
    for unit in (central, riverside, hill):
        channels.lend(by=ada, channel=made["library"], unit=unit)
        channels.lend(by=ada, channel=made["feed"], unit=unit)
    _invitations(ada, central, hill)
    return House(root, central, riverside, hill, mobile, ada, channels=made, **people)


def _invitations(ada: User, central: Unit, hill: Unit) -> None:
    """Two people who have not come yet. No mail is sent: the addresses belong to nobody."""
    invitations.invite(by=ada, email="tomas@riverbend.example", unit=central, role=Role.CONTRIBUTOR)
    invitations.invite(by=ada, email="mira@riverbend.example", unit=hill, role=Role.EDITOR)


def _person(name: str, password: str, *roles: tuple[Role, Unit]) -> User:
    user = User.objects.create_person(f"{name.split()[0].lower()}@riverbend.example", password, name=name)
    Membership.objects.bulk_create(Membership(user=user, unit=unit, role=role) for role, unit in roles)
    return user


def _feed(root: Unit, ada: User) -> Channel:
    """For people without accounts: the website, feed readers, the screen in the hall."""
    fields = {"name": "News from Riverbend", "home": "https://riverbend.example", "about": "What is on in our houses"}
    made = channels.connect_begin(by=ada, unit=root, platform="feed", fields=fields)
    if not isinstance(made, Channel):
        raise TypeError("a feed is opened at once")
    return made
