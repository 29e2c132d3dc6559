from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from libsocial.accounts import firstrun


@pytest.fixture
def data_dir(settings: Any, tmp_path: Path) -> Path:
    """A data folder of this test alone, so that its first-run code is its own."""
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def code(data_dir: Path) -> str:
    return firstrun.current_code()


@pytest.fixture
def with_mail(settings: Any) -> Iterator[list[Any]]:
    """An installation that can send mail, and the mails it sent."""
    from django.core import mail

    settings.MAIL_CONFIGURED = True
    settings.BASE_URL = "https://social.library.example"
    yield mail.outbox
