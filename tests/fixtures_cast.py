"""Fixtures of the cast: `lib` is the library with everyone in it, and each person has a fixture by name."""

from __future__ import annotations

import pytest

from libsocial.accounts.models import User
from tests import cast


@pytest.fixture
def lib(db: None) -> cast.Library:
    return cast.library()


@pytest.fixture
def alice(lib: cast.Library) -> User:
    return lib.alice


@pytest.fixture
def sam(lib: cast.Library) -> User:
    return lib.sam


@pytest.fixture
def ada(lib: cast.Library) -> User:
    return lib.ada


@pytest.fixture
def erin(lib: cast.Library) -> User:
    return lib.erin


@pytest.fixture
def olga(lib: cast.Library) -> User:
    return lib.olga
