"""The address map. Each app owns its part."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("account/", include("allauth.urls")),
    path("practice/", include("channels_app.practice.urls")),
]
