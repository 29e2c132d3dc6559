from __future__ import annotations

from django.urls import path

from posts.views import listing

app_name = "posts"
urlpatterns = [
    path("", listing.post_list, name="list"),
    path("calendar/", listing.calendar_page, name="calendar"),
]
