"""A URL map in which every place of the navigation exists, whatever the other apps offer today."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path

from libsocial.urls import handler400, handler403, handler404, handler500
from libsocial.urls import urlpatterns as real

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def place(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "base_app.html")


def area(name: str, *pages: str) -> object:
    return path(f"{name}/", include(([path(f"{page}/", place, name=page) for page in pages], name)))


urlpatterns = [
    path("", place, name="today"),
    path("search/", place, name="search"),
    path("help/", place, name="help"),
    path("status/", place, name="status"),
    area("posts", "list", "calendar", "review", "new", "edit", "campaigns", "media"),
    area("channels", "list", "connect"),
    area("analytics", "overview"),
    *real,
]
