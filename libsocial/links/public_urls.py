"""The public address of short links; short, because it stands in posts and on paper."""

from __future__ import annotations

from django.urls import re_path

from libsocial.links.views import public

urlpatterns = [re_path(r"^(?P<word>[A-Za-z0-9.-]{1,80})/?$", public.go, name="short_link")]
