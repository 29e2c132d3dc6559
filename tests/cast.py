"""The fixed cast of every story: a library with two branches and the people who work there.

Plain functions, so that scripts may use them too; tests take the fixtures of fixtures_cast.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.test import Client

from libsocial.accounts.models import Membership, Role, Unit, User

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Library:
    root: Unit
    north: Unit
    south: Unit
    alice: User  # author: contributor in north
    sam: User  # supervisor of north
    ada: User  # administrator of the library
    erin: User  # editor in north
    olga: User  # from elsewhere: contributor and supervisor in south
    audit: User  # auditor of the library


def person(name: str, *roles: tuple[Role, Unit], **fields: Any) -> User:
    """A person with these roles; the address is made from the first name."""
    email = fields.pop("email", f"{name.split()[0].lower()}@library.example")
    user = User.objects.create_person(email, PASSWORD, name=name, **fields)
    Membership.objects.bulk_create(Membership(user=user, unit=unit, role=role) for role, unit in roles)
    return user


def library(*, zone: str = "Europe/London", language: str = "en") -> Library:
    """The library, its branches North and South, and everyone in the cast."""
    root = Unit.objects.plant(name="Town Library", zone=zone, language=language)
    north = Unit.objects.plant(name="North Branch", parent=root)
    south = Unit.objects.plant(name="South Branch", parent=root)
    return Library(
        root=root,
        north=north,
        south=south,
        alice=person("Alice Author", (Role.CONTRIBUTOR, north)),
        sam=person("Sam Supervisor", (Role.SUPERVISOR, north)),
        ada=person("Ada Administrator", (Role.ADMIN, root)),
        erin=person("Erin Editor", (Role.EDITOR, north)),
        olga=person("Olga Outsider", (Role.CONTRIBUTOR, south), (Role.SUPERVISOR, south)),
        audit=person("Audit Auditor", (Role.AUDITOR, root)),
    )


def signed_in(user: User, **headers: Any) -> Client:
    """A browser in which this person has signed in."""
    client = Client(**headers)
    client.force_login(user)
    return client
