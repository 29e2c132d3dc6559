from __future__ import annotations

from django.urls import path

from scheduler import views

app_name = "scheduler"
urlpatterns = [
    path("<int:pk>/", views.delivery, name="delivery"),
    path("<int:pk>/<slug:name>/", views.action, name="action"),
    path("holds/", views.holds_page, name="holds"),
    path("holds/pause/", views.pause, name="pause"),
    path("holds/place/", views.hold, name="hold"),
    path("holds/<int:pk>/lift/", views.lift, name="lift"),
    path("held/", views.held, name="held"),
    path("held/release/", views.release, name="release"),
]
