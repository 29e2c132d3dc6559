from __future__ import annotations

from django.urls import path, re_path

from libsocial.links.views import pages, rules

app_name = "links"
urlpatterns = [
    path("", pages.link_list, name="list"),
    path("new/", pages.new, name="new"),
    path("rules/", rules.change, name="rules"),
    path("<int:pk>/", pages.detail, name="detail"),
    path("<int:pk>/edit/", pages.edit, name="edit"),
    path("<int:pk>/places/", pages.place, name="place"),
    re_path(r"^(?P<pk>\d+)/switch/(?P<way>on|off)/$", pages.switch, name="switch"),
    re_path(r"^(?P<pk>\d+)/qr/(?P<suffix>-|[a-z0-9-]+)\.(?P<kind>svg|png)$", pages.code, name="qr"),
]
