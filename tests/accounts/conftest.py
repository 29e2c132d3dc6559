from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core import mail

from libsocial.accounts import firstrun
from libsocial.notices import mailer


@pytest.fixture
def data_dir(settings: Any, tmp_path: Path) -> Path:
    """A data folder of this test alone, so that its first-run code is its own."""
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def code(data_dir: Path) -> str:
    return firstrun.current_code()


class Arrived(Sequence[Any]):
    """The letters that have left; notices by mail have stories of their own (test_notices.py).

    Whoever looks lets the worker's tick pass first, as in life a few seconds do.
    """

    def _now(self) -> list[Any]:
        mailer.send_due()
        return [sent for sent in mail.outbox if "/notices/" not in sent.body]

    def __getitem__(self, index: Any) -> Any:
        return self._now()[index]

    def __len__(self) -> int:
        return len(self._now())

    def __iter__(self) -> Iterator[Any]:
        return iter(self._now())


@pytest.fixture
def with_mail(settings: Any) -> Arrived:
    """An installation that can send mail, and the mails it sent."""
    settings.MAIL_CONFIGURED = True
    settings.BASE_URL = "https://social.library.example"
    return Arrived()
