"""The Celery application. The database is the queue; Celery carries ids and wakes workers."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import structlog
from celery import Celery
from celery.signals import heartbeat_sent, setup_logging, task_postrun, task_prerun

from libsocial import inprocess

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "libsocial.settings")

inprocess.announce()
app = Celery("libsocial", fixups=["libsocial.connections:fixup"])
app.config_from_object("django.conf:settings", namespace="CELERY")
app.set_default()
app.autodiscover_tasks()


@setup_logging.connect
def _keep_our_logging(**kwargs: Any) -> None:
    """Django's LOGGING is in force; Celery changes logging only while nobody listens here."""


@task_prerun.connect
def _bind_task(task_id: str, task: Any, **kwargs: Any) -> None:
    structlog.contextvars.bind_contextvars(task_id=task_id, task=task.name)


@task_postrun.connect
def _unbind_task(**kwargs: Any) -> None:
    structlog.contextvars.unbind_contextvars("task_id", "task")


@heartbeat_sent.connect
def _show_life(**kwargs: Any) -> None:
    """A worker whose loop turns touches a file, for docker/healthy.py: asking over Redis fails once it was flushed."""
    Path(tempfile.gettempdir(), "libsocial-worker-alive").touch()
