from __future__ import annotations

from django.urls import path

from libsocial.notices import views

app_name = "notices"
urlpatterns = [
    path("", views.list_notices, name="list"),
    path("<int:pk>/", views.open_notice, name="open"),
    path("seen/", views.see_all, name="see_all"),
    path("reach/", views.reach, name="reach"),
    path("reach/hook/", views.hook, name="hook"),
    path("bell/", views.bell, name="bell"),
]
