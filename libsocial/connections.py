"""Connections of workers to the database, kept as long as those of the pages.

Celery's own fix-up for Django closes them before and after every task, whatever
CONN_MAX_AGE says: each post would pay for two connections of its own, and an
idle library for four a second.
"""

from __future__ import annotations

from typing import Any

from celery import Celery
from celery.fixups.django import DjangoFixup, DjangoWorkerFixup
from django.db import close_old_connections


class _Worker(DjangoWorkerFixup):
    def close_database(self, **kwargs: Any) -> None:
        """Lets go of what is broken or too old. A process made by forking still begins with none."""
        close_old_connections()


class _Fixup(DjangoFixup):
    @property
    def worker_fixup(self) -> DjangoWorkerFixup:
        if self._worker_fixup is None:
            self._worker_fixup = _Worker(self.app)
        return self._worker_fixup


def fixup(app: Celery) -> DjangoFixup:
    """What Celery does for Django, but for the connections."""
    return _Fixup(app).install()
