"""The audit page. It lives here, above the audit app, because only accounts knows who may read what."""

from __future__ import annotations

from django.urls import path

from libsocial.accounts.views import trail

app_name = "audit"
urlpatterns = [
    path("", trail.list_entries, name="list"),
    path("export/", trail.export, name="export"),
]
